import pg from "pg";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { createNeonApi } from "../../../provider/api/createNeonApi";

let neon: LocalNeon;
beforeAll(async () => (neon = await startLocalNeon({ closed: true })));
afterAll(() => neon.close());
afterEach(() => neon.faults.clear());

async function select(connectionString: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query("select current_user::text as role, current_database()::text as database")).rows[0];
  } finally {
    await client.end();
  }
}

it.each([{ kind: "resetAfterCommit" }, { kind: "commitAfterReset", delayMs: 300 }] as const)(
  "a project whose answer was lost (%j) has a database that can be used",
  async (effect) => {
    const rateLimit = { perMinute: Infinity, perSecond: Infinity };
    const api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost, rateLimit });
    const name = effect.kind;
    neon.faults.add({ route: "createProject", first: 1, ...effect });
    await expect(api.createProject({ project: { name } })).rejects.toMatchObject({ unanswered: true });
    const find = async () => (await api.listProjects({ search: name })).find((project) => project.name === name);
    let project = await find();
    while (!project) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      project = await find();
    }
    const { id: projectId } = project;
    await api.waitForOperations(await api.listOperations(projectId));
    const uri = `${neon.apiHost}/projects/${projectId}/connection_uri?role_name=neondb_owner&database_name=neondb`;
    const answer = await fetch(uri, { headers: { Authorization: `Bearer ${neon.apiKey}` } });
    const found = (await answer.json()) as { uri: string };
    expect(await select(found.uri)).toEqual({ role: "neondb_owner", database: "neondb" });
  },
);
