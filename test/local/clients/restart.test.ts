import fs from "node:fs";
import { EndpointType } from "@neondatabase/api-client";
import { startLocalNeon } from "../../../local";
import { LocalCommand } from "./support/localCommand";
import { isAlive, removeFolder, temporaryFolder, until } from "./support/machine";
import { NeonUser, type Reachable, type UsersProject } from "./support/neonUser";
import { openSession, postmasterOf, query } from "./support/nodePg";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** Two projects with one row each. */
async function twoProjects(server: Reachable): Promise<[UsersProject, UsersProject]> {
  const user = new NeonUser(server);
  const make = async (name: string) => {
    const project = await user.project({ name });
    await query(project.uri, `CREATE TABLE t AS SELECT '${name}' AS name`);
    return project;
  };
  return Promise.all([make("acme"), make("globex")]);
}

const rowsOf = ({ uri }: UsersProject) =>
  query(uri, "SELECT name, count(*)::int AS rows FROM t GROUP BY name ORDER BY name");
const acmeRow = { name: "acme", rows: 1 };
const globexRow = { name: "globex", rows: 1 };

describe("the command `local`", () => {
  let command: LocalCommand;
  beforeEach(async () => {
    command = await LocalCommand.start(folder, "--pg-port", "0");
  });
  afterEach(() => command?.end("SIGTERM"));

  /** On the same port of Postgres, so that the URIs of before hold. */
  async function startAgain(): Promise<void> {
    command = await LocalCommand.start(folder, "--pg-port", String(command.server.pgPort));
  }

  it("ends well at SIGTERM and SIGINT, and everything is there when it is started again", async () => {
    const [acme, globex] = await twoProjects(command.server);
    const postmasters = await Promise.all([postmasterOf(acme.uri), postmasterOf(globex.uri)]);
    expect(postmasters.every(isAlive)).toBe(true);
    const { ended } = await openSession(acme.uri);
    expect(await command.end("SIGTERM")).toBe(0);
    expect(await ended).toMatchObject({ code: "57P01" });
    expect(postmasters.filter(isAlive)).toEqual([]);
    await expect(query(acme.uri, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });

    await startAgain();
    const { projects } = (await new NeonUser(command.server).api.listProjects({})).data;
    expect(projects.map(({ name }) => name).sort()).toEqual(["acme", "globex"]);
    expect([await rowsOf(acme), await rowsOf(globex)]).toEqual([[acmeRow], [globexRow]]);
    const present = await postmasterOf(acme.uri);
    expect(await command.end("SIGINT")).toBe(0);
    expect(isAlive(present)).toBe(false);
  });

  it("leaves no Postgres behind when it is killed, and loses no committed row", async () => {
    const [acme, globex] = await twoProjects(command.server);
    const postmasters = await Promise.all([postmasterOf(acme.uri), postmasterOf(globex.uri)]);
    const { client, ended } = await openSession(acme.uri);
    await client.query("INSERT INTO t SELECT 'filler' FROM generate_series(1, 5000)");
    await client.query("BEGIN; INSERT INTO t VALUES ('uncommitted')");
    expect(await command.end("SIGKILL")).toBe("SIGKILL");
    expect(await ended).toBeInstanceOf(Error);
    await until(() => !postmasters.some(isAlive));

    await startAgain();
    expect(await rowsOf(acme)).toEqual([acmeRow, { name: "filler", rows: 5000 }]);
    expect(await rowsOf(globex)).toEqual([globexRow]);
  });

  it("goes on with what was under way when it was killed, and is started again at once", async () => {
    const user = new NeonUser(command.server);
    const [acme] = await twoProjects(command.server);
    const former = await postmasterOf(acme.uri);
    const branch = await user.api.createProjectBranch(acme.id, {
      branch: { name: "cut off" },
      endpoints: [{ type: EndpointType.ReadWrite }],
    });
    const project = await user.api.createProject({ project: { name: "cut off" } });
    await command.end("SIGKILL");
    await startAgain();
    expect(await rowsOf(acme)).toEqual([acmeRow]);
    await until(() => !isAlive(former));

    const again = new NeonUser(command.server);
    await Promise.all([again.settle(acme.id), again.settle(project.data.project.id)]);
    expect(await query(project.data.connection_uris[0]!.connection_uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const branchId = branch.data.branch.id;
    expect((await again.api.getProjectBranch(acme.id, branchId)).data.branch.current_state).toBe("ready");
    const onBranch = { ...acme, uri: await again.uri(acme, { branchId }) };
    expect(await rowsOf(onBranch)).toEqual([acmeRow]);
  });

  it("refuses a state folder that another one serves", async () => {
    const second = LocalCommand.start(folder, "--pg-port", "0");
    await expect(second).rejects.toThrow(/ended with 2: .*Another local Neon \(process \d+\) uses the state folder/s);
  });
});

describe("startLocalNeon", () => {
  it("finds the rows of before in a state folder, and `close` leaves no Postgres", async () => {
    const first = await startLocalNeon({ stateFolder: folder });
    const [acme] = await twoProjects(first);
    const postmaster = await postmasterOf(acme.uri);
    const { ended } = await openSession(acme.uri);
    await first.close();
    expect(await ended).toMatchObject({ code: "57P01" });
    expect(isAlive(postmaster)).toBe(false);

    const second = await startLocalNeon({ stateFolder: folder, pgPort: first.pgPort });
    try {
      expect(await rowsOf(acme)).toEqual([acmeRow]);
    } finally {
      await second.close();
    }
  });

  it("removes a state folder of its own", async () => {
    const neon = await startLocalNeon();
    await twoProjects(neon);
    expect(fs.existsSync(neon.stateFolder)).toBe(true);
    await neon.close();
    expect(fs.existsSync(neon.stateFolder)).toBe(false);
  });
});
