import { TestComputes } from "./support";

let local: TestComputes;
beforeAll(async () => {
  local = await TestComputes.start();
});
afterAll(() => local.end());

test.each([14, 15, 16, 17, 18])(
  "PostgreSQL %i starts, has its roles and databases, is branched and stops",
  async (major) => {
    const name = `v${major}`;
    const { address } = await local.tenant(name, { pgVersion: major });
    const [row] = await local.query<{ version: string }>(address, "SELECT version()");
    expect(row?.version).toContain(`PostgreSQL ${major}.`);
    await local.computes.createRole(`br-${name}`, { name: "second", password: "x" });
    await local.computes.createDatabase(`br-${name}`, { name: "db2", ownerName: "second" });
    const login = { user: "second", password: "x", database: "db2" };
    await local.query(address, "CREATE TABLE public.t AS SELECT 1 AS n", login);
    await local.computes.updateDatabase(`br-${name}`, "db2", { ownerName: "owner" });
    await local.query(address, "CREATE TABLE public.u ()", { database: "db2" });
    local.computes.addBranch(
      { branchId: `br-${name}c`, projectId: "p", pgVersion: major, parentId: `br-${name}` },
      () => ({
        roles: [],
        databases: [],
      }),
    );
    const child = await local.endpoint(`${name}c`);
    expect(await local.query(child.address, "SELECT n FROM t", login)).toEqual([{ n: 1 }]);
    await local.computes.dropRole(`br-${name}`, "second");
    expect(
      await local.query(address, "SELECT tableowner FROM pg_tables WHERE tablename = 't'", { database: "db2" }),
    ).toEqual([{ tableowner: "owner" }]);
    for (const endpointId of [`ep-${name}`, `ep-${name}c`]) {
      await local.computes.suspend(endpointId);
      expect(local.computes.state(endpointId).state).toBe("idle");
    }
  },
);
