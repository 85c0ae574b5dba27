import { type LocalNeon, startLocalNeon } from "../../../local";
import { removeFolder, temporaryFolder, until } from "./support/machine";
import { NeonUser } from "./support/neonUser";
import { openSession, query } from "./support/nodePg";

const folder = temporaryFolder();
let neon: LocalNeon | undefined;
async function start(): Promise<NeonUser> {
  await neon?.close();
  neon = await startLocalNeon({ stateFolder: folder });
  return new NeonUser(neon);
}
afterAll(async () => {
  await neon?.close();
  removeFolder(folder);
});

const hasEnded = async (uri: string) =>
  query(uri, "SELECT 1").then(
    () => false,
    () => true,
  );

it("gives a deleted project back with its rows, passwords and connection string, also after a restart", async () => {
  const first = await start();
  const { id, branchId, uri } = await first.project();
  await query(uri, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1), (2)");
  await first.settled(first.api.createProjectBranchRole(id, branchId, { role: { name: "app" } }));
  const appUri = await first.uri({ id, branchId } as Parameters<NeonUser["uri"]>[0], { role: "app" });
  const session = await openSession(uri);

  await first.api.deleteProject(id);
  expect(await session.ended).toBeInstanceOf(Error);
  await until(() => hasEnded(uri));

  const second = await start();
  expect(await hasEnded(uri)).toBe(true);
  const { data } = await second.api.recoverProject(id);
  expect(data.branches.map((branch) => branch.id)).toEqual([branchId]);
  await second.settle(id);
  expect(await query(uri, "SELECT n FROM kept ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await query(appUri, "SELECT current_user::text AS role")).toEqual([{ role: "app" }]);
});

it("gives it back where it was never connected to before", async () => {
  const user = await start();
  const { id, uri } = await user.project();
  await user.api.deleteProject(id);
  await user.api.recoverProject(id);
  await user.settle(id);
  expect(await query(uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});
