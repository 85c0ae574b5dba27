import { type Branch, EndpointType } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonCli } from "./support/neonCli";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";
import { completed } from "./support/uris";

let neon: LocalNeon;
let user: NeonUser;
let cli: NeonCli;
beforeAll(async () => {
  neon = await startLocalNeon();
  user = new NeonUser(neon);
  cli = new NeonCli(neon);
});
afterAll(async () => {
  cli?.close();
  await neon?.close();
});

const count = "SELECT count(*)::int AS rows FROM ledger";
const fill = "CREATE TABLE ledger AS SELECT n FROM generate_series(1, 1000) AS n";

/** A moment at which what was committed before is in, and what is committed later is not: the CLI knows milliseconds. */
async function moment(uri: string): Promise<string> {
  const [row] = await query<{ at: Date }>(uri, "SELECT clock_timestamp() + interval '2 ms' AS at");
  await query(uri, "SELECT pg_sleep(0.02)");
  return (row?.at ?? new Date()).toISOString();
}

/** The CLI's own URI of a branch that has a compute. */
async function uriOf(project: UsersProject, branch: string): Promise<string> {
  const names = ["--role-name", "neondb_owner", "--database-name", "neondb"];
  return completed(await cli.connectionString(project.id, branch, ...names), neon);
}

async function readable(project: UsersProject, branchName: string): Promise<string> {
  const branch = await branchNamed(project, branchName);
  const endpoint = { branch_id: branch.id, type: EndpointType.ReadWrite };
  await user.settled(user.api.createProjectEndpoint(project.id, { endpoint }));
  return uriOf(project, branchName);
}

async function branchNamed(project: UsersProject, name: string): Promise<Branch> {
  const { branches } = (await user.api.listProjectBranches({ projectId: project.id })).data;
  const branch = branches.find((each) => each.name === name);
  if (!branch) throw new Error(`no branch ${name}`);
  return branch;
}

