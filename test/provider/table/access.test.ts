import { lifecycles, type ResourceKind } from "../../../provider/lifecycle";
import { startTestApi, type TestApi } from "../../local/api/testApi";
import * as access from "./accessTables";
import { endpointTable } from "./subResourceTables";
import type { Resource } from "./row";
import { Engine, makeWorld, quickClient, type TableWorld } from "./world";

let neon: TestApi;
let world: TableWorld;

beforeEach(async () => {
  neon = await startTestApi();
  world = await makeWorld(neon.neon, { transaction: () => Promise.reject(new Error("no database here")) });
});
afterEach(() => neon.close());

const engineOf = ({ kind, fields }: Resource) => new Engine(world, kind, fields);

/** What Neon asks for, whoever made it. */
const tables: [ResourceKind, Resource][] = Object.values(access).map((table) => [table.kind, table]);

test.each(tables)("a %s that is there already is an error, and taken over with consent", async (_kind, table) => {
  const engine = engineOf(table);
  const { entry } = await engine.up(table.base(world, 1));
  const wanted = table.kind === "snapshotSchedule" ? { schedule: [{ frequency: "weekly" }] } : {};
  const inputs = { ...table.base(world, 1), ...wanted };
  await expect(engine.up(inputs)).rejects.toMatchObject({ code: "NEON_ALREADY_EXISTS" });
  expect(await table.look(world, entry.outputs)).toBeDefined();
  const { entry: second } = await engine.up({ ...inputs, adoptExisting: true });
  expect(await table.look(world, second.outputs)).toBeDefined();
});

test.each(tables)(
  "a %s that vanished is made again by the next up, and deleting what is gone is done",
  async (_kind, table) => {
    const engine = engineOf(table);
    const { entry } = await engine.up({ ...table.base(world, 1), ...table.unlock });
    await engine.delete(entry);
    await engine.delete(entry);
    const found = await engine.refresh(entry);
    if (table.kind === "snapshotSchedule") expect(found?.outputs.declared).toMatchObject({ schedule: [] });
    else expect(found).toBeUndefined();
    const again = engine.up({ ...table.base(world, 1), ...table.unlock }, found);
    // Neon takes no VPC endpoint a second time.
    if (table.kind === "vpcEndpointAssignment") await expect(again).rejects.toMatchObject({ code: "NEON_REFUSED" });
    else expect(await table.look(world, (await again).entry.outputs)).toBeDefined();
  },
);

const lockable = tables.filter(([, { unlock }]) => unlock !== undefined);
test.each(lockable)("a %s is not deleted without the consent of an earlier up", async (_kind, table) => {
  const engine = engineOf(table);
  const { entry } = await engine.up(table.base(world, 1));
  await expect(engine.delete(entry)).rejects.toMatchObject({ code: "NEON_DELETE_PROTECTED" });
  expect(await table.look(world, entry.outputs)).toBeDefined();
});

const works = (key: unknown) =>
  quickClient(neon.neon, String(key))
    .getProject(world.projectId)
    .then(
      () => "works",
      (error: { code?: string }) => error.code,
    );

test("a rotated key leaves the former one working, until it is told to revoke it or the next rotation", async () => {
  const engine = engineOf(access.apiKeyTable);
  const inputs = { ...access.apiKeyTable.base(world, 1), epoch: "1" };
  const { entry: first } = await engine.up(inputs);
  const { entry: second } = await engine.up({ ...inputs, epoch: "2" }, first);
  const keys = [first, second].map(({ outputs }) => outputs.key);
  expect(await Promise.all(keys.map(works))).toEqual(["works", "works"]);
  const { entry: third } = await engine.up({ ...inputs, epoch: "3" }, second);
  expect(await Promise.all([...keys, third.outputs.key].map(works))).toEqual(["NEON_UNAUTHORIZED", "works", "works"]);
  const { entry: last } = await engine.up({ ...inputs, epoch: "3", revokePrevious: true }, third);
  expect(await Promise.all([keys[1], last.outputs.key].map(works))).toEqual(["NEON_UNAUTHORIZED", "works"]);
  await engine.delete(last);
  expect(await works(last.outputs.key)).toBe("NEON_UNAUTHORIZED");
});

