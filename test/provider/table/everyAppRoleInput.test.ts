import { type LocalNeon, startLocalNeon } from "../../../local";
import { createSql } from "../../../provider/sql";
import { query } from "../appRole/support";
import { appRoleTable } from "./appRoleTable";
import { inputsOf, walk } from "./walk";
import { makeWorld, type TableWorld } from "./world";

let neon: LocalNeon;
let world: TableWorld;
let n = 0;

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  const sql = createSql({ now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  world = await makeWorld(neon, sql);
  const { api, projectId, branchId, ownerUri } = world;
  const owner = decodeURIComponent(new URL(ownerUri).username);
  const { operations } = await api.createDatabase(projectId, branchId, { name: "second", owner_name: owner });
  await api.waitForOperations(operations);
  await query(ownerUri, "CREATE SCHEMA extra", "CREATE TABLE things (id int)");
});
afterAll(() => neon.close());

test("has a row for every input and no other", () => {
  expect(Object.keys(appRoleTable.rows(world, 0)).sort()).toEqual(inputsOf(appRoleTable).sort());
});

test.each(inputsOf(appRoleTable))("made, unchanged, changed, reverted, deleted: %s", async (path) => {
  n += 1;
  await walk(world, appRoleTable, path, n);
});
