import type { PgVersion } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { findPgDump } from "../../../local/postgres/history/findPgDump";
import { NeonCli } from "./support/neonCli";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;
let cli: NeonCli;
beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  user = new NeonUser(neon);
  cli = new NeonCli(neon);
});
afterAll(async () => {
  cli?.close();
  await neon?.close();
});

/** The newest version whose schema a `pg_dump` of this machine reads, if there is any. */
async function readableVersion(): Promise<PgVersion | undefined> {
  for (const version of [18, 17, 16, 15, 14]) {
    const found = await findPgDump(version).catch(() => undefined);
    if (found !== undefined) return version;
  }
  return undefined;
}

async function projectWithTable(version: PgVersion): Promise<UsersProject> {
  const project = await user.project({ pg_version: version });
  await query(project.uri, "CREATE TABLE \"Items\" (id int PRIMARY KEY, name text NOT NULL DEFAULT 'a, (b')");
  return project;
}

it("shows and compares real schemas, or tells which package is missing", async () => {
  const version = await readableVersion();
  if (version === undefined || version < 18) {
    const { id, branchId } = await projectWithTable(18);
    const refused = {
      response: { status: 501, data: { message: expect.stringContaining("postgresql-client-18") as string } },
    };
    const ask = { projectId: id, branchId, db_name: "neondb" };
    await expect(user.api.getProjectBranchSchema(ask)).rejects.toMatchObject(refused);
  }
  if (version === undefined) return;

  const project = await projectWithTable(version);
  const ask = { projectId: project.id, branchId: project.branchId, db_name: "neondb" };
  const { sql } = (await user.api.getProjectBranchSchema(ask)).data;
  expect(sql).toContain('CREATE TABLE public."Items"');
  const { json } = (await user.api.getProjectBranchSchema({ ...ask, format: "json" })).data;
  expect(json?.tables).toEqual([
    {
      schema: "public",
      name: "Items",
      columns: [
        { name: "id", type: "integer", nullable: false, generated: false },
        { name: "name", type: "text", nullable: false, generated: false },
      ],
      constraints: [{ type: "primary_key", name: "Items_pkey", columns: ["id"] }],
    },
  ]);
  await cli.run("branches", "create", "--name", "dev", "--project-id", project.id);
  await user.settle(project.id);
  const { branches } = (await user.api.listProjectBranches({ projectId: project.id, search: "dev" })).data;
  const devId = branches.find(({ name }) => name === "dev")?.id ?? "";
  await query(await user.uri(project, { branchId: devId }), 'ALTER TABLE "Items" ADD COLUMN price numeric(10,2)');
  const compared = await user.api.getProjectBranchSchemaComparison({ ...ask, branchId: devId });
  expect(compared.data.diff).toMatch(/^--- a\/neondb\n\+\+\+ b\/neondb\n@@ /);
  expect(compared.data.diff).toContain("+    price numeric(10,2)\n");
  expect(
    await cli.run("branches", "schema-diff", "main", "dev", "--database", "neondb", "--project-id", project.id),
  ).toContain("price numeric(10,2)");
});