test("a key whose answer was lost is revoked, and the one in the state is the only one", async () => {
  neon.neon.faults.add({ route: "createOrgApiKey", kind: "resetAfterCommit", first: 1 });
  const { entry } = await engineOf(access.apiKeyTable).up(access.apiKeyTable.base(world, 1));
  expect(await works(entry.outputs.key)).toBe("works");
  const keys = await world.api.listOrgApiKeys(world.orgId);
  expect(keys.filter(({ name }) => name === "key 1").map(({ id }) => String(id))).toEqual([entry.outputs.keyId]);
});

test.each([
  ["projectPermission", "grantPermissionToProject", access.projectPermissionTable],
  ["jwksUrl", "addProjectJWKS", access.jwksUrlTable],
  ["vpcEndpointAssignment", "assignOrganizationVPCEndpoint", access.vpcEndpointAssignmentTable],
  ["vpcEndpointRestriction", "assignProjectVPCEndpoint", access.vpcEndpointRestrictionTable],
  ["snapshotSchedule", "setSnapshotSchedule", access.snapshotScheduleTable],
] as const)("a %s whose answer was lost is made once", async (_kind, route, table) => {
  for (const [n, kind] of (["resetAfterCommit", "500"] as const).entries()) {
    neon.neon.faults.add({ route, kind, first: 1, ...(kind === "500" ? { when: "afterCommit" } : {}) });
    const engine = engineOf(table);
    const { entry } = await engine.up({ ...table.base(world, n), ...table.unlock });
    expect(await table.look(world, entry.outputs)).toBeDefined();
    // A create that finds what a lost answer made does not delete it in the same run; this is the next one.
    await engine.delete(entry);
    expect(await table.look(world, entry.outputs)).toBeUndefined();
  }
});

test("a schedule of a branch that is gone is gone too", async () => {
  const { api, projectId, rootBranchId } = world;
  const engine = engineOf(access.snapshotScheduleTable);
  const inputs = { projectId, branchId: rootBranchId, schedule: [{ frequency: "daily" }] };
  const { entry } = await engine.up(inputs);
  await api.waitForOperations(await api.deleteBranch(projectId, rootBranchId));
  expect(await engine.refresh(entry)).toBeUndefined();
  const { branchId } = world;
  const { entry: moved } = await engine.up({ ...inputs, branchId }, entry);
  expect(await api.getSnapshotSchedule(projectId, branchId)).toEqual([{ frequency: "daily" }]);
  await engine.delete(moved);
});

test("the settings of a compute that nobody declared stay when its libraries change", async () => {
  const { api, projectId } = world;
  const engine = engineOf(endpointTable);
  const libraries = (name: string) => ({ useDefaults: true, enabledLibraries: [name] });
  const inputs = { ...endpointTable.base(world, 1), preloadLibraries: libraries("auto_explain") };
  const { entry } = await engine.up(inputs);
  const endpointId = String(entry.outputs.endpointId);
  const request = { endpoint: { settings: { pg_settings: { work_mem: "8MB" } } } };
  const { operations } = await api.updateEndpoint(projectId, endpointId, request);
  await api.waitForOperations(operations);
  await engine.up({ ...inputs, preloadLibraries: libraries("pg_prewarm") }, entry);
  expect((await api.getEndpoint(projectId, endpointId)).settings).toMatchObject({
    pg_settings: { work_mem: "8MB" },
    preload_libraries: { enabled_libraries: ["pg_prewarm"] },
  });
});

test("where a branch begins cannot be said afterwards, and what was imported may say anything about it", () => {
  const outputs = { projectId: "p", branchId: "b", name: "dev" };
  const news = { projectId: "p", name: "dev", parentTimestamp: "2030-01-01T00:00:00Z" };
  const declared = { projectId: "p", name: "dev" };
  expect(() => lifecycles.branch.diff({ ...outputs, declared }, news)).toThrow("NEON_IMMUTABLE");
  expect(lifecycles.branch.diff({ ...outputs, declared: {} }, news).map((change) => change.class)).not.toContain(
    "refused",
  );
});
