import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";
import { NO_ENDPOINT } from "../../../local/proxy/endpointRouting";
import { INSECURE, UNKNOWN_ENDPOINT } from "../../../local/proxy/frontDoor";
import { buildSslRequest, buildStartup } from "../../../local/proxy/startupPacket";
import { DISABLED } from "../../../local/postgres/endpoint";
import type { EndpointSpec } from "../../../local/types";
import { hasProgram, run, TestComputes, until } from "../postgres/support";

let local: TestComputes;
let a: EndpointSpec;
let b: EndpointSpec;

beforeAll(async () => {
  local = await TestComputes.start({ openingMs: 300 });
  a = await local.tenant("a");
  b = await local.tenant("b", {
    contents: { roles: [{ name: "owner", password: "other" }], databases: [{ name: "app", ownerName: "owner" }] },
  });
  await local.query(a.address, "CREATE TABLE names AS SELECT 'a' AS name");
  await local.query(b.address, "CREATE TABLE names AS SELECT 'b' AS name", { password: "other" });
});
afterAll(() => local.end());

/** node-pg gives TLS its own server name where the host is an address. */
const named = (servername: string) => ({ ssl: { ca: local.ca, servername } });
const uri = (host: string, query: string) => `postgresql://owner:secret@${host}:${local.computes.pgPort}/app?${query}`;

describe("TLS", () => {
  test("a client that verifies with the CA file accepts the endpoint's address", async () => {
    const client = await local.connect(a.address);
    const { rows } = await client.query("SELECT name FROM names");
    expect(rows).toEqual([{ name: "a" }]);
    await client.end();
  });

  test("the certificate names the endpoint's hosts and nobody else's", async () => {
    const session = await handshake(a.address, "ep-a.localhost");
    expect(session.getPeerX509Certificate()?.subjectAltName?.split(", ").sort()).toEqual([
      "DNS:ep-a-pooler.localhost",
      "DNS:ep-a.localhost",
      `IP Address:${a.address}`,
    ]);
    session.destroy();
  });

  test("a client that trusts other authorities only is not fooled", async () => {
    await expect(local.connect(a.address, { ssl: true })).rejects.toThrow(/certificate/);
  });

  test("psql connects with channel_binding=require and with verify-full", async () => {
    if (!(await hasProgram("psql"))) return;
    for (const query of [
      "sslmode=require&channel_binding=require",
      `sslmode=verify-full&sslrootcert=${local.computes.caFile}`,
    ]) {
      const { stdout } = await run("psql", [uri(a.address, query), "-Atc", "SELECT name FROM names"]);
      expect(stdout.trim()).toBe("a");
    }
  });

  test("channel binding holds at the shared door too, where the server name tells the endpoint", async () => {
    if (!(await hasProgram("psql"))) return;
    const host = `ep-b.localhost&hostaddr=127.0.0.1`.split("&");
    const target = `host=${host[0]} ${host[1]} port=${local.computes.pgPort} user=owner password=other dbname=app`;
    const { stdout } = await run("psql", [
      `${target} sslmode=require channel_binding=require`,
      "-Atc",
      "SELECT name FROM names",
    ]);
    expect(stdout.trim()).toBe("b");
  });

  test("a client that begins with TLS at once is served if it asks for Postgres", async () => {
    const session = await handshake(a.address, "ep-a.localhost", { direct: true, ALPNProtocols: ["postgresql"] });
    session.write(
      buildStartup({
        version: 0x00030000,
        parameters: [
          ["user", "owner"],
          ["database", "app"],
        ],
      }),
    );
    const [answer] = (await once(session, "data")) as [Buffer];
    expect(answer.toString("latin1", 0, 1)).toBe("R");
    session.destroy();
    const other = await handshake(a.address, "ep-a.localhost", { direct: true });
    other.resume();
    await once(other, "close");
  });

  test("plaintext is refused in Neon's words, and served where it was allowed", async () => {
    await expect(local.connect(a.address, { ssl: false })).rejects.toMatchObject({ message: INSECURE, code: "XX000" });
    const open = await TestComputes.start({ allowPlaintext: true });
    const { address } = await open.tenant("plain");
    expect(await open.query(address, "SELECT 1 AS one", { ssl: false })).toEqual([{ one: 1 }]);
    await expect(open.connect(address, { ssl: false, user: "cloud_admin" })).rejects.toMatchObject({ code: "28P01" });
    await open.end();
  });

  test("the Postgres behind the door refuses plaintext and cloud_admin itself", async () => {
    const [row] = await local.query<{ port: string }>(a.address, "SHOW port");
    const behind = { host: "127.0.0.1", port: Number(row?.port) };
    await expect(local.connect("", { ...behind, ssl: false })).rejects.toMatchObject({ code: "28000" });
    const ssl = { rejectUnauthorized: false };
    await expect(local.connect("", { ...behind, ssl, user: "cloud_admin" })).rejects.toMatchObject({ code: "28000" });
  });
});

