import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import type * as neon from "@neondatabase/api-client";
import { schemaJson } from "../../../local/api/schema/schemaJson";
import { unifiedDiff } from "../../../local/api/schema/unifiedDiff";
import { LocalNeonError } from "../../../local/localNeonError";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

const dump = `--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.f() RETURNS integer
    LANGUAGE sql
    AS $$ SELECT 1; CREATE TABLE public.not_a_table (n integer); $$;

CREATE TABLE public.users (
    id integer NOT NULL,
    "Name; (odd)" character varying(20) DEFAULT 'a, b)'::character varying,
    amount numeric(10,2) DEFAULT 0 NOT NULL,
    tags text[],
    made_at timestamp(3) without time zone DEFAULT now() NOT NULL,
    twice integer GENERATED ALWAYS AS ((id * 2)) STORED,
    CONSTRAINT positive CHECK ((amount > (0)::numeric))
);

ALTER TABLE public.users OWNER TO neondb_owner;

ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
);

CREATE TABLE other."Orders" (
    user_id integer CONSTRAINT orders_user_id_not_null NOT NULL,
    part_of other."Kind"
)
PARTITION BY LIST (user_id);

CREATE TABLE public.nothing (
);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id, "Name; (odd)");

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_amount_key UNIQUE NULLS NOT DISTINCT (amount);

ALTER TABLE ONLY other."Orders"
    ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
`;

it("reads tables, columns and constraints from what pg_dump writes", () => {
  const column = (name: string, type: string, nullable = true, generated = false) => ({
    name,
    type,
    nullable,
    generated,
  });
  expect(schemaJson(dump)).toEqual({
    tables: [
      {
        schema: "public",
        name: "users",
        columns: [
          column("id", "integer", false),
          column("Name; (odd)", "character varying(20)"),
          column("amount", "numeric(10,2)", false),
          column("tags", "text[]"),
          column("made_at", "timestamp(3) without time zone", false),
          column("twice", "integer", true, true),
        ],
        constraints: [
          { type: "primary_key", name: "users_pkey", columns: ["id", "Name; (odd)"] },
          { type: "unique", name: "users_amount_key", columns: ["amount"] },
        ],
      },
      {
        schema: "other",
        name: "Orders",
        columns: [column("user_id", "integer", false), column("part_of", 'other."Kind"')],
        constraints: [
          {
            type: "foreign_key",
            name: "fk",
            columns: ["user_id"],
            referenced_table: { schema: "public", table: "users", columns: ["id"] },
          },
        ],
      },
      { schema: "public", name: "nothing", columns: [], constraints: [] },
    ],
  });
});

describe("a unified diff", () => {
  it("shows changes with three lines around them", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const changed = lines.flatMap((line, n) => (n === 2 ? [] : n === 15 ? [line, "new"] : [line]));
    expect(unifiedDiff(lines.join("\n"), changed.join("\n"), "a/x", "b/x").split("\n")).toEqual([
      ...["--- a/x", "+++ b/x"],
      ...["@@ -1,6 +1,5 @@", " line 0", " line 1", "-line 2", " line 3", " line 4", " line 5"],
      ...["@@ -14,6 +13,7 @@", " line 13", " line 14", " line 15", "+new", " line 16", " line 17", " line 18"],
      "",
    ]);
    expect(unifiedDiff("same\n", "same\n", "a", "b")).toBe("");
  });

  it("is what patch makes the new text from", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "diff-"));
    const file = path.join(folder, "text");
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "", "-- x", "++ y"), { maxLength: 25 })
      .map((lines) => lines.map((line) => `${line}\n`).join(""));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after, "a/text", "b/text");
        expect(diff === "").toBe(before === after);
        if (diff === "") return;
        fs.writeFileSync(file, before);
        execFileSync("patch", ["--silent", "--posix", file], { input: diff });
        expect(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "").toBe(after);
      }),
      { numRuns: 60 },
    );
    fs.rmSync(folder, { recursive: true });
  });
});

describe("the schema of a branch", () => {
  let api: TestApi;
  let made: TestProject;
  let child: neon.Branch;
  let branches: string;
  const get = (query: string, status = 200, what = "schema", id = made.branch.id) =>
    api.expect<neon.BranchSchemaResponse & neon.BranchSchemaCompareResponse & neon.GeneralError>(
      status,
      "GET",
      `${branches}/${id}/${what}?${query}`,
    );

  beforeAll(async () => {
    api = await startTestApi();
    made = await api.project();
    branches = `/projects/${made.project.id}/branches`;
    ({ branch: child } = await api.expect<neon.BranchResponse>(201, "POST", branches));
    await api.settle(made.project.id);
    api.computes.schemas.set(made.branch.id, dump);
    api.computes.schemas.set(child.id, dump.replace("tags text[]", "tags text"));
  });
  afterAll(() => api.close());

  it("is answered as SQL or as JSON, at a moment too", async () => {
    expect(await get("db_name=neondb")).toEqual({ sql: dump });
    expect(await get("db_name=neondb&format=json")).toEqual({ json: schemaJson(dump) });
    await get("db_name=gone_since&lsn=0%2F1");
    expect(api.computes.calls.at(-1)).toEqual(["dumpSchema", made.branch.id, "gone_since", { lsn: "0/1" }]);
  });

  it("is compared with that of the parent, or of another branch", async () => {
    const { diff } = await get("db_name=neondb", 200, "compare_schema", child.id);
    expect(diff).toContain("-    tags text[],\n+    tags text,\n");
    const other = await get(`db_name=neondb&base_branch_id=${child.id}`, 200, "compare_schema", child.id);
    expect(other.diff).toBe("");
    await get("db_name=neondb", 400, "compare_schema");
  });

  it("is refused where there is none, and 501 names what is missing", async () => {
    await get("db_name=unknown", 404);
    await get("db_name=neondb&format=xml", 400);
    await get("db_name=neondb&lsn=0%2F1&timestamp=2026-01-01T00:00:00Z", 400);
    await get("db_name=neondb&timestamp=2999-01-01T00:00:00Z", 400);
    const failWith = (code: string) =>
      api.computes.failNext("dumpSchema", new LocalNeonError(code, "Sentence.", "Install postgresql-client-17."));
    failWith("LOCAL_PG_DUMP_MISSING");
    expect((await get("db_name=neondb", 501)).message).toContain("postgresql-client-17");
    failWith("LOCAL_OUTSIDE_HISTORY");
    expect((await get("db_name=neondb&lsn=0%2F1", 400)).code).toBe("WRONG_LSN_OR_TIMESTAMP");
    failWith("3D000");
    await get("db_name=neondb&lsn=0%2F1", 404);
  });
});
