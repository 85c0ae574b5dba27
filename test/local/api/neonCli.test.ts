import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi } from "./testApi";

const run = promisify(execFile);
const packageFile = require.resolve("neon/package.json");
const bin = (JSON.parse(fs.readFileSync(packageFile, "utf8")) as { bin: Record<string, string> }).bin["neon"] as string;

let api: TestApi;
let home: string;
beforeAll(async () => {
  api = await startTestApi();
  home = fs.mkdtempSync(path.join(os.tmpdir(), "neon-cli-"));
});
afterAll(async () => {
  await api.close();
  fs.rmSync(home, { recursive: true, force: true });
});

/** The unmodified CLI with the default key and no flag beyond the two that point it here. */
async function neonCli(...args: string[]): Promise<string> {
  const all = [
    path.join(path.dirname(packageFile), bin),
    ...["--api-host", api.neon.apiHost, "--api-key", api.neon.apiKey],
    ...["--config-dir", home, "--no-analytics", ...args],
  ];
  const env = { PATH: process.env["PATH"], HOME: home, CI: "true" };
  return (await run(process.execPath, all, { cwd: home, env })).stdout;
}
const neonJson = async <T>(...args: string[]) => JSON.parse(await neonCli(...args, "--output", "json")) as T;

describe("the unmodified neon CLI", () => {
  it("makes, shows and deletes a project", async () => {
    const { project } = await neonJson<neon.ProjectResponse>("projects", "create", "--name", "acme");
    await api.settle(project.id);
    const listed = await neonJson<{ projects: neon.Project[] }>("projects", "list");
    expect(listed.projects.map(({ name }) => name)).toEqual(["acme"]);
    expect(await neonJson<neon.Project>("projects", "get", project.id)).toMatchObject({ id: project.id, name: "acme" });
    await neonCli("projects", "delete", project.id);
    expect((await neonJson<{ projects: neon.Project[] }>("projects", "list")).projects).toEqual([]);
  });

  it("works with branches, roles, databases, operations and the connection string of a project", async () => {
    const { project, branch } = await api.project();
    const inProject = ["--project-id", project.id];
    await neonCli("branches", "create", "--name", "preview/pr-1", ...inProject);
    await api.settle(project.id);
    const branches = await neonJson<neon.Branch[]>("branches", "list", ...inProject);
    expect(branches.map(({ name }) => name).sort()).toEqual(["main", "preview/pr-1"]);

    await neonCli("roles", "create", "--name", "reader", "--branch", "main", ...inProject);
    await api.settle(project.id);
    const roles = await neonJson<neon.Role[]>("roles", "list", "--branch", branch.id, ...inProject);
    expect(roles.map(({ name }) => name)).toEqual(["neondb_owner", "reader"]);

    await neonCli("databases", "create", "--name", "shop", "--owner-name", "reader", "--branch", "main", ...inProject);
    const operations = await api.settle(project.id);
    const databases = await neonJson<neon.Database[]>("databases", "list", "--branch", "main", ...inProject);
    expect(databases.map(({ name }) => name)).toEqual(["neondb", "shop"]);
    const shown = await neonJson<neon.Operation[]>("operations", "list", ...inProject);
    expect(shown.map(({ id }) => id)).toEqual(operations.map(({ id }) => id));

    const args = ["connection-string", "main", "--role-name", "reader", "--database-name", "shop", ...inProject];
    const uri = new URL((await neonCli(...args)).trim());
    expect(uri.hostname).toMatch(/^127\.1\.0\.\d+$/);
    expect([uri.username, uri.pathname]).toEqual(["reader", "/shop"]);
    await neonCli("databases", "delete", "shop", "--branch", "main", ...inProject);
    await api.settle(project.id);
    await neonCli("roles", "delete", "reader", "--branch", "main", ...inProject);
    await api.settle(project.id);
  });

  it("shows who it is and finds the only project by itself", async () => {
    expect(await neonJson<{ login: string }>("me")).toMatchObject({ login: "local" });
    expect(await neonJson<neon.Organization[]>("orgs", "list")).toMatchObject([{ id: api.neon.orgId }]);
    expect(await neonJson<neon.Branch[]>("branches", "list")).toHaveLength(2);
  });
});
