import { type Branch, type Endpoint, EndpointType } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonCli } from "./support/neonCli";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";
import { changed, completed, passwordOf } from "./support/uris";

let neon: LocalNeon;
let user: NeonUser;
let cli: NeonCli;
let project: UsersProject;

beforeAll(async () => {
  neon = await startLocalNeon();
  user = new NeonUser(neon);
  cli = new NeonCli(neon);
  project = await user.project();
});
afterAll(async () => {
  cli?.close();
  await neon?.close();
});

/** The CLI's own URI of a branch, with the port and the CA. */
async function uriOf(branch: string, ...flags: string[]): Promise<string> {
  return completed(await cli.connectionString(project.id, branch, ...flags), neon);
}

describe("what the neon CLI makes", () => {
  it("roles and databases of a project that nobody has connected to can be used at once", async () => {
    const inMain = ["--branch", "main", "--project-id", project.id];
    expect((await user.endpoint(project)).started_at).toBeUndefined();
    await cli.run("roles", "create", "--name", "reader", ...inMain);
    await cli.run("databases", "create", "--name", "shop", "--owner-name", "reader", ...inMain);
    const uri = await uriOf("main", "--role-name", "reader", "--database-name", "shop");
    await query(uri, "CREATE TABLE public.items (name text)");
    await query(uri, "INSERT INTO items VALUES ('shoe')");
    expect(await query(uri, "SELECT name, current_user::text AS who FROM items")).toEqual([
      { name: "shoe", who: "reader" },
    ]);
  });

  it("roles and databases of a running compute can be used at once", async () => {
    const inMain = ["--branch", "main", "--project-id", project.id];
    const { client } = await openSession(project.uri);
    await cli.run("roles", "create", "--name", "writer", ...inMain);
    await cli.run("databases", "create", "--name", "stock", "--owner-name", "writer", ...inMain);
    const uri = await uriOf("main", "--role-name", "writer", "--database-name", "stock");
    expect(await query(uri, "SELECT current_database()::text AS where")).toEqual([{ where: "stock" }]);
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it("a branch holds the rows of its parent as they were, and goes its own way", async () => {
    await query(project.uri, "CREATE TABLE ledger AS SELECT n FROM generate_series(1, 1000) AS n");
    const open = await openSession(project.uri);
    await open.client.query("BEGIN; INSERT INTO ledger VALUES (-1)");

    const made = await cli.json<{ branch: Branch; endpoints: Endpoint[] }>(
      ...["branches", "create", "--name", "dev", "--project-id", project.id],
    );
    await user.settle(project.id);
    const uri = await uriOf("dev", "--role-name", "neondb_owner", "--database-name", "neondb");
    expect(new URL(uri).hostname).toBe(made.endpoints[0]?.host);
    expect(new URL(uri).hostname).not.toBe(project.host);
    const count = "SELECT count(*)::int AS rows, min(n) AS least FROM ledger";
    expect(await query(uri, count)).toEqual([{ rows: 1000, least: 1 }]);

    await open.client.query("COMMIT");
    await open.client.end();
    await query(uri, "DELETE FROM ledger WHERE n > 10");
    expect(await query(uri, count)).toEqual([{ rows: 10, least: 1 }]);
    expect(await query(project.uri, count)).toEqual([{ rows: 1001, least: -1 }]);

    const shop = await uriOf("dev", "--role-name", "reader", "--database-name", "shop");
    expect(await query(shop, "SELECT name FROM items")).toEqual([{ name: "shoe" }]);
    await cli.run("branches", "delete", "dev", "--project-id", project.id);
    await user.settle(project.id);
    await expect(query(uri, "SELECT 1")).rejects.toThrow();
    expect(await query(project.uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("a password that was reset", () => {
  it("works and the old one does not, on this branch alone", async () => {
    const { branch } = await user.settled(
      user.api.createProjectBranch(project.id, {
        branch: { name: "frozen" },
        endpoints: [{ type: EndpointType.ReadWrite }],
      }),
    );
    const onBranch = await user.uri(project, { branchId: branch.id });
    expect(passwordOf(onBranch)).toBe(passwordOf(project.uri));

    const { role } = await user.settled(
      user.api.resetProjectBranchRolePassword(project.id, project.branchId, "neondb_owner"),
    );
    const password = role.password ?? "";
    expect(password).not.toBe(passwordOf(project.uri));
    await expect(query(project.uri, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    expect(await query(changed(project.uri, { password }), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(passwordOf(await user.uri(project))).toBe(password);
    expect(await query(onBranch, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await expect(query(changed(onBranch, { password }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("works where the project had never been connected to", async () => {
    const fresh = await user.project();
    const { role } = await user.settled(
      user.api.resetProjectBranchRolePassword(fresh.id, fresh.branchId, "neondb_owner"),
    );
    const password = role.password ?? "";
    await expect(query(fresh.uri, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    expect(await query(changed(fresh.uri, { password }), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
