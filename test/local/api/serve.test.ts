import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import pg from "pg";
import { readRunningServer, type RunningServer } from "../../../local";
import { CompiledLocal, printed, stop } from "./compiledLocal";

let compiled: CompiledLocal;
let stateFolder: string;
beforeAll(() => (compiled = new CompiledLocal()));
beforeEach(() => (stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "serve-"))));
afterEach(() => fs.rmSync(stateFolder, { recursive: true, force: true, maxRetries: 5 }));
afterAll(() => compiled.remove());

/** `neon-tenants local` in a process of its own. */
async function serve() {
  const options = JSON.stringify({ stateFolder, pgPort: 0 });
  const child = compiled.run(`require("./local").serveLocalNeon(${options}).then(() => console.log("stopped"))`);
  const welcome = await printed(child, "Stop with Ctrl-C.");
  const server = await readRunningServer(stateFolder);
  if (!server) throw new Error(`no server: ${welcome}`);
  return { child, server, welcome };
}

async function call<T>(server: RunningServer, method: string, route: string, body?: object): Promise<T> {
  const headers = { Authorization: `Bearer ${server.apiKey}`, "Content-Type": "application/json" };
  const response = await fetch(server.apiHost + route, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function settle(server: RunningServer, projectId: string): Promise<void> {
  for (;;) {
    const { operations } = await call<neon.OperationsResponse>(server, "GET", `/projects/${projectId}/operations`);
    if (operations.every(({ status }) => String(status) === "finished")) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function sql<T>(connectionString: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

describe("serveLocalNeon", () => {
  it("says what it serves, leaves a note that only its owner can read, and stops cleanly on SIGTERM", async () => {
    const { child, server, welcome } = await serve();
    for (const text of [server.apiHost, String(child.pid), server.caFile, stateFolder]) expect(welcome).toContain(text);
    expect(server.pid).toBe(child.pid);
    expect(fs.statSync(path.join(stateFolder, "server.json")).mode & 0o077).toBe(0);
    await stop(child, "SIGTERM");
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
    expect(fs.existsSync(path.join(stateFolder, "server.json"))).toBe(false);
    expect(await readRunningServer(stateFolder)).toBeUndefined();
  });

  it("stops cleanly although nobody reads any more what it prints", async () => {
    const { child } = await serve();
    child.stdout?.destroy();
    await stop(child, "SIGTERM");
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });

  it("has the rows again after it was killed, and finishes what it had acknowledged", async () => {
    const first = await serve();
    const { project, connection_uris } = await call<neon.ProjectResponse & neon.ConnectionURIsResponse>(
      first.server,
      "POST",
      "/projects",
      { project: { name: "kept" } },
    );
    await settle(first.server, project.id);
    const uri = connection_uris[0]?.connection_uri ?? "";
    await sql(uri, "create table kept(n int); insert into kept values (42)");
    const second = await call<neon.ProjectResponse>(first.server, "POST", "/projects", { project: { name: "late" } });
    await stop(first.child, "SIGKILL");
    expect(await readRunningServer(stateFolder)).toBeUndefined();

    const again = await serve();
    await settle(again.server, second.project.id);
    const { projects } = await call<neon.ProjectsResponse>(again.server, "GET", "/projects");
    expect(projects.map(({ name }) => name)).toEqual(["kept", "late"]);
    const query = "database_name=neondb&role_name=neondb_owner";
    const found = await call<{ uri: string }>(again.server, "GET", `/projects/${project.id}/connection_uri?${query}`);
    expect(await sql(found.uri, "select n from kept")).toEqual([{ n: 42 }]);
    await stop(again.child, "SIGINT");
  });
});

describe("readRunningServer", () => {
  it("does not believe a note whose process lives but is not the server", async () => {
    const other = http.createServer((_, response) => response.end());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const note = { pid: process.pid, apiHost: `http://127.0.0.1:${port}/api/v2`, apiKey: "local" };
    fs.writeFileSync(path.join(stateFolder, "server.json"), JSON.stringify(note));
    expect(await readRunningServer(stateFolder)).toBeUndefined();
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    expect(await readRunningServer(stateFolder)).toBeUndefined();
    fs.writeFileSync(path.join(stateFolder, "server.json"), "{");
    expect(await readRunningServer(stateFolder)).toBeUndefined();
  });
});
