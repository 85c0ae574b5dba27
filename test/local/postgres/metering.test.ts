import type { ComputeObserver, EndpointSpec } from "../../../local/types";
import net from "node:net";
import path from "node:path";
import { crash, TestComputes, until } from "./support";

jest.setTimeout(120_000);

/** Notes what it is told, and refuses what it is told to refuse. */
class Notes implements ComputeObserver {
  readonly events: string[] = [];
  readonly sent = new Map<string, number>();
  readonly written = new Map<string, number>();
  readonly sizes = new Map<string, number[]>();
  readonly asked: (string | undefined)[] = [];
  refused: (endpointId: string, address?: string) => string | undefined = () => undefined;

  refusal(endpointId: string, peer?: { address: string }): string | undefined {
    this.asked.push(peer?.address);
    return this.refused(endpointId, peer?.address);
  }
  woke(endpointId: string): void {
    this.events.push(`woke ${endpointId}`);
  }
  fellAsleep(endpointId: string): void {
    this.events.push(`asleep ${endpointId}`);
  }
  transferred(endpointId: string, bytes: number): void {
    this.sent.set(endpointId, this.sentTo(endpointId) + bytes);
  }
  wrote(branchId: string, bytes: number): void {
    this.written.set(branchId, this.writtenBy(branchId) + bytes);
  }
  sized(branchId: string, bytes: number): void {
    this.sizes.set(branchId, [...(this.sizes.get(branchId) ?? []), bytes]);
  }

  sentTo = (endpointId: string) => this.sent.get(endpointId) ?? 0;
  writtenBy = (branchId: string) => this.written.get(branchId) ?? 0;
  sizeOf = (branchId: string) => this.sizes.get(branchId)?.at(-1) ?? 0;
}

const MB = 1024 * 1024;
let local: TestComputes;
let notes: Notes;
let main: EndpointSpec;

beforeAll(async () => {
  local = await TestComputes.start({ meterMs: 50 });
  main = await local.tenant("main");
});
beforeEach(() => local.computes.observe((notes = new Notes())));
afterAll(() => local?.end());

const sleep = () => local.computes.suspend("ep-main");
const load = (rows: number) =>
  `CREATE TABLE IF NOT EXISTS t (x text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, ${rows})`;

test("waking and falling asleep is told once for each change: suspend, crash, removal, end", async () => {
  await Promise.all([local.query(main.address, "SELECT 1"), local.query(main.address, "SELECT 1")]);
  await local.computes.start("ep-main");
  await sleep();
  await sleep();
  expect(notes.events.splice(0)).toEqual(["woke ep-main", "asleep ep-main"]);
  await local.query(main.address, "SELECT 1");
  const data = path.join(local.stateFolder, "postgres", "branches", "br-main", "data");
  await crash(data);
  await until(() => notes.events.length === 2);
  const other = await local.endpoint("other", { branchId: "br-main", readOnly: true });
  await local.query(other.address, "SELECT 1");
  await local.computes.removeEndpoint("ep-other");
  const brief = await TestComputes.start();
  brief.computes.observe(notes);
  const { address } = await brief.tenant("brief");
  await brief.query(address, "SELECT 1");
  await brief.end();
  expect(notes.events).toEqual([
    ...["woke ep-main", "asleep ep-main"],
    ...["woke ep-other", "asleep ep-other"],
    ...["woke ep-brief", "asleep ep-brief"],
  ]);
});

test("bytes sent to clients are counted while they flow and at the end, for each endpoint", async () => {
  const client = await local.connect(main.address);
  await client.query("SELECT repeat('x', 3000000)");
  await until(() => notes.sentTo("ep-main") > 3_000_000);
  expect(notes.sentTo("ep-main")).toBeLessThan(3_100_000);
  await client.query("SELECT repeat('x', 2000000)");
  await client.end();
  await until(() => notes.sentTo("ep-main") > 5_000_000);
  expect(notes.sentTo("ep-main")).toBeLessThan(5_100_000);
  const reader = await local.endpoint("reader", { branchId: "br-main", readOnly: true });
  await local.query(reader.address, "SELECT repeat('x', 1000000)");
  await until(() => notes.sentTo("ep-reader") > 1_000_000);
  expect(notes.sentTo("ep-main")).toBeLessThan(5_100_000);
  await local.computes.removeEndpoint("ep-reader");
});

