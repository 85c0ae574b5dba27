import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import pg from "pg";
import { readRunningServer, resetState, type RunningServer } from "../../../local";
import { startTestApi } from "./testApi";
import { CompiledLocal, printed, stop } from "./compiledLocal";

let compiled: CompiledLocal;
let stateFolder: string;
beforeAll(() => (compiled = new CompiledLocal()));
beforeEach(() => (stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "serve-"))));
afterEach(() => fs.rmSync(stateFolder, { recursive: true, force: true, maxRetries: 5 }));
afterAll(() => compiled.remove());

/** `neon-tenants local` in a process of its own. */
async function serve(more: object = {}) {
  const options = JSON.stringify({ stateFolder, pgPort: 0, ...more });
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

describe("what it prints", () => {
  it("names organizations, plans, addresses and everything that is switched on, and no configured key", async () => {
    const organization = { id: "org-free", name: "trial", plan: "free", projectsLimit: 10 };
    const { child, server, welcome } = await serve({
      organizations: [organization],
      apiKeys: [{ key: "s3cret", kind: "organization", orgId: "org-free" }],
      latency: "neon",
      rateLimits: true,
      startAt: "36h",
      faults: [{ route: "createProject", kind: "503" }],
      quotaRules: { lagSeconds: 900 },
      seed: { projects: [] },
    });
    const texts = [
      "organization org-free (trial), plan free, at most 10 projects",
      "key 1: of organization org-free",
      `port ${server.pgPort}, with TLS only`,
      "--latency neon",
      "rate limits are on",
      "1 fault is injected",
      "1.5 days ahead",
      "quotaRules",
      "everything was there",
    ];
    for (const text of texts) expect(welcome).toContain(text);
    expect(welcome).not.toContain("s3cret");
    await stop(child, "SIGTERM");
  });
});

describe("a reset", () => {
  it("of a running server begins anew at the same addresses, with the same CA and the same seed", async () => {
    const { child, server } = await serve({ seed: { projects: [{ name: "seeded" }] } });
    const ca = fs.readFileSync(server.caFile, "utf8");
    await call(server, "POST", "/projects", { project: { name: "gone" } });
    const headers = { Authorization: `Bearer ${server.apiKey}` };
    const answer = await fetch(new URL("/_local/reset", server.apiHost), { method: "POST", headers });
    expect(answer.status).toBe(202);
    let again: RunningServer | undefined;
    while (!again || again.run === server.run) again = await readRunningServer(stateFolder);
    expect(again).toEqual({ ...server, run: again.run });
    expect(fs.readFileSync(again.caFile, "utf8")).toBe(ca);
    const { projects } = await call<neon.ProjectsResponse>(again, "GET", "/projects");
    expect(projects.map(({ name }) => name)).toEqual(["seeded"]);
    await stop(child, "SIGTERM");
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });

  it("of a state that was served leaves nothing of its databases, and keeps the CA", async () => {
    const { child, server } = await serve({
      seed: { projects: [{ name: "shop", databases: [{ name: "app", sql: "select 1" }] }] },
    });
    const ca = fs.readFileSync(server.caFile, "utf8");
    await expect(resetState(stateFolder)).rejects.toMatchObject({ code: "LOCAL_STATE_IN_USE" });
    expect((await call<neon.ProjectsResponse>(server, "GET", "/projects")).projects).toHaveLength(1);
    await stop(child, "SIGKILL");
    await resetState(stateFolder);
    await resetState(stateFolder);
    expect(fs.readFileSync(server.caFile, "utf8")).toBe(ca);
    expect(fs.globSync("**/PG_VERSION", { cwd: stateFolder })).toEqual([]);
    const again = await serve();
    expect((await call<neon.ProjectsResponse>(again.server, "GET", "/projects")).projects).toEqual([]);
    await stop(again.child, "SIGTERM");
  });

  it("of a folder that is not the state of a local Neon removes nothing", async () => {
    fs.writeFileSync(path.join(stateFolder, "thesis.txt"), "ten years");
    await expect(resetState(stateFolder)).rejects.toMatchObject({ code: "LOCAL_STATE_UNKNOWN" });
    expect(fs.readdirSync(stateFolder)).toEqual(["thesis.txt"]);
    await resetState(path.join(stateFolder, "nowhere"));
  });

  it("cannot be asked of a server in a test, which ends with it", async () => {
    const api = await startTestApi();
    const { apiHost, apiKey } = api.neon;
    const headers = { Authorization: `Bearer ${apiKey}` };
    expect((await fetch(new URL("/_local/reset", apiHost), { method: "POST", headers })).status).toBe(404);
    await api.close();
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
