import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client } from "pg";
import { processesOf } from "../../../local/postgres/leftovers";
import { nextAddress, until } from "./support";

const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "killed-"));
const data = path.join(stateFolder, "postgres", "branches", "br-killed", "data");
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  if (fs.existsSync(data)) await until(async () => (await processesOf(data)).length === 0);
  const sockets = fs.readFileSync(path.join(stateFolder, "postgres", "sockets"), "utf8");
  for (const folder of [sockets, stateFolder]) fs.rmSync(folder, { recursive: true, force: true });
});

/** Starts the server process and answers with what it says first. */
async function startServer(...args: string[]): Promise<{ server: ChildProcess; said: number }> {
  const server = spawn(process.execPath, [path.join(__dirname, "server.js"), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(server);
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  return { server, said: Number(line.toString()) };
}

async function connect(host: string, port: number): Promise<Client> {
  const client = new Client({
    host,
    port,
    user: "owner",
    password: "secret",
    database: "app",
    ssl: { rejectUnauthorized: false },
  });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

test("kill -9 of the server leaves no Postgres behind and loses no committed row, three times in a row", async () => {
  const address = nextAddress();
  for (let round = 1; round <= 3; round++) {
    const { server, said: port } = await startServer("serve", stateFolder, address);
    const client = await connect(address, port);
    await client.query("CREATE TABLE IF NOT EXISTS rounds (n int)");
    await client.query("INSERT INTO rounds VALUES ($1)", [round]);
    expect((await client.query<{ n: number }>("SELECT n FROM rounds ORDER BY n")).rows).toHaveLength(round);
    expect((await processesOf(data)).length).toBeGreaterThan(0);
    server.kill("SIGKILL");
    await until(async () => (await processesOf(data)).length === 0);
  }
});

test("kill -9 takes the replicas along; what was copied goes on, and a copy that was cut off is made again", async () => {
  const [address, replica] = [nextAddress(), nextAddress()];
  const folder = path.join(stateFolder, "postgres", "replicas", "ep-replica");
  const copy = path.join(folder, "data");
  for (let round = 1; round <= 3; round++) {
    const { server, said: port } = await startServer("serve", stateFolder, address, replica);
    const main = await connect(address, port);
    await main.query("CREATE TABLE IF NOT EXISTS copied (n int)");
    await main.query("INSERT INTO copied VALUES ($1)", [round]);
    const reader = await connect(replica, port);
    await until(async () => (await reader.query("SELECT FROM copied")).rowCount === round);
    expect((await reader.query("SELECT pg_is_in_recovery() AS standby")).rows).toEqual([{ standby: true }]);
    server.kill("SIGKILL");
    await until(async () => (await processesOf(copy)).length + (await processesOf(data)).length === 0);
    // As if the last kill had come in the middle of the copying.
    if (round === 2) fs.rmSync(path.join(folder, "made.json"));
    if (round === 2) fs.rmSync(path.join(copy, "global"), { recursive: true });
  }
});

test("a postmaster that outlived its server and backends without one are cleared before the next start", async () => {
  const address = nextAddress();
  const { server, said: port } = await startServer("serve", stateFolder, address);
  const client = await connect(address, port);
  // A backend that waits for nothing does not notice that its postmaster is gone.
  client.query("DO $$ BEGIN LOOP NULL; END LOOP; END $$").catch(() => undefined);
  await until(async () => (await processesOf(data)).length > 5);
  const postmaster = Number(fs.readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n")[0]);
  server.kill("SIGSTOP");
  process.kill(postmaster, "SIGKILL");
  server.kill("SIGKILL");
  await once(server, "exit");
  const { said: newPort } = await startServer("serve", stateFolder, address);
  const again = await connect(address, newPort);
  expect((await again.query<{ n: number }>("SELECT n FROM rounds")).rows).toHaveLength(3);
  await again.end();
});

test("where setpriv is missing, a watcher ends what the killed server had started", async () => {
  const { server, said: pid } = await startServer("watch");
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  expect(alive()).toBe(true);
  server.kill("SIGKILL");
  await until(() => !alive());
});