test("written WAL is told while a branch is awake and when it stops, and waking alone writes next to nothing", async () => {
  await sleep();
  const client = await local.connect(main.address);
  await client.query(load(3000));
  await until(() => notes.writtenBy("br-main") > 3 * MB);
  await client.end();
  await local.query(main.address, load(2000));
  await sleep();
  const total = notes.writtenBy("br-main");
  expect(total).toBeGreaterThan(5 * MB);
  expect(total).toBeLessThan(12 * MB);
  await local.query(main.address, "SELECT 1");
  await sleep();
  expect(notes.writtenBy("br-main") - total).toBeLessThan(20_000);
});

test("the making of a branch is not written data of it", async () => {
  const { address } = await local.tenant("made");
  await local.query(address, "SELECT 1");
  await local.computes.suspend("ep-made");
  expect(notes.writtenBy("br-made")).toBeLessThan(100_000);
  const child = await local.child("child", "main");
  await local.query(child.address, "SELECT 1");
  await local.computes.suspend("ep-child");
  expect(notes.writtenBy("br-child")).toBeLessThan(100_000);
});

test("the logical size is that of the users' databases, told after writes and before a stop", async () => {
  const client = await local.connect(main.address);
  await client.query("SELECT 1");
  await until(() => notes.sizeOf("br-main") > 0);
  const before = notes.sizeOf("br-main");
  await client.query(load(10_000));
  await until(() => notes.sizeOf("br-main") > before + 8 * MB);
  await client.query("DROP TABLE t");
  await client.end();
  await sleep();
  expect(notes.sizeOf("br-main")).toBeLessThan(before + MB);
});

test("the meter keeps no compute awake and does not count as a connection", async () => {
  const spec = await local.tenant("idle", { idleMs: 300 });
  await local.query(spec.address, "SELECT 1");
  await until(() => notes.events.includes("asleep ep-idle"));
  expect(notes.sentTo("ep-idle")).toBeLessThan(10_000);
});

test("a refused start says why, a refused client reads it over TLS, and the peer's own address is asked about", async () => {
  await sleep();
  notes.refused = (endpointId) =>
    endpointId === "ep-main" ? "Your project has exceeded the active time quota." : undefined;
  await expect(local.computes.start("ep-main")).rejects.toThrow("exceeded the active time quota");
  await expect(local.connect(main.address)).rejects.toMatchObject({
    message: "Your project has exceeded the active time quota.",
    code: "XX000",
  });
  expect(local.computes.state("ep-main").state).toBe("idle");
  expect(new Set(notes.asked)).toEqual(new Set([undefined, "127.0.0.1"]));
  notes.refused = (_endpointId, address) => (address === "127.5.5.5" ? `not ${address}` : undefined);
  const from = async (localAddress: string) => {
    const stream = () => {
      const socket = new net.Socket();
      const connect = socket.connect.bind(socket) as (options: object) => net.Socket;
      socket.connect = ((port: number, host: string) => connect({ port, host, localAddress })) as typeof socket.connect;
      return socket;
    };
    return local.query(main.address, "SELECT 1 AS one", { stream });
  };
  await expect(from("127.5.5.5")).rejects.toMatchObject({ message: "not 127.5.5.5" });
  expect(await from("127.5.5.6")).toEqual([{ one: 1 }]);
});

test("who is refused while the compute wakes for it reads why, and a session that is there stays", async () => {
  const client = await local.connect(main.address);
  notes.refused = () => "closed";
  await expect(local.connect(main.address)).rejects.toMatchObject({ message: "closed" });
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await client.end();
  await sleep();
  let asked = 0;
  notes.refused = (_endpointId, address) => (address && ++asked > 2 ? "closed meanwhile" : undefined);
  await expect(local.connect(main.address)).rejects.toMatchObject({ message: "closed meanwhile" });
});

test("the SQLSTATE of the proxy's own errors can be set", async () => {
  const other = await TestComputes.start({ proxyErrorSqlState: "53300" });
  const { address } = await other.tenant("state", { disabled: true });
  await expect(other.connect(address)).rejects.toMatchObject({ code: "53300" });
  await other.end();
});