describe("who gets where", () => {
  test("one tenant's credentials fail at another's host", async () => {
    await expect(local.connect(b.address)).rejects.toMatchObject({
      code: "28P01",
      message: 'password authentication failed for user "owner"',
    });
  });

  test("the shared door goes by server name, and by the endpoint option", async () => {
    const names = (extra: object) => local.query("127.0.0.1", "SELECT name FROM names", extra);
    expect(await names(named("ep-a.localhost"))).toEqual([{ name: "a" }]);
    expect(await names(named("ep-a-pooler.localhost"))).toEqual([{ name: "a" }]);
    expect(await names({ options: "endpoint=ep-b", password: "other" })).toEqual([{ name: "b" }]);
    expect(await names({ options: "project=ep-a -c search_path=public" })).toEqual([{ name: "a" }]);
  });

  test("what Neon refuses is refused in its words", async () => {
    const refused = (extra: object) =>
      local.connect("127.0.0.1", extra).catch((error: unknown) => (error as Error).message);
    expect(await refused({})).toBe(NO_ENDPOINT);
    expect(await refused({ options: "endpoint=ep-nobody" })).toBe(UNKNOWN_ENDPOINT);
    expect(await refused({ ...named("ep-a.localhost"), options: "endpoint=ep-b" })).toBe(
      "Inconsistent project name inferred from SNI ('ep-a') and project option ('ep-b').",
    );
  });

  test("an option that names the dialled endpoint is taken out; one that names another is refused", async () => {
    expect(await local.query(a.address, "SELECT 1 AS one", { options: "endpoint=ep-a" })).toEqual([{ one: 1 }]);
    await expect(local.connect(a.address, { options: "endpoint=ep-b" })).rejects.toThrow("Inconsistent");
  });

  test("cloud_admin and unknown users and databases are refused as Postgres does it", async () => {
    await expect(local.connect(a.address, { user: "cloud_admin" })).rejects.toMatchObject({ code: "28P01" });
    await expect(local.connect(a.address, { user: "nobody" })).rejects.toMatchObject({ code: "28P01" });
    await expect(local.connect(a.address, { database: "none" })).rejects.toMatchObject({ code: "3D000" });
  });

  test("a disabled endpoint turns clients away without waking, and takes them again when it is enabled", async () => {
    const spec = await local.tenant("disabled", { disabled: true });
    await expect(local.connect(spec.address)).rejects.toMatchObject({ message: DISABLED });
    expect(local.computes.state("ep-disabled").state).toBe("init");
    await local.computes.updateEndpoint({ ...spec, disabled: false });
    const client = await local.connect(spec.address);
    const ended = once(client, "error");
    await local.computes.updateEndpoint({ ...spec, disabled: true });
    await ended;
    await expect(local.connect(spec.address)).rejects.toMatchObject({ message: DISABLED });
  });

  test("a read-only endpoint serves the branch's rows and refuses writes; suspending it leaves the other awake", async () => {
    const main = await local.connect(a.address);
    const replica = await local.endpoint("replica", { branchId: "br-a", readOnly: true });
    expect(await local.query(replica.address, "SELECT name FROM names")).toEqual([{ name: "a" }]);
    const writer = local.query(replica.address, "DELETE FROM names", {
      options: "-c default_transaction_read_only=off",
    });
    await expect(writer).rejects.toMatchObject({ code: "25006" });
    const reader = await local.connect(replica.address);
    const ended = once(reader, "error");
    await local.computes.suspend("ep-replica");
    await ended;
    expect((await main.query("SELECT name FROM names")).rows).toEqual([{ name: "a" }]);
    await main.end();
  });

  test("a compute that cannot start says so, and why, and the server goes on", async () => {
    const { address } = await local.tenant("broken", { pgVersion: 12 });
    await expect(local.connect(address)).rejects.toMatchObject({
      message: "Couldn't connect to compute node",
      hint: expect.stringContaining("PostgreSQL 12 is not installed here") as string,
    });
    expect(await local.query(a.address, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("cancel", () => {
  test.each(["own address", "shared door"])("a cancel request through the %s stops the query", async (door) => {
    const client = await local.connect(a.address);
    const sleeping = client.query("SELECT pg_sleep(600)");
    await until(async () => {
      const [row] = await local.query<{ n: number }>(
        a.address,
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'",
      );
      return row?.n === 1;
    });
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const socket = net.connect(local.computes.pgPort, door === "own address" ? a.address : "127.0.0.1");
    const request = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((value, index) => request.writeInt32BE(value, index * 4));
    socket.write(request);
    await expect(sleeping).rejects.toMatchObject({ code: "57014" });
    await client.end();
    socket.destroy();
  });

  test("a cancel request wakes nothing", async () => {
    const { address } = await local.tenant("asleep");
    const socket = net.connect(local.computes.pgPort, address);
    const request = Buffer.alloc(16);
    [16, 80877102, 1, 1].forEach((value, index) => request.writeInt32BE(value, index * 4));
    socket.resume().write(request);
    await once(socket, "close");
    expect(local.computes.state("ep-asleep").state).toBe("init");
  });
});

describe("bad clients", () => {
  const raw = () => net.connect(local.computes.pgPort, a.address).on("error", () => undefined);
  const oversized = Buffer.alloc(8);
  oversized.writeInt32BE(100_000, 0);

  test.each([
    ["says nothing", Buffer.alloc(0)],
    ["stops in the middle of a packet", buildSslRequest().subarray(0, 5)],
    ["sends an oversized packet", oversized],
    ["speaks HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["asks for TLS and sends clear text", Buffer.concat([buildSslRequest(), Buffer.from("SELECT 1")])],
    ["begins TLS with garbage", Buffer.concat([Buffer.from([0x16]), Buffer.alloc(300, 7)])],
    ["asks for encryption for ever", Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30])],
  ])("a client that %s is dropped, and the next one is served", async (_, bytes) => {
    const socket = raw();
    socket.resume().write(bytes);
    await once(socket, "close");
    expect(await local.query(a.address, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("clients that vanish at any point leave no connection behind", async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const socket = raw();
        await once(socket, "connect");
        if (index % 2) socket.write(buildSslRequest());
        socket.resetAndDestroy();
      }),
    );
    const client = await local.connect(a.address);
    client.query("SELECT pg_sleep(600)").catch(() => undefined);
    (client as unknown as { connection: { stream: net.Socket } }).connection.stream.destroy();
    await local.computes.suspend("ep-a");
    expect(local.computes.state("ep-a").state).toBe("idle");
  });

  test("a result larger than what a slow client reads arrives whole", async () => {
    const client = await local.connect(a.address);
    const { rows } = await client.query<{ text: string }>(
      "SELECT repeat('x', 1000) AS text FROM generate_series(1, 20000)",
    );
    expect(rows).toHaveLength(20_000);
    await client.end();
  });
});

async function handshake(
  host: string,
  servername: string,
  { direct = false, ...extra }: tls.ConnectionOptions & { direct?: boolean } = {},
): Promise<tls.TLSSocket> {
  const socket = net.connect(local.computes.pgPort, host);
  await once(socket, "connect");
  if (!direct) {
    socket.write(buildSslRequest());
    await once(socket, "readable");
    expect(String(socket.read(1))).toBe("S");
  }
  const session = tls.connect({ socket, servername, ca: local.ca, ...extra });
  session.on("error", () => undefined);
  await once(session, "secureConnect");
  return session;
}
