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

/** Asks for more new projects at once than Neon allows. None comes of it: the requests say nothing of what they want. */
async function askTooMuch(): Promise<void> {
  const request = { method: "POST", headers: { Authorization: `Bearer ${neon.apiKey}` } };
  const ask = async () => {
    const answer = await fetch(`${neon.apiHost}/projects`, request);
    await answer.arrayBuffer();
    return answer.status;
  };
  for (let refused = 0; refused < 10;) {
    const statuses = await Promise.all(Array.from({ length: 100 }, ask));
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
  const hear = (line: string) => void repeats.push(line);
  await askTooMuch();
  let isDone = false;
  /** Somebody else who uses the same account keeps its limit reached until one of the twelve has felt it. */
  const neighbour = async () => {
    while (!isDone && repeats.length === 0) await askTooMuch();
  };
  const stackAll = () => Promise.all(names.map((name) => stackOne(name, client(hear))));
  const [stacked] = await Promise.all([stackAll().finally(() => (isDone = true)), neighbour()]);
  expect(stacked.map(({ rows }) => rows)).toEqual(names.map((name) => [{ name }]));
  expect(repeats.some((line) => line.startsWith("NEON_RATE_LIMITED"))).toBe(true);
  const projects = await client(() => undefined).listProjects();
  expect(projects.map(({ id }) => id).sort()).toEqual(stacked.map(({ id }) => id).sort());
});
