import { type LocalNeon, startLocalNeon } from "../../../local";
import { isAlive, until } from "./support/machine";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, postmasterOf, query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;
let project: UsersProject;

beforeAll(async () => {
  neon = await startLocalNeon();
  user = new NeonUser(neon);
  project = await user.project();
  await query(project.uri, "CREATE TABLE t AS SELECT 7 AS n");
});
afterAll(() => neon?.close());

const rows = () => query(project.uri, "SELECT n FROM t");
const stateOf = async (of: UsersProject) => (await user.endpoint(of)).current_state;
const act = (what: "suspend" | "start" | "restart") => {
  const call = { suspend: "suspendProjectEndpoint", start: "startProjectEndpoint", restart: "restartProjectEndpoint" };
  return user.settled(user.api[call[what] as "startProjectEndpoint"](project.id, project.endpointId));
};

it("suspending a compute ends its sessions and its Postgres, and the next connection wakes it", async () => {
  const postmaster = await postmasterOf(project.uri);
  const { ended } = await openSession(project.uri);
  await act("suspend");
  expect(await ended).toMatchObject({ code: "57P01" });
  expect(await stateOf(project)).toBe("idle");
  await until(() => !isAlive(postmaster));
  expect(await rows()).toEqual([{ n: 7 }]);
  expect(await stateOf(project)).toBe("active");
});

it("starting a compute wakes it without a connection", async () => {
  await act("suspend");
  expect(await stateOf(project)).toBe("idle");
  await act("start");
  expect(await stateOf(project)).toBe("active");
  expect(await rows()).toEqual([{ n: 7 }]);
});

it("restarting a compute ends its sessions and serves again", async () => {
  const former = await postmasterOf(project.uri);
  const { ended } = await openSession(project.uri);
  await act("restart");
  expect(await ended).toMatchObject({ code: "57P01" });
  expect(await stateOf(project)).toBe("active");
  expect(await postmasterOf(project.uri)).not.toBe(former);
});

it("a disabled compute takes nobody in until it is enabled", async () => {
  const { ended } = await openSession(project.uri);
  const set = (disabled: boolean) =>
    user.settled(user.api.updateProjectEndpoint(project.id, project.endpointId, { endpoint: { disabled } }));
  await set(true);
  expect(await ended).toMatchObject({ code: "57P01" });
  await expect(rows()).rejects.toThrow("endpoint is disabled");
  await set(false);
  expect(await rows()).toEqual([{ n: 7 }]);
});

it("deleting a project ends its sessions, its Postgres and its address", async () => {
  const doomed = await user.project();
  const postmaster = await postmasterOf(doomed.uri);
  const { ended } = await openSession(doomed.uri);
  await user.api.deleteProject(doomed.id);
  expect(await ended).toMatchObject({ code: "57P01" });
  await until(() => !isAlive(postmaster));
  await expect(query(doomed.uri, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
