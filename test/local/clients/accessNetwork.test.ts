import net from "node:net";
import type { ProjectSettingsData } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonUser } from "./support/neonUser";
import { query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;
beforeAll(async () => {
  neon = await startLocalNeon({
    organizations: [
      { id: "org-a", name: "A", plan: "scale", projectsLimit: 10 },
      { id: "org-b", name: "B", plan: "scale", projectsLimit: 10 },
    ],
    apiKeys: [{ key: "person", kind: "personal", orgIds: ["org-a", "org-b"] }],
  });
  user = new NeonUser(neon);
});
afterAll(() => neon.close());

const newProject = (settings?: ProjectSettingsData) => user.project({ org_id: "org-a", settings });

const change = async (projectId: string, settings: ProjectSettingsData) => {
  await user.api.updateProject(projectId, { project: { settings } });
  await user.settle(projectId);
};

/** A socket that shows this loopback address as its own; node-pg upgrades it to TLS as any other. */
class SocketFrom extends net.Socket {
  constructor(private readonly ownAddress: string) {
    super();
  }

  override connect(...args: unknown[]): this {
    const [port, host] = args as [number, string];
    return super.connect({ port, host, localAddress: this.ownAddress });
  }
}

/** What a client at this address gets: a row, or the reason why not. */
async function from(localAddress: string, uri: string): Promise<string> {
  const connection = { connectionString: uri, stream: () => new SocketFrom(localAddress) };
  return query<{ seen: string }>(connection, "SELECT 'row' AS seen").then(
    ([row]) => row?.seen ?? "nothing",
    (error: Error) => error.message,
  );
}

const notAllowed = (address: string) =>
  `This IP address ${address} is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console. Make sure to check for IPv4 or IPv6 addresses.`;

it("lets in only the addresses of the list, and others as soon as they are in it", async () => {
  const { id, uri } = await newProject({ allowed_ips: { ips: ["127.5.5.0/24", "127.7.7.1-127.7.7.9", "nonsense"] } });
  expect(await from("127.5.5.5", uri)).toBe("row");
  expect(await from("127.7.7.9", uri)).toBe("row");
  expect(await from("127.6.6.6", uri)).toBe(notAllowed("127.6.6.6"));
  await change(id, { allowed_ips: { ips: ["127.6.6.6"] } });
  expect(await from("127.6.6.6", uri)).toBe("row");
  expect(await from("127.5.5.5", uri)).toBe(notAllowed("127.5.5.5"));
  await change(id, { allowed_ips: { ips: [] } });
  expect(await from("127.5.5.5", uri)).toBe("row");
});

it("asks the list for protected branches alone where it is for these", async () => {
  const allowed_ips = { ips: ["127.5.5.5"], protected_branches_only: true };
  const { id, branchId, uri } = await newProject({ allowed_ips });
  expect(await from("127.6.6.6", uri)).toBe("row");
  await user.api.updateProjectBranch(id, branchId, { branch: { protected: true } });
  expect(await from("127.6.6.6", uri)).toBe(notAllowed("127.6.6.6"));
  expect(await from("127.5.5.5", uri)).toBe("row");
});

it("blocks everybody where public connections are blocked", async () => {
  const { id, uri } = await newProject({ allowed_ips: { ips: ["127.5.5.5"] }, block_public_connections: true });
  const blocked = "This connection is trying to access this endpoint from a blocked network.";
  expect(await from("127.5.5.5", uri)).toBe(blocked);
  await change(id, { block_public_connections: false });
  expect(await from("127.5.5.5", uri)).toBe("row");
});

it("keeps rows and connection string when the project goes to another organization", async () => {
  const { id, uri } = await newProject();
  await query(uri, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
  const body = { destination_org_id: "org-b", project_ids: [id] };
  await user.api.transferProjectsFromOrgToOrg("org-a", body);
  expect(await query(uri, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
  expect((await user.api.getProject(id)).data.project.org_id).toBe("org-b");
});

it("lets in with the new password after a reset, and not with the old one", async () => {
  const project = await newProject();
  await query(project.uri, "SELECT 1");
  const { id, branchId, uri } = project;
  const { role } = await user.settled(user.api.resetProjectBranchRolePassword(id, branchId, "neondb_owner"));
  await expect(query(uri, "SELECT 1")).rejects.toThrow('password authentication failed for user "neondb_owner"');
  const renewed = await user.uri(project);
  expect(renewed).toBe(uri.replace(/npg_\w+/, role.password ?? ""));
  expect(await query(renewed, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

it("starts Postgres with wal_level=logical once logical replication is enabled, for good", async () => {
  const { id, uri } = await newProject();
  const walLevel = () => query(uri, "SHOW wal_level");
  expect(await walLevel()).toEqual([{ wal_level: "replica" }]);
  await change(id, { enable_logical_replication: true });
  expect(await walLevel()).toEqual([{ wal_level: "logical" }]);
  await query(uri, "SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
  await expect(change(id, { enable_logical_replication: false })).rejects.toMatchObject({ response: { status: 400 } });
});
