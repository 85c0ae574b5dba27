import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { query } from "./support/nodePg";
import { psql, psqlTest } from "./support/psql";

const versions = [14, 15, 16, 17, 18];
let neon: LocalNeon;
let projects: UsersProject[];

beforeAll(async () => {
  neon = await startLocalNeon();
  const user = new NeonUser(neon);
  projects = await Promise.all(versions.map((pg_version) => user.project({ pg_version })));
});
afterAll(() => neon?.close());

it.each(versions)("pg_version %i is that PostgreSQL", async (version) => {
  const { uri } = projects[versions.indexOf(version)]!;
  const connection = { connectionString: uri, enableChannelBinding: true };
  const [row] = await query<{ version: string }>(connection, "SELECT version()");
  expect(row?.version).toMatch(new RegExp(`^PostgreSQL ${version}\\.`));
  await query(connection, "CREATE TABLE public.t AS SELECT 1 AS n");
  expect(await query(connection, "SELECT n FROM t")).toEqual([{ n: 1 }]);
});

psqlTest("every version takes psql with channel binding", async () => {
  const shown = await Promise.all(projects.map(({ uri }) => psql(uri, ["SHOW server_version_num"])));
  expect(shown.map((number) => Math.floor(Number(number) / 10_000))).toEqual(versions);
});
