import { type LocalNeon, startLocalNeon } from "../../../local";
import {
  denied,
  type Entry,
  inputsOf,
  makeTenant,
  outcome,
  password,
  providerOf,
  query,
  type Tenant,
  up,
} from "./support";

let neon: LocalNeon;
beforeAll(async () => (neon = await startLocalNeon({ closed: true })));
afterAll(() => neon.close());

/** The versions before and after the changes of 15 (schema public) and 16 (who may grant a role). */
describe.each([14, 17])("on PostgreSQL %i", (pgVersion) => {
  let tenant: Tenant;
  let web: Entry;
  let report: Entry;

  beforeAll(async () => {
    tenant = await makeTenant(neon, pgVersion);
    await query(
      tenant.ownerUri,
      "CREATE TABLE early (id serial PRIMARY KEY, text text)",
      "INSERT INTO early VALUES (1)",
    );
    web = await up(tenant, inputsOf(tenant));
    report = await up(tenant, inputsOf(tenant, { name: "report", access: "readOnly" }));
    await query(tenant.ownerUri, "CREATE TABLE late (id serial PRIMARY KEY, text text)", "INSERT INTO late VALUES (1)");
  });

  test.each(["early", "late"])(
    "a readWrite role may change rows of the table made %s, and not the table",
    async (table) => {
      const rows = await query(
        web.outs.uri,
        `INSERT INTO ${table} (id, text) VALUES (nextval('${table}_id_seq') + 1, 'a'), (9, 'b')`,
        `UPDATE ${table} SET text = 'c' WHERE id = 9`,
        `DELETE FROM ${table} WHERE id = 1`,
        `SELECT text FROM ${table} ORDER BY text`,
      );
      expect(rows).toEqual([{ text: "a" }, { text: "c" }]);
      for (const statement of ["DROP TABLE", "TRUNCATE"])
        expect(await outcome(web.outs.uri, `${statement} ${table}`)).toBe(denied);
      expect(await outcome(web.outs.uri, `ALTER TABLE ${table} ADD COLUMN more int`)).toBe(denied);
    },
  );

  test.each(["early", "late"])("a readOnly role reads the table made %s and changes nothing in it", async (table) => {
    expect(await outcome(report.outs.uri, `SELECT * FROM ${table}`)).toBe("done");
    for (const statement of [
      `INSERT INTO ${table} (text) VALUES ('x')`,
      `UPDATE ${table} SET text = 'x'`,
      `DELETE FROM ${table}`,
      `SELECT nextval('${table}_id_seq')`,
    ]) {
      expect(await outcome(report.outs.uri, statement)).toBe(denied);
    }
  });

  test("neither makes tables, schemas, databases or roles", async () => {
    for (const { outs } of [web, report]) {
      for (const statement of [
        "CREATE TABLE own (n int)",
        "CREATE SCHEMA own",
        "CREATE DATABASE own",
        "CREATE ROLE own",
      ]) {
        expect(await outcome(outs.uri, statement)).toBe(denied);
      }
    }
  });

  test("another role, made with SQL, keeps what it had", async () => {
    await query(tenant.ownerUri, "CREATE ROLE custom LOGIN PASSWORD 'custom-password-0123456789'");
    await up(tenant, inputsOf(tenant, { name: "third" }));
    const custom = String(tenant.ownerUri).replace(/\/\/[^@]*@/, "//custom:custom-password-0123456789@");
    expect(await outcome(custom, "CREATE TEMPORARY TABLE mine (n int)")).toBe("done");
  });

  test("neither gets into another database, and who was there before still does", async () => {
    await query(
      tenant.ownerUri,
      "CREATE ROLE worker LOGIN PASSWORD 'worker-password-0123456789'",
      "CREATE DATABASE other",
    );
    const again = await up(tenant, inputsOf(tenant, { epoch: "another database" }), web);
    const other = (uri: unknown) => String(uri).replace("/app?", "/other?");
    expect(await outcome(other(again.outs.uri), "SELECT 1")).toBe(denied);
    expect(await outcome(again.outs.uri, "SELECT 1")).toBe("done");
    expect(await outcome(other(tenant.ownerUri), "SELECT 1")).toBe("done");
    const worker = String(tenant.ownerUri).replace(/\/\/[^@]*@/, "//worker:worker-password-0123456789@");
    expect(await outcome(other(worker), "CREATE TEMPORARY TABLE mine (n int)")).toBe("done");
    const there = await up(tenant, inputsOf(tenant, { name: "there", databaseName: "other" }));
    expect([there.outs.databaseName, await outcome(there.outs.uri, "SELECT 1")]).toEqual(["other", "done"]);
    expect(await outcome(String(there.outs.uri).replace("/other?", "/app?"), "SELECT 1")).toBe(denied);
  });

  test("a new password holds at once, and the former one no more", async () => {
    const before = await up(tenant, inputsOf(tenant, { name: "rotated" }));
    const after = await up(tenant, inputsOf(tenant, { name: "rotated", password: `${password}-'new'"\\` }), before);
    expect(after.outs.uri).not.toBe(before.outs.uri);
    expect(await outcome(after.outs.uri, "SELECT * FROM early")).toBe("done");
    expect(await outcome(before.outs.uri, "SELECT 1")).toBe("28P01");
  });

  test("a lowered access is taken from a connection that is open, and a raised one given", async () => {
    const before = await up(tenant, inputsOf(tenant, { name: "moved" }));
    const insert = "INSERT INTO late (id) VALUES (default) ON CONFLICT DO NOTHING";
    expect(await outcome(before.outs.uri, insert)).toBe("done");
    const lowered = await up(tenant, inputsOf(tenant, { name: "moved", access: "readOnly" }), before);
    expect(await outcome(before.outs.uri, insert)).toBe(denied);
    await query(tenant.ownerUri, "CREATE TABLE later (id int)");
    expect(await outcome(before.outs.uri, "INSERT INTO later VALUES (1)")).toBe(denied);
    await up(tenant, inputsOf(tenant, { name: "moved" }), lowered);
    expect(await outcome(before.outs.uri, "INSERT INTO later VALUES (1)")).toBe("done");
  });

  test("schemas are granted and taken one by one", async () => {
    await query(tenant.ownerUri, 'CREATE SCHEMA "odd ""name"""', 'CREATE TABLE "odd ""name""".t (n int)');
    const odd = 'SELECT * FROM "odd ""name""".t';
    const wanted = { name: "schemas", schemas: ["public", 'odd "name"'] };
    const both = await up(tenant, inputsOf(tenant, wanted));
    expect(await outcome(both.outs.uri, odd)).toBe("done");
    const one = await up(tenant, inputsOf(tenant, { name: "schemas" }), both);
    expect(await outcome(one.outs.uri, odd)).toBe(denied);
    await query(tenant.ownerUri, 'CREATE TABLE "odd ""name""".u (n int)');
    const [row] = await query<{ may: boolean }>(
      tenant.ownerUri,
      `SELECT has_table_privilege('schemas', '"odd ""name""".u', 'SELECT') AS may`,
    );
    expect(row!.may).toBe(false);
    await expect(up(tenant, inputsOf(tenant, { name: "nowhere", schemas: ["missing"] }))).rejects.toMatchObject({
      code: "NEON_NOT_FOUND",
    });
  });

  test("a role that was dropped by hand is made again with the present password once the epoch changes", async () => {
    const before = await up(tenant, inputsOf(tenant, { name: "restored" }));
    await query(tenant.ownerUri, "GRANT restored TO CURRENT_USER", "DROP OWNED BY restored", "DROP ROLE restored");
    expect(await up(tenant, inputsOf(tenant, { name: "restored" }), before)).toBe(before);
    await up(tenant, inputsOf(tenant, { name: "restored", epoch: "1" }), before);
    expect(await outcome(before.outs.uri, "SELECT * FROM early")).toBe("done");
  });

  test("a role that a killed run left is taken over, with its grants and password put right, and not deleted by that run", async () => {
    await query(tenant.ownerUri, "CREATE ROLE killed NOLOGIN", "GRANT ALL ON early TO killed");
    const { provider } = providerOf(tenant);
    const wanted = inputsOf(tenant, { name: "killed", access: "readOnly", allowDelete: true });
    const { id, outs } = (await provider.create(wanted)) as Entry;
    expect(await outcome(outs.uri, "SELECT * FROM early")).toBe("done");
    expect(await outcome(outs.uri, "DELETE FROM early")).toBe(denied);
    await expect(provider.delete!(id, outs)).rejects.toMatchObject({ code: "NEON_DELETE_PROTECTED" });
    expect(await outcome(outs.uri, "SELECT * FROM early")).toBe("done");
  });

  test.each(["app_owner", "second"])("the role %s, which Neon made, is not taken over", async (name) => {
    if (name === "second") {
      await tenant.api.waitForOperations(
        (await tenant.api.createRole(tenant.projectId, tenant.branchId, { name })).operations,
      );
    }
    await expect(up(tenant, inputsOf(tenant, { name }))).rejects.toMatchObject({ code: "NEON_ALREADY_EXISTS" });
    expect(await outcome(tenant.ownerUri, "SELECT 1")).toBe("done");
  });

  test("several at a time do not collide", async () => {
    const names = ["one", "two", "three", "four"];
    const { provider } = providerOf(tenant);
    const made = await Promise.all(names.map((name) => provider.create(inputsOf(tenant, { name })) as Promise<Entry>));
    for (const { outs } of made) expect(await outcome(outs.uri, "SELECT * FROM early")).toBe("done");
  });

  test("objects of other owners are told of, and do not keep the rest from being granted", async () => {
    const { role, operations } = await tenant.api.createRole(tenant.projectId, tenant.branchId, { name: "stranger" });
    await tenant.api.waitForOperations(operations);
    await query(tenant.ownerUri, "GRANT CREATE ON SCHEMA public TO stranger");
    const stranger = tenant.ownerUri.replace(/\/\/[^@]*@/, `//stranger:${role.password}@`);
    await query(stranger, "CREATE TABLE foreign_table (n int)");
    const { provider, warnings } = providerOf(tenant);
    const { outs } = (await provider.create(inputsOf(tenant, { name: "partial" }))) as Entry;
    expect(warnings.join()).toContain("public.foreign_table");
    expect(await outcome(outs.uri, "SELECT * FROM early")).toBe("done");
    expect(await outcome(outs.uri, "SELECT * FROM foreign_table")).toBe(denied);
  });

  test("a move to another database closes the former one", async () => {
    await query(tenant.ownerUri, "CREATE DATABASE second_home");
    const before = await up(tenant, inputsOf(tenant, { name: "mover" }));
    const after = await up(tenant, inputsOf(tenant, { name: "mover", databaseName: "second_home" }), before);
    expect(await outcome(after.outs.uri, "SELECT 1")).toBe("done");
    expect(await outcome(before.outs.uri, "SELECT 1")).toBe(denied);
    const [row] = await query<{ may: boolean }>(
      tenant.ownerUri,
      "SELECT has_table_privilege('mover', 'public.early', 'SELECT') AS may",
    );
    expect(row!.may).toBe(false);
  });

  describe("a delete", () => {
    test("is refused until an earlier up allowed it; what the role owned then goes to the owner", async () => {
      const locked = await up(tenant, inputsOf(tenant, { name: "gone" }));
      const remove = ({ id, outs }: Entry) => providerOf(tenant).provider.delete!(id, outs);
      await expect(remove(locked)).rejects.toMatchObject({ code: "NEON_DELETE_PROTECTED" });
      await query(
        tenant.ownerUri,
        "CREATE TABLE kept (n int)",
        "GRANT gone TO CURRENT_USER",
        "GRANT CREATE ON SCHEMA public TO gone",
      );
      await query(tenant.ownerUri, "ALTER TABLE kept OWNER TO gone");
      const open = await up(tenant, inputsOf(tenant, { name: "gone", allowDelete: true }), locked);
      await remove(open);
      expect(await outcome(open.outs.uri, "SELECT 1")).toBe("28P01");
      const [row] = await query<{ owner: string }>(
        tenant.ownerUri,
        "SELECT tableowner::text AS owner FROM pg_tables WHERE tablename = 'kept'",
      );
      expect(row!.owner).toBe("app_owner");
      await remove(open);
    });
  });
});
