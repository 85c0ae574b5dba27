import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Branch, Project } from "@neondatabase/api-client";
import pg from "pg";
import { type LocalNeon, type LocalNeonOptions, type Seed, type SeededProject, startLocalNeon } from "../../../local";

let folder: string;
let neon: LocalNeon | undefined;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "seeded-"))));
afterEach(async () => {
  await neon?.close();
  neon = undefined;
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(options: LocalNeonOptions = {}): Promise<LocalNeon> {
  await neon?.close();
  return (neon = await startLocalNeon({ stateFolder: path.join(folder, "state"), ...options }));
}

async function get<T>(server: LocalNeon, route: string): Promise<T> {
  const response = await fetch(server.apiHost + route, { headers: { Authorization: `Bearer ${server.apiKey}` } });
  return (await response.json()) as T;
}

async function namesIn(project: SeededProject | undefined, branchName: string): Promise<string[]> {
  const database = project?.branches
    .find(({ name }) => name === branchName)
    ?.databases.find(({ name }) => name === "app");
  const client = new pg.Client({ connectionString: database?.connectionUri });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>("select name from customers order by id");
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Everything that the API says of a server's projects. */
async function everything(server: LocalNeon) {
  const { projects } = await get<{ projects: Project[] }>(server, "/projects");
  return Promise.all(
    projects.map(async ({ id, name }) => {
      const { branches } = await get<{ branches: Branch[] }>(server, `/projects/${id}/branches`);
      const { operations } = await get<{ operations: { id: string }[] }>(server, `/projects/${id}/operations`);
      const contents = branches.map(async (branch) => [
        branch.id,
        await get(server, `/projects/${id}/branches/${branch.id}/roles`),
        await get(server, `/projects/${id}/branches/${branch.id}/databases`),
      ]);
      return { id, name, operations: operations.length, contents: await Promise.all(contents) };
    }),
  );
}

const seedText = `
projects:
  - name: shop
    region_id: aws-eu-central-1
    pg_version: 17
    history_retention_seconds: 7d
    settings: { quota: { active_time_seconds: 36000 } }
    branch: production
    roles: [app_owner, reader]
    databases:
      - name: app
        files: sql/schema.sql
        sql: insert into customers(name) values ('Ada'), ('Grace')
    branches:
      - name: preview
        parent: dev
        databases: [{ name: app, sql: "insert into customers(name) values ('Preview')" }]
      - name: dev
        roles: [developer]
        databases:
          - { name: app, sql: "insert into customers(name) values ('Dev')" }
          - { name: scratch, owner_name: developer }
`;

function seedFile(text = seedText): string {
  const file = path.join(folder, "seed.yaml");
  fs.mkdirSync(path.join(folder, "sql"), { recursive: true });
  fs.writeFileSync(
    path.join(folder, "sql", "schema.sql"),
    "create table customers(id serial primary key, name text);\n",
  );
  fs.writeFileSync(file, text);
  return file;
}

it("makes what a file asks for whatever the server's clients will meet, and the second start changes nothing", async () => {
  const options: LocalNeonOptions = {
    seed: seedFile(),
    faults: [{ route: "*", kind: "503" }],
    rateLimits: true,
    apiKeys: [{ key: "k", kind: "personal", orgIds: [] }],
  };
  const first = await start(options);
  expect(first.seeded?.made).toBeGreaterThan(0);
  const [shop] = first.seeded?.projects ?? [];
  expect(shop?.branches.map(({ name }) => name)).toEqual(["production", "dev", "preview"]);
  expect(await namesIn(shop, "production")).toEqual(["Ada", "Grace"]);
  expect(await namesIn(shop, "dev")).toEqual(["Ada", "Grace", "Dev"]);
  expect(await namesIn(shop, "preview")).toEqual(["Ada", "Grace", "Dev", "Preview"]);
  expect(first.requests()).toEqual({});
  expect(first.faults.active.map(({ matched }) => matched)).toEqual([0]);

  const plain = await start();
  const { project } = await get<{ project: Project }>(plain, `/projects/${shop?.id}`);
  expect(project).toMatchObject({
    name: "shop",
    region_id: "aws-eu-central-1",
    pg_version: 17,
    history_retention_seconds: 604_800,
    settings: { quota: { active_time_seconds: 36_000 } },
  });
  const before = await everything(plain);
  const again = await start({ seed: seedFile() });
  expect(again.seeded?.made).toBe(0);
  expect(again.seeded?.projects[0]?.id).toBe(shop?.id);
  expect(await everything(again)).toEqual(before);
  expect(await namesIn(again.seeded?.projects[0], "preview")).toEqual(["Ada", "Grace", "Dev", "Preview"]);
});

it("adds what a longer seed asks for, leaves changes of others alone, and refuses what cannot be before it makes anything", async () => {
  const short: Seed = { projects: [{ name: "shop", pg_version: 17, databases: [{ name: "app" }] }] };
  const server = await start();
  expect((await server.seed(short)).made).toBe(1);
  const longer: Seed = {
    projects: [
      {
        name: "shop",
        databases: [
          {
            name: "app",
            sql: ["create table customers(id serial, name text)", "insert into customers(name) values ('Ada')"],
          },
        ],
      },
    ],
  };
  const added = await server.seed(longer);
  expect(added.made).toBe(2);
  expect(await namesIn(added.projects[0], "main")).toEqual(["Ada"]);

  const wrong: Seed = { projects: [{ name: "new" }, { name: "shop", pg_version: 16, region_id: "aws-us-west-2" }] };
  await expect(server.seed(wrong)).rejects.toMatchObject({
    code: "LOCAL_SEED_CONFLICT",
    message: expect.stringMatching(/projects\[1\]\.region_id: .*; projects\[1\]\.pg_version: shop has 17/) as unknown,
  });
  expect((await get<{ projects: Project[] }>(server, "/projects")).projects.map(({ name }) => name)).toEqual(["shop"]);
});

it("says where SQL failed, keeps nothing of that text, and goes on from there when it was mended", async () => {
  const seed = (second: string): Seed => ({
    projects: [
      { name: "shop", databases: [{ name: "app", sql: ["create table customers(id serial, name text)", second] }] },
    ],
  });
  const server = await start();
  await expect(
    server.seed(seed("insert into customers(name) values ('Lost');\nselect * from nowhere")),
  ).rejects.toMatchObject({
    code: "LOCAL_SEED_FAILED",
    message: expect.stringMatching(/projects\[0\]\.databases\[0\]\.sql: .*nowhere.* \(line 2\)/) as unknown,
  });
  const mended = await server.seed(seed("insert into customers(name) values ('Kept')"));
  expect(await namesIn(mended.projects[0], "main")).toEqual(["Kept"]);
});
