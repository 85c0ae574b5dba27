import * as pulumi from "@pulumi/pulumi";
import { connectionUri, getProject, getRegions, listProjects } from "../../../provider";
import { startTestApi, type TestApi } from "../../local/api/testApi";
import { quickClient } from "../table/world";

let neon: TestApi;
beforeAll(async () => (neon = await startTestApi()));
afterAll(() => neon.close());
afterEach(() => pulumi.runtime.setAllConfig({}));

async function made(name: string) {
  const { project, connection_uris: uris } = await neon.project({
    name,
    settings: { quota: { active_time_seconds: 60 } },
  });
  return { projectId: project.id, uri: uris[0]?.connection_uri };
}

test("a project is described in the names of the inputs", async () => {
  const { projectId } = await made("described");
  const found = await getProject(projectId, { api: quickClient(neon.neon) });
  expect(found).toMatchObject({ projectId, name: "described", pgVersion: 17, orgId: neon.neon.orgId });
  expect(found.inputs).toMatchObject({ quota: { activeTimeSeconds: 60, computeTimeSeconds: 0 }, allowedIps: "any" });
});

test("a project that is not there is an error with a code", async () => {
  const looked = getProject("no-such-project", { api: quickClient(neon.neon) });
  await expect(looked).rejects.toMatchObject({ code: "NEON_NOT_FOUND" });
});

test("projects are listed over all pages, or searched for", async () => {
  for (let n = 0; n < 12; n += 1) await made(`listed ${n}`);
  const api = quickClient(neon.neon);
  expect((await listProjects({ api })).filter(({ name }) => name.startsWith("listed "))).toHaveLength(12);
  expect((await listProjects({ api, search: "listed 11" })).map(({ name }) => name)).toEqual(["listed 11"]);
});

test("regions name one as the default", async () => {
  const regions = await getRegions({ api: quickClient(neon.neon) });
  expect(regions.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  expect(regions.map(({ regionId }) => regionId)).toContain("aws-eu-central-1");
});

test("key and host come from the configuration, and a connection string is a secret", async () => {
  const { projectId, uri } = await made("connected");
  const { apiHost, apiKey } = neon.neon;
  pulumi.runtime.setAllConfig({ "neon:apiKey": apiKey, "neon:apiHost": apiHost }, ["neon:apiKey"]);
  const query = { projectId, databaseName: "neondb", roleName: "neondb_owner" };
  const output = connectionUri(query);
  expect(await pulumi.isSecret(output)).toBe(true);
  expect(await valueOf(output)).toBe(uri);
  expect(await valueOf(connectionUri({ ...query, pooled: true }))).toContain("-pooler");
});

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));
