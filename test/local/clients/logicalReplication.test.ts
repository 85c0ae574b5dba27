import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;
let project: UsersProject;
beforeAll(async () => {
  neon = await startLocalNeon();
  user = new NeonUser(neon);
  project = await user.project();
});
afterAll(() => neon?.close());

const createSlot = (name: string) => `SELECT pg_create_logical_replication_slot('${name}', 'pgoutput')`;
const slots = "SELECT slot_name::text AS name FROM pg_replication_slots";
const changes = `SELECT count(*)::int AS changes FROM pg_logical_slot_peek_binary_changes(
  'follower', NULL, NULL, 'proto_version', '1', 'publication_names', 'all_tables')`;
const fill = (from: number) => `INSERT INTO t SELECT n FROM generate_series(${from}, ${from + 2}) AS n`;

async function enable(): Promise<void> {
  const settings = { enable_logical_replication: true };
  await user.settled(user.api.updateProject(project.id, { project: { settings } }));
}

it("is refused by Postgres until the project has it, which ends the sessions of active computes", async () => {
  await query(project.uri, "CREATE TABLE t (n int)");
  await expect(query(project.uri, createSlot("early"))).rejects.toMatchObject({ code: "55000" });
  const session = await openSession(project.uri);
  await enable();
  expect((await session.ended).message).toBeTruthy();
  expect(await query(project.uri, "SHOW wal_level")).toEqual([{ wal_level: "logical" }]);
});

it("follows changes with a slot, which a suspended compute keeps", async () => {
  await query(project.uri, "CREATE PUBLICATION all_tables FOR TABLE t");
  await query(project.uri, createSlot("follower"));
  await query(project.uri, fill(1));
  // The beginning and the end of the transaction, its table and three rows.
  expect(await query(project.uri, changes)).toEqual([{ changes: 6 }]);
  await user.settled(user.api.suspendProjectEndpoint(project.id, project.endpointId));
  expect(await query(project.uri, changes)).toEqual([{ changes: 6 }]);
});

it("does not keep a branch with a slot from being branched and restored, without the slot", async () => {
  const [{ at } = { at: new Date() }] = await query<{ at: Date }>(
    project.uri,
    "SELECT clock_timestamp() + interval '2 ms' AS at",
  );
  await query(project.uri, "SELECT pg_sleep(0.02)");
  await query(project.uri, fill(4));
  const restore = {
    source_branch_id: project.branchId,
    source_timestamp: at.toISOString(),
    preserve_under_name: "before",
  };
  await user.settled(user.api.restoreProjectBranch(project.id, project.branchId, restore));
  expect(await query(project.uri, "SELECT count(*)::int AS rows FROM t")).toEqual([{ rows: 3 }]);
  expect(await query(project.uri, slots)).toEqual([]);
  await query(project.uri, createSlot("follower"));
  await query(project.uri, fill(7));
  expect(await query(project.uri, changes)).toEqual([{ changes: 6 }]);
});
