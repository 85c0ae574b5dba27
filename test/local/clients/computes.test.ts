import net from "node:net";
import { EndpointState, EndpointType } from "@neondatabase/api-client";
import type { EndpointCreateRequest, EndpointUpdateRequest } from "@neondatabase/api-client";
import { Client } from "pg";
import { type LocalNeon, type LocalNeonOptions, startLocalNeon } from "../../../local";
import { removeFolder, temporaryFolder, until } from "./support/machine";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";
import { psql, psqlTest } from "./support/psql";

let neon: LocalNeon;
let user: NeonUser;
let project: UsersProject;

beforeAll(async () => {
  neon = await startLocalNeon({ meterMs: 100 });
  user = new NeonUser(neon);
  project = await user.project();
  await query(project.uri, "CREATE TABLE t AS SELECT 7 AS n");
});
afterAll(() => neon?.close());

const create = (fields: Omit<EndpointCreateRequest["endpoint"], "branch_id">, of = project) =>
  user.settled(user.api.createProjectEndpoint(of.id, { endpoint: { branch_id: of.branchId, ...fields } }));
const update = (endpointId: string, endpoint: EndpointUpdateRequest["endpoint"], of = project) =>
  user.settled(user.api.updateProjectEndpoint(of.id, endpointId, { endpoint }));
const uriOf = async (endpointId: string, pooled = false, of = project) => {
  const wanted = {
    projectId: of.id,
    endpoint_id: endpointId,
    role_name: "neondb_owner",
    database_name: "neondb",
    pooled,
  };
  return (await user.api.getConnectionUri(wanted)).data.uri;
};
const endpointOf = async (endpointId: string, of = project) =>
  (await user.api.getProjectEndpoint(of.id, endpointId)).data.endpoint;

