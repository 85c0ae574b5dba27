import { LocalCommand } from "./support/localCommand";
import { isAlive, removeFolder, temporaryFolder, until } from "./support/machine";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { openSession, postmasterOf, query } from "./support/nodePg";

let folder: string;
let command: LocalCommand;

beforeEach(async () => {
  folder = temporaryFolder();
  command = await LocalCommand.start(folder, "--pg-port", "0");
});
afterEach(async () => {
  await command?.end("SIGTERM");
  removeFolder(folder);
});

/** On the same port of Postgres, so that the URIs of before hold. */
async function startAgain(): Promise<void> {
  command = await LocalCommand.start(folder, "--pg-port", String(command.server.pgPort));
}

/** Two projects with one row each. */
async function twoProjects(): Promise<[UsersProject, UsersProject]> {
  const user = new NeonUser(command.server);
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
  it("ends well at SIGTERM and SIGINT, and everything is there when it is started again", async () => {
    const [acme, globex] = await twoProjects();
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
    const [acme, globex] = await twoProjects();
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
    const { api } = new NeonUser(command.server);
    const [acme] = await twoProjects();
    const former = await postmasterOf(acme.uri);
    const { data } = await api.createProject({ project: { name: "cut off" } });
    await command.end("SIGKILL");
    await startAgain();
    expect(await rowsOf(acme)).toEqual([acmeRow]);
    await until(() => !isAlive(former));
    await new NeonUser(command.server).settle(data.project.id);
    expect(await query(data.connection_uris[0]!.connection_uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("refuses a state folder that another one serves", async () => {
    const second = LocalCommand.start(folder, "--pg-port", "0");
    await expect(second).rejects.toThrow(/ended with 2: .*Another local Neon \(process \d+\) uses the state folder/s);
  });
});
