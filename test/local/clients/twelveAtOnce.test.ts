import { type LocalNeon, startLocalNeon } from "../../../local";
import { createNeonApi, type NeonApi } from "../../../provider/api";
import { query } from "./support/nodePg";

const names = Array.from({ length: 12 }, (_, n) => `customer-${n + 1}`);
const unlimited = { perMinute: Infinity, perSecond: Infinity };

let neon: LocalNeon;
beforeAll(async () => {
  neon = await startLocalNeon({ rateLimits: true });
});
afterAll(() => neon?.close());

/** As twelve processes would have it: one client for each, none of which knows of the others or holds back by itself. */
function client(log: (line: string) => void): NeonApi {
  return createNeonApi({ apiKey: neon.apiKey, orgId: neon.orgId, baseUrl: neon.apiHost, rateLimit: unlimited, log });
}

/** Asks for so much at once that the account's limit is reached; three routes, because each has a limit of its own. */
async function askTooMuch(): Promise<void> {
  const headers = { Authorization: `Bearer ${neon.apiKey}` };
  for (let refused = 0; refused < 60;) {
    const paths = Array.from({ length: 40 }, () => ["/projects", "/users/me", "/regions"]).flat();
    const statuses = await Promise.all(
      paths.map(async (path) => {
        const answer = await fetch(neon.apiHost + path, { headers });
        await answer.arrayBuffer();
        return answer.status;
      }),
    );
    refused = statuses.filter((status) => status === 429).length;
  }
}

async function stackOne(name: string, api: NeonApi): Promise<{ id: string; rows: object[] }> {
  const created = await api.createProject({ project: { name } });
  const { id } = created.project;
  await api.waitForOperations(created.operations);
  const branchId = created.branch.id;
  const { operations } = await api.createRole(id, branchId, { name: "app" });
  await api.waitForOperations(operations);
  const uri = await api.connectionUri(id, { branchId, databaseName: "neondb", roleName: "app", pooled: false });
  await query(uri, "CREATE SCHEMA app; CREATE TABLE app.whoami (name text)");
  await query(uri, "INSERT INTO app.whoami VALUES ($1)", [name]);
  return { id, rows: await query(uri, "SELECT name FROM app.whoami") };
}

it("twelve projects are made and connected to at once under Neon's rate limits, and none fails", async () => {
  const repeats: string[] = [];
  await askTooMuch();
  const stacking = Promise.all(
    names.map((name) =>
      stackOne(
        name,
        client((line) => repeats.push(line)),
      ),
    ),
  );
  // Somebody else who uses the same account keeps the limit reached until one of the twelve has felt it.
  let isDone = false;
  const done = stacking.finally(() => (isDone = true));
  while (!isDone && repeats.length === 0) await askTooMuch();

  const stacked = await done;
  expect(stacked.map(({ rows }) => rows)).toEqual(names.map((name) => [{ name }]));
  expect(repeats.some((line) => line.startsWith("NEON_RATE_LIMITED"))).toBe(true);
  const projects = await client(() => undefined).listProjects();
  expect(projects.map(({ id }) => id).sort()).toEqual(stacked.map(({ id }) => id).sort());
});