test("a read replica made over the API is read-only whatever a session sets, and shows new rows", async () => {
  const { endpoint } = await create({ type: EndpointType.ReadOnly });
  const uri = await uriOf(endpoint.id);
  expect(await query(uri, "SELECT pg_is_in_recovery() AS standby, n FROM t")).toEqual([{ standby: true, n: 7 }]);
  await expect(query(uri, "BEGIN READ WRITE; INSERT INTO t VALUES (1)")).rejects.toThrow(/recovery|read-only/);
  await query(project.uri, "INSERT INTO t VALUES (8)");
  await until(async () => (await query(uri, "SELECT FROM t WHERE n = 8")).length === 1);
  await user.settled(user.api.suspendProjectEndpoint(project.id, project.endpointId));
  expect((await endpointOf(endpoint.id)).current_state).toBe("active");
  expect(await query(uri, "SELECT max(n) AS n FROM t")).toEqual([{ n: 8 }]);
  expect((await endpointOf(project.endpointId)).current_state).toBe("idle");
  await user.settled(user.api.deleteProjectEndpoint(project.id, endpoint.id));
  await expect(query(uri, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a pooled URI works in node-pg, and refuses what Neon's pooler refuses", async () => {
  const uri = await uriOf(project.endpointId, true);
  expect(uri).toContain(`options=endpoint%3D${project.endpointId}-pooler`);
  expect(await query(uri, "SELECT n FROM t LIMIT 1")).toEqual([{ n: 7 }]);
  const asking = query(`${uri}%20-c%20search_path%3Dpublic`, "SELECT 1");
  await expect(asking).rejects.toThrow("unsupported startup parameter in options: search_path.");
});

psqlTest("a pooled URI works in psql, with channel binding", async () => {
  expect(await psql(await uriOf(project.endpointId, true), ["SELECT n FROM t LIMIT 1"])).toBe("7");
});

test("a new size and settings restart an active compute, and hold for an idle one when it wakes", async () => {
  const { ended } = await openSession(project.uri);
  const bigger = { autoscaling_limit_min_cu: 1, autoscaling_limit_max_cu: 1 };
  const { operations } = await update(project.endpointId, bigger);
  expect(operations.map(({ action }) => action)).toEqual(["apply_config"]);
  expect(await ended).toMatchObject({ code: "57P01" });
  expect(await query(project.uri, "SHOW max_connections")).toEqual([{ max_connections: "419" }]);
  await user.settled(user.api.suspendProjectEndpoint(project.id, project.endpointId));
  const settings = { pg_settings: { work_mem: "8MB" } };
  const quiet = { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 0.25, settings };
  expect((await update(project.endpointId, quiet)).operations).toEqual([]);
  expect((await endpointOf(project.endpointId)).current_state).toBe("idle");
  expect(await query(project.uri, "SHOW max_connections")).toEqual([{ max_connections: "104" }]);
  expect(await query(project.uri, "SHOW work_mem")).toEqual([{ work_mem: "8MB" }]);
});

test("a client is known by its own address: an IP allow list lets one in and refuses another", async () => {
  const listed = await user.project({
    settings: { allowed_ips: { ips: ["127.5.5.0/24"], protected_branches_only: false } },
  });
  expect(await queryFrom("127.5.5.5", listed.uri)).toEqual([{ one: 1 }]);
  await expect(queryFrom("127.6.6.6", listed.uri)).rejects.toMatchObject({
    code: "XX000",
    message: expect.stringMatching(
      /^This IP address 127\.6\.6\.6 is not allowed to connect to this endpoint\./,
    ) as string,
  });
});

describe("with other rules", () => {
  let other: LocalNeon;
  let otherUser: NeonUser;
  const begin = async (options: LocalNeonOptions) => {
    other = await startLocalNeon(options);
    otherUser = new NeonUser(other);
  };
  afterEach(() => other?.close());

  test("more active computes than the limit are refused until one sleeps, and the default branch never is", async () => {
    await begin({ computeRules: { activeComputesLimit: 1 } });
    const made = await otherUser.project();
    const uris = await Promise.all([0, 1].map(() => branchWithCompute(otherUser, made)));
    const [first, second] = uris as [Made, Made];
    const results = await Promise.allSettled([first, second].map(({ uri }) => query(uri, "SELECT 1 AS one")));
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      reason: {
        message:
          "You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.",
      },
    });
    expect(await query(made.uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const [awake, asleep] = results[0]?.status === "fulfilled" ? [first, second] : [second, first];
    await otherUser.settled(otherUser.api.suspendProjectEndpoint(made.id, awake.endpointId));
    expect(await query(asleep.uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a replica falls asleep by itself after its timeout, and says when", async () => {
    await begin({ idleSeconds: 1 });
    const made = await otherUser.project();
    const fields = { branch_id: made.branchId, type: EndpointType.ReadOnly };
    const { endpoint } = await otherUser.settled(otherUser.api.createProjectEndpoint(made.id, { endpoint: fields }));
    const wanted = { projectId: made.id, endpoint_id: endpoint.id, role_name: "neondb_owner", database_name: "neondb" };
    const { uri } = (await otherUser.api.getConnectionUri(wanted)).data;
    await query(uri, "SELECT 1");
    const read = async () => (await otherUser.api.getProjectEndpoint(made.id, endpoint.id)).data.endpoint;
    await until(async () => (await read()).current_state === EndpointState.Idle);
    const { started_at = "", last_active = "", suspended_at = "" } = await read();
    expect(started_at < suspended_at && started_at <= last_active && last_active <= suspended_at).toBe(true);
  });
});

test("times of computes are still known after a restart of the server", async () => {
  const stateFolder = temporaryFolder();
  const times = async (server: LocalNeon, id: string, endpointId: string) => {
    const { data } = await new NeonUser(server).api.getProjectEndpoint(id, endpointId);
    const { started_at, suspended_at } = data.endpoint;
    return { started_at, suspended_at };
  };
  const first = await startLocalNeon({ stateFolder });
  const made = await new NeonUser(first).project();
  await query(made.uri, "SELECT 1");
  const { started_at } = await times(first, made.id, made.endpointId);
  await first.close();
  const second = await startLocalNeon({ stateFolder });
  try {
    expect(await times(second, made.id, made.endpointId)).toEqual({
      started_at,
      suspended_at: expect.any(String) as unknown,
    });
  } finally {
    await second.close();
    removeFolder(stateFolder);
  }
});

interface Made {
  uri: string;
  endpointId: string;
}

/** A branch that is not the default, with a read-write compute. */
async function branchWithCompute(who: NeonUser, { id }: UsersProject): Promise<Made> {
  for (;;) {
    try {
      const body = { endpoints: [{ type: EndpointType.ReadWrite }] };
      const { endpoints } = await who.settled(who.api.createProjectBranch(id, body));
      const endpointId = endpoints?.[0]?.id ?? "";
      const wanted = { projectId: id, endpoint_id: endpointId, role_name: "neondb_owner", database_name: "neondb" };
      return { endpointId, uri: (await who.api.getConnectionUri(wanted)).data.uri };
    } catch (error) {
      // The other one is being made.
      if (!/423/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function queryFrom(localAddress: string, uri: string): Promise<object[]> {
  const stream = () => {
    const socket = new net.Socket();
    const connect = socket.connect.bind(socket) as (options: object) => net.Socket;
    socket.connect = ((port: number, host: string) => connect({ port, host, localAddress })) as typeof socket.connect;
    return socket;
  };
  const client = new Client({ connectionString: uri, stream });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<object>("SELECT 1 AS one")).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
