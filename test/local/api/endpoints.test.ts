import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

let api: TestApi;
let made: TestProject;
let endpoints: string;
let primary: string;
beforeAll(async () => (api = await startTestApi({ idleSeconds: 20 })));
beforeEach(async () => {
  made = await api.project();
  endpoints = `/projects/${made.project.id}/endpoints`;
  primary = made.endpoints[0]?.id ?? "";
  api.computes.calls.length = 0;
});
afterAll(() => api.close());

type Answer = neon.EndpointOperations;
const actions = ({ operations }: Answer) => operations.map(({ action }) => action);
const specOf = (id: string) => api.computes.endpoints.get(id);

async function change(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await api.expect<Answer>(method === "POST" && body ? 201 : 200, method, path, body);
  await api.settle(made.project.id);
  return answer;
}

it("opens every endpoint at a loopback address of its own", async () => {
  const { endpoint } = await change("POST", endpoints, { endpoint: { branch_id: made.branch.id, type: "read_only" } });
  expect(endpoint.host).toMatch(/^127\.1\.0\.\d+$/);
  expect(specOf(endpoint.id)).toMatchObject({
    address: endpoint.host,
    readOnly: true,
    disabled: false,
    idleMs: 20_000,
  });
  expect(specOf(primary)).toMatchObject({ readOnly: false, maxConnections: 104 });
  expect(specOf(primary)?.address).not.toBe(endpoint.host);
});

it("refuses a second read-write compute, another region and an unknown branch", async () => {
  const create = (fields: object) =>
    api.request("POST", endpoints, { endpoint: { branch_id: made.branch.id, type: "read_only", ...fields } });
  const second = await create({ type: "read_write" });
  expect([second.status, second.body.message]).toEqual([409, "read_write endpoint already exists"]);
  expect((await create({ region_id: "aws-eu-west-2" })).status).toBe(400);
  expect((await create({ branch_id: "br-not-there-00000000" })).status).toBe(404);
  expect((await create({ provisioner: "k8s-magic" })).status).toBe(400);
});

it("changes an idle compute without operations, an active one with those of the change", async () => {
  const path = `${endpoints}/${primary}`;
  const size = { endpoint: { autoscaling_limit_max_cu: 2, suspend_timeout_seconds: -1 } };
  expect(actions(await change("PATCH", path, size))).toEqual([]);
  expect(specOf(primary)).toMatchObject({ maxConnections: 839, idleMs: undefined });
  api.computes.wake(primary);
  const answer = await change("PATCH", path, {
    endpoint: { autoscaling_limit_max_cu: 4, suspend_timeout_seconds: 60 },
  });
  expect(actions(answer)).toEqual(["apply_config"]);
  expect(answer.endpoint).toMatchObject({ autoscaling_limit_max_cu: 4, suspend_timeout_seconds: 60 });
  expect(specOf(primary)).toMatchObject({ idleMs: 60_000 });
  expect(actions(await change("PATCH", path, { endpoint: { name: "main" } }))).toEqual([]);
  expect(actions(await change("PATCH", path, { endpoint: { autoscaling_limit_max_cu: 4 } }))).toEqual([]);
  await api.expect(400, "PATCH", path, { endpoint: { autoscaling_limit_min_cu: 8 } });
});

it("suspends a disabled compute and refuses to start it", async () => {
  api.computes.wake(primary);
  const answer = await change("PATCH", `${endpoints}/${primary}`, { endpoint: { disabled: true } });
  expect(actions(answer)).toEqual(["apply_config", "suspend_compute"]);
  expect(specOf(primary)?.disabled).toBe(true);
  expect(api.computes.calls).toContainEqual(["suspend", primary]);
  await api.expect(422, "POST", `${endpoints}/${primary}/start`);
});

it("starts, restarts and suspends for real, and has nothing to do where it is so already", async () => {
  const path = `${endpoints}/${primary}`;
  const start = await change("POST", `${path}/start`);
  expect([actions(start), start.endpoint.pending_state]).toEqual([["start_compute"], "active"]);
  const read = await api.expect<{ endpoint: neon.Endpoint }>(200, "GET", path);
  expect(read.endpoint).toMatchObject({ current_state: "active", last_active: expect.any(String) as unknown });
  expect(actions(await change("POST", `${path}/start`))).toEqual([]);
  expect(actions(await change("POST", `${path}/restart`))).toEqual(["suspend_compute", "start_compute"]);
  expect(actions(await change("POST", `${path}/suspend`))).toEqual(["suspend_compute"]);
  expect(actions(await change("POST", `${path}/suspend`))).toEqual([]);
  expect(api.computes.calls.map(([name]) => name)).toEqual(["start", "restart", "suspend"]);
});

it("deletes a compute, but none of a protected branch", async () => {
  const branch = `/projects/${made.project.id}/branches/${made.branch.id}`;
  await api.expect(200, "PATCH", branch, { branch: { protected: true } });
  await api.expect(422, "DELETE", `${endpoints}/${primary}`);
  await api.expect(200, "PATCH", branch, { branch: { protected: false } });
  await change("DELETE", `${endpoints}/${primary}`);
  expect(api.computes.calls.at(-1)).toEqual(["removeEndpoint", primary]);
  await api.expect(204, "DELETE", `${endpoints}/${primary}`);
  await api.expect(404, "GET", `${endpoints}/${primary}`);
  const again = await change("POST", endpoints, { endpoint: { branch_id: made.branch.id, type: "read_write" } });
  expect(again.endpoint.host).not.toBe(made.endpoints[0]?.host);
});
