import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startTestApi, type TestApi } from "../api/testApi";

let api: TestApi;
let folder: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "seed-"));
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function refusal(text: string): Promise<string[]> {
  const file = path.join(folder, "seed.yaml");
  fs.writeFileSync(file, text);
  const error = await api.neon.seed(file).then(
    () => undefined,
    (reason: { code: string; message: string }) => reason,
  );
  expect(error?.code).toBe("LOCAL_SEED_INVALID");
  const { projects } = await api.expect<{ projects: unknown[] }>(200, "GET", "/projects");
  expect(projects).toEqual([]);
  return [...(error?.message ?? "").matchAll(/seed\.yaml:(\d+): ([^;]*?): /g)].map(([, line, at]) => `${line} ${at}`);
}

it("names every mistake in the form of a seed at once, with file, line and path", async () => {
  const places = await refusal(`projects:
  - nam: shop
    pg_version: seventeen
    history_retention_seconds: soon
    roles: [neon_superuser]
    databases:
      - name: postgres
      - { name: app, sql: 7 }
    branches:
      - parent: main
`);
  expect(places).toEqual([
    "2 projects[0].name",
    "3 projects[0].pg_version",
    "4 projects[0].history_retention_seconds",
    "5 projects[0].roles[0]",
    "7 projects[0].databases[0].name",
    "8 projects[0].databases[1].sql",
    "10 projects[0].branches[0].name",
    "2 projects[0].nam",
  ]);
});

it("names every mistake in what the parts are to each other at once", async () => {
  const places = await refusal(`projects:
  - name: shop
    org_id: org-nobody
    region_id: aws-moon-1
    roles: [app_owner, app_owner]
    databases:
      - name: app
      - { name: other, owner_name: stranger, files: missing.sql }
      - name: app
    branches:
      - { name: a, parent: b }
      - { name: b, parent: a }
      - { name: main }
  - name: twice
    settings: { qouta: { active_time_seconds: 1 } }
  - name: twice
    pg_version: 3
`);
  expect(new Set(places)).toEqual(
    new Set([
      "3 projects[0].org_id",
      "4 projects[0].region_id",
      "5 projects[0].roles[1]",
      "8 projects[0].databases[1].owner_name",
      "8 projects[0].databases[1].files",
      "9 projects[0].databases[2]",
      "11 projects[0].branches[0].parent",
      "12 projects[0].branches[1].parent",
      "13 projects[0].branches[2].name",
      "14 projects[1]",
      "16 projects[2].name",
      "16 projects[2]",
    ]),
  );
});

it("says what is wrong with a file that is no YAML, and with one that is not there", async () => {
  const file = path.join(folder, "broken.yaml");
  fs.writeFileSync(file, "projects: [\n  {\n");
  await expect(api.neon.seed(file)).rejects.toMatchObject({ code: "LOCAL_SEED_INVALID" });
  fs.writeFileSync(file, "projects: *nowhere\n");
  await expect(api.neon.seed(file)).rejects.toMatchObject({ code: "LOCAL_SEED_INVALID" });
  await expect(api.neon.seed(path.join(folder, "none.yaml"))).rejects.toMatchObject({ code: "LOCAL_SEED_UNREADABLE" });
});

it("takes a file without content for a seed that asks for nothing", async () => {
  const file = path.join(folder, "empty.yaml");
  fs.writeFileSync(file, "");
  expect(await api.neon.seed(file)).toEqual({ projects: [], made: 0 });
});
