import { startTestApi, type TestApi } from "../../local/api/testApi";
import { resourceKinds } from "../../../provider/lifecycle";
import * as access from "./accessTables";
import { projectTable } from "./projectTable";
import * as subResources from "./subResourceTables";
import { inputsOf, walk } from "./walk";
import { makeWorld, type TableWorld } from "./world";

const tables = [projectTable, ...Object.values(subResources), ...Object.values(access)];

let neon: TestApi;
let world: TableWorld;
let n = 0;

beforeAll(async () => {
  neon = await startTestApi();
  world = await makeWorld(neon.neon, { transaction: () => Promise.reject(new Error("no database here")) });
});
afterAll(() => neon.close());

test("every resource has a table; an AppRole is made over SQL and has its own, with real Postgres", () => {
  expect(tables.map(({ kind }) => kind).sort()).toEqual(resourceKinds.filter((kind) => kind !== "appRole").sort());
});

describe.each(tables.map((table) => [table.kind, table] as const))("a %s", (_kind, table) => {
  test("has a row for every input and no other", () => {
    expect(Object.keys(table.rows(world, 0)).sort()).toEqual(inputsOf(table).sort());
  });

  test.each(inputsOf(table))("made, unchanged, changed, reverted, changed outside, deleted: %s", async (path) => {
    n += 1;
    await walk(world, table, path, n);
  });
});
