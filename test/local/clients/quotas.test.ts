import { EndpointState, EndpointType, type ProjectQuota } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { until } from "./support/machine";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;

beforeAll(async () => {
  neon = await startLocalNeon();
  user = new NeonUser(neon);
});
afterAll(() => neon?.close());

const usage = async ({ id }: UsersProject) => (await user.api.getProject(id)).data.project;
const setQuota = (project: UsersProject, quota: ProjectQuota) =>
  user.settled(user.api.updateProject(project.id, { project: { settings: { quota } } }));
const start = (project: UsersProject) => user.api.startProjectEndpoint(project.id, project.endpointId);
const connect = (project: UsersProject) => query<{ n: number }>(project.uri, "SELECT 7 AS n");

/** The session was ended, and both doors are closed with Neon's words. */
async function expectRefused(project: UsersProject, ended: Promise<Error>, name: string): Promise<void> {
  expect(await ended).toBeInstanceOf(Error);
  const text = new RegExp(`has exceeded the ${name} quota\\. Upgrade your plan to increase limits\\.$`);
  await expect(connect(project)).rejects.toThrow(text);
  await expect(start(project)).rejects.toMatchObject({
    response: { status: 423, data: { message: expect.stringMatching(text) as string } },
  });
  await until(async () => (await user.endpoint(project)).current_state === EndpointState.Idle);
}

async function expectLetIn(project: UsersProject): Promise<void> {
  expect(await connect(project)).toEqual([{ n: 7 }]);
  await user.settled(start(project));
}

it("active time: time alone ends the session, a higher quota lets in again", async () => {
  const project = await user.project({ settings: { quota: { active_time_seconds: 3600 } } });
  const { client, ended } = await openSession(project.uri);
  await neon.clock.advance("59m");
  expect((await client.query("SELECT 1")).rowCount).toBe(1);
  await neon.clock.advance("1m");
  await expectRefused(project, ended, "active time");
  await setQuota(project, { active_time_seconds: 7200 });
  await expectLetIn(project);
  expect((await usage(project)).active_time_seconds).toBeGreaterThanOrEqual(3600);
});

it("compute time: a larger compute uses it up faster", async () => {
  const project = await user.project({
    settings: { quota: { compute_time_seconds: 3600 } },
    default_endpoint_settings: { autoscaling_limit_min_cu: 2, autoscaling_limit_max_cu: 2 },
  });
  const { client, ended } = await openSession(project.uri);
  await neon.clock.advance("29m");
  expect((await client.query("SELECT 1")).rowCount).toBe(1);
  expect((await usage(project)).compute_time_seconds).toBeGreaterThanOrEqual(29 * 60 * 2);
  await neon.clock.advance("1m");
  await expectRefused(project, ended, "compute time");
  await setQuota(project, { compute_time_seconds: 0 });
  await expectLetIn(project);
});

it("written data: real WAL uses it up, deleting it again does not help", async () => {
  const project = await user.project({ settings: { quota: { written_data_bytes: 4_000_000 } } });
  const { client, ended } = await openSession(project.uri);
  await client.query("CREATE TABLE t AS SELECT repeat('x', 100) AS x FROM generate_series(1, 100)");
  expect((await client.query("SELECT 1")).rowCount).toBe(1);
  await client.query("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 6000)").catch(() => undefined);
  await expectRefused(project, ended, "written data");
  expect((await usage(project)).written_data_bytes).toBeGreaterThanOrEqual(4_000_000);
  await setQuota(project, { written_data_bytes: 400_000_000 });
  await expectLetIn(project);
});

it("data transfer: what clients were sent uses it up", async () => {
  const project = await user.project({ settings: { quota: { data_transfer_bytes: 2_000_000 } } });
  const { client, ended } = await openSession(project.uri);
  await client.query("SELECT repeat('x', 1000) FROM generate_series(1, 3000)").catch(() => undefined);
  await expectRefused(project, ended, "data transfer");
  expect((await usage(project)).data_transfer_bytes).toBeGreaterThanOrEqual(3_000_000);
  await setQuota(project, { data_transfer_bytes: 400_000_000 });
  await expectLetIn(project);
});

it("logical size: the branch that is too large is closed, the others stay open", async () => {
  const project = await user.project({ settings: { quota: { logical_size_bytes: 20_000_000 } } });
  await query(project.uri, "CREATE TABLE t AS SELECT 1 AS n");
  const { data } = await user.api.createProjectBranch(project.id, { endpoints: [{ type: EndpointType.ReadWrite }] });
  await user.settle(project.id);
  const other = data.connection_uris?.[0]?.connection_uri ?? "";
  const { client, ended } = await openSession(project.uri);
  await client.query("INSERT INTO t SELECT * FROM generate_series(1, 600000)").catch(() => undefined);
  await expectRefused(project, ended, "logical size");
  expect(await query(other, "SELECT n FROM t")).toEqual([{ n: 1 }]);
  const { branch } = (await user.api.getProjectBranch(project.id, project.branchId)).data;
  expect(branch.logical_size).toBeGreaterThan(20_000_000);
  await setQuota(project, { logical_size_bytes: 200_000_000 });
  await expectLetIn(project);
});

it("a quota that lasts is over with the billing period", async () => {
  const project = await user.project({ settings: { quota: { written_data_bytes: 1000 } } });
  const { ended } = await openSession(project.uri);
  await neon.usage.add({ project_id: project.id, written_data_bytes: 1000 });
  await expectRefused(project, ended, "written data");
  await neon.clock.moveTo((await usage(project)).consumption_period_end);
  await expectLetIn(project);
  expect((await usage(project)).written_data_bytes).toBeLessThan(1000);
});

it("a compute that falls asleep after five minutes uses five minutes of a month", async () => {
  const project = await user.project();
  await query(project.uri, "SELECT 1");
  const before = (await usage(project)).active_time_seconds;
  const end = Date.parse((await usage(project)).consumption_period_end);
  await neon.clock.moveTo(new Date(end - 60_000));
  const shown = await usage(project);
  expect(Math.round((shown.active_time_seconds - before) / 60)).toBe(5);
  expect((await user.endpoint(project)).current_state).toBe("idle");
  expect(await connect(project)).toEqual([{ n: 7 }]);
});

describe("with writes that fail", () => {
  let other: LocalNeon;
  beforeAll(async () => void (other = await startLocalNeon({ quotaRules: { logicalSize: "writesFail" } })));
  afterAll(() => other?.close());

  it("a branch that is too large is read, may be emptied, and takes writes again once it fits", async () => {
    const owner = new NeonUser(other);
    const project = await owner.project({ settings: { quota: { logical_size_bytes: 20_000_000 } } });
    const { client } = await openSession(project.uri);
    await client.query("CREATE TABLE t AS SELECT * FROM generate_series(1, 600000) AS n");
    const write = () =>
      client.query("INSERT INTO t VALUES (0)").then(
        () => "written",
        (error: Error) => error.message,
      );
    await until(async () => (await write()) === "cannot execute INSERT in a read-only transaction");
    expect((await client.query("SELECT count(*) AS rows FROM t WHERE n > 0")).rows).toEqual([{ rows: "600000" }]);
    await expect(query(project.uri, "DROP TABLE t")).rejects.toMatchObject({ code: "25006" });
    // Administration goes on.
    await owner.settled(owner.api.createProjectBranchRole(project.id, project.branchId, { role: { name: "app" } }));
    await client.query("SET default_transaction_read_only = off");
    await client.query("TRUNCATE t");
    await client.query("RESET default_transaction_read_only");
    await until(async () => (await write()) === "written");
    await client.end();
  });
});