describe("rows deleted by mistake", () => {
  it("come back by a restore in place, while another tenant's connection stays open", async () => {
    const [project, other] = [await user.project(), await user.project()];
    const neighbour = await openSession(other.uri);
    await query(project.uri, fill);
    const at = await moment(project.uri);
    await query(project.uri, "DELETE FROM ledger");
    const session = await openSession(project.uri);

    await cli.run(
      ...["branches", "restore", "main", `^self@${at}`, "--preserve-under-name", "main_old"],
      ...["--project-id", project.id],
    );
    await user.settle(project.id);

    expect(await query(project.uri, count)).toEqual([{ rows: 1000 }]);
    expect(await user.uri(project)).toBe(project.uri);
    expect((await session.ended).message).toBeTruthy();
    expect((await neighbour.client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await neighbour.client.end();
    const main = await branchNamed(project, "main");
    expect([main.id, main.default]).toEqual([project.branchId, true]);
    expect(await query(await readable(project, "main_old"), count)).toEqual([{ rows: 0 }]);

    // And back again to the present that was replaced.
    const back = ["branches", "restore", "main", "main_old", "--preserve-under-name", "main_older"];
    await cli.run(...back, "--project-id", project.id);
    await user.settle(project.id);
    expect(await query(project.uri, count)).toEqual([{ rows: 0 }]);
    expect(await query(await readable(project, "main_older"), count)).toEqual([{ rows: 1000 }]);
  });

  it("come back from a snapshot, under the same connection string, while another tenant's connection stays open", async () => {
    const [project, other] = [await user.project(), await user.project()];
    const neighbour = await openSession(other.uri);
    await query(project.uri, fill);
    const { snapshot } = (await user.api.createSnapshot({ projectId: project.id, branchId: project.branchId })).data;
    await user.settle(project.id);
    const [made] = (await user.api.listSnapshots(project.id)).data.snapshots;
    expect(made?.full_size).toBeGreaterThan(1_000_000);
    expect(made?.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    await query(project.uri, "DELETE FROM ledger");

    const restored = (await user.api.restoreSnapshot({ projectId: project.id, snapshotId: snapshot.id }, {})).data;
    await user.settle(project.id);
    expect(await query(project.uri, count)).toEqual([{ rows: 0 }]);
    await user.settled(user.api.finalizeRestoreBranch(project.id, restored.branch.id, { name: "main_old" }));
    expect(await query(project.uri, count)).toEqual([{ rows: 1000 }]);
    const main = await branchNamed(project, "main");
    expect([main.id, main.default]).toEqual([restored.branch.id, true]);
    expect(await user.uri(project, { branchId: main.id })).toBe(project.uri);
    expect((await neighbour.client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await neighbour.client.end();
    expect(await query(await readable(project, "main_old"), count)).toEqual([{ rows: 0 }]);
    expect((await branchNamed(project, "main_old")).id).toBe(project.branchId);

    // The snapshot does not need the branch it was made of any more.
    await user.settled(user.api.deleteProjectBranch({ projectId: project.id, branchId: project.branchId }));
    const once = { name: "again", target_branch_id: main.id, finalize_restore: true };
    await user.settled(user.api.restoreSnapshot({ projectId: project.id, snapshotId: snapshot.id }, once));
    expect(await query(project.uri, count)).toEqual([{ rows: 1000 }]);
  });
});

describe("a branch at a moment of its parent", () => {
  it("holds the rows, roles and databases of then, by time and by position", async () => {
    const project = await user.project();
    await query(project.uri, fill);
    const at = await moment(project.uri);
    const [{ lsn }] = (await query<{ lsn: string }>(project.uri, "SELECT pg_current_wal_lsn()::text AS lsn")) as [
      { lsn: string },
    ];
    await query(project.uri, "DELETE FROM ledger");
    const later = { role: { name: "later" } };
    await user.settled(user.api.createProjectBranchRole(project.id, project.branchId, later));

    const endpoints = [{ type: EndpointType.ReadWrite }];
    for (const branch of [
      { name: "by_time", parent_timestamp: at },
      { name: "by_lsn", parent_lsn: lsn },
    ]) {
      const made = await user.settled(user.api.createProjectBranch(project.id, { branch, endpoints }));
      expect(await query(await uriOf(project, branch.name), count)).toEqual([{ rows: 1000 }]);
      const { roles } = (await user.api.listProjectBranchRoles(project.id, made.branch.id)).data;
      expect(roles.map(({ name }) => name)).toEqual(["neondb_owner"]);
    }
    const schemaOnly = { name: "empty", init_source: "schema-only" };
    await user.settled(user.api.createProjectBranch(project.id, { branch: schemaOnly, endpoints }));
    expect(await query(await uriOf(project, "empty"), count)).toEqual([{ rows: 0 }]);
  });
});

describe("a branch that is reset", () => {
  it("has its parent's rows and roles again, and its own password", async () => {
    const project = await user.project();
    await query(project.uri, fill);
    await cli.run("branches", "create", "--name", "dev", "--project-id", project.id);
    await user.settle(project.id);
    const dev = await branchNamed(project, "dev");
    await user.settled(user.api.resetProjectBranchRolePassword(project.id, dev.id, "neondb_owner"));
    const uri = await uriOf(project, "dev");
    await query(uri, "TRUNCATE ledger");
    await query(project.uri, "INSERT INTO ledger VALUES (0)");
    await cli.run("branches", "reset", "dev", "--parent", "--project-id", project.id);
    await user.settle(project.id);
    expect(await query(uri, count)).toEqual([{ rows: 1001 }]);
    expect(await uriOf(project, "dev")).toBe(uri);
    expect((await branchNamed(project, "dev")).parent_id).toBe(project.branchId);
  });
});

describe("roles that a restore brings back", () => {
  it("log in with the password that they had, and those that vanish do not", async () => {
    const project = await user.project();
    const { role } = await user.settled(
      user.api.createProjectBranchRole(project.id, project.branchId, { role: { name: "reader" } }),
    );
    await query(project.uri, "SELECT 1");
    const asReader = await user.uri(project, { role: "reader" });
    expect(await query(asReader, "SELECT current_user::text AS who")).toEqual([{ who: "reader" }]);
    const at = await moment(project.uri);
    await user.settled(user.api.deleteProjectBranchRole(project.id, project.branchId, "reader"));
    await user.settled(user.api.createProjectBranchRole(project.id, project.branchId, { role: { name: "later" } }));
    const asLater = await user.uri(project, { role: "later" });
    const restore = { source_branch_id: project.branchId, source_timestamp: at, preserve_under_name: "old" };
    await user.settled(user.api.restoreProjectBranch(project.id, project.branchId, restore));
    expect(await query(asReader, "SELECT current_user::text AS who")).toEqual([{ who: "reader" }]);
    expect(await user.uri(project, { role: "reader" })).toContain(role.password);
    await expect(query(asLater, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    const { roles } = (await user.api.listProjectBranchRoles(project.id, project.branchId)).data;
    expect(roles.map(({ name }) => name).sort()).toEqual(["neondb_owner", "reader"]);
  });
});

it("refuses a moment outside of the history at once", async () => {
  const project = await user.project();
  await query(project.uri, fill);
  const restore = (moment: object) =>
    user.api.restoreProjectBranch(project.id, project.branchId, {
      source_branch_id: project.branchId,
      preserve_under_name: "old",
      ...moment,
    });
  const refusal = { response: { status: 400, data: { code: "WRONG_LSN_OR_TIMESTAMP" } } };
  await expect(restore({ source_lsn: "0/1" })).rejects.toMatchObject(refusal);
  await expect(restore({ source_lsn: "FF/0" })).rejects.toMatchObject(refusal);
  await expect(restore({ source_timestamp: "2020-01-01T00:00:00Z" })).rejects.toMatchObject(refusal);
  expect(await query(project.uri, count)).toEqual([{ rows: 1000 }]);
});

describe("a clock that was moved", () => {
  it("leaves every moment before the jump where it was", async () => {
    const own = await startLocalNeon();
    const owner = new NeonUser(own);
    const project = await owner.project({ history_retention_seconds: 30 * 86_400 });
    await query(project.uri, fill);
    const at = await moment(project.uri);
    await query(project.uri, "DELETE FROM ledger");
    await own.clock.advance("10d");
    const later = own.clock.now().toISOString();
    await query(project.uri, "SELECT pg_sleep(0.02)");
    const restore = (source_timestamp: string, preserve_under_name: string) =>
      owner.settled(
        owner.api.restoreProjectBranch(project.id, project.branchId, {
          source_branch_id: project.branchId,
          source_timestamp,
          preserve_under_name,
        }),
      );
    await restore(at, "old");
    expect(await query(project.uri, count)).toEqual([{ rows: 1000 }]);
    await restore(later, "older");
    expect(await query(project.uri, count)).toEqual([{ rows: 0 }]);
    await own.close();
  });
});
