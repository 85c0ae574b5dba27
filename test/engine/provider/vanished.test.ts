import { createNeonApi, type NeonApi } from "../../../provider";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { tenantProgram } from "../support/program";
import { type CliResult, PulumiStack } from "../support/pulumiStack";

jest.setTimeout(300_000);

let neon: LocalNeon;
let api: NeonApi;
let stack: PulumiStack;

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost });
});
afterAll(() => neon.close());
beforeEach(async () => {
  const env = { NEON_API_HOST: neon.apiHost, NEON_API_KEY: neon.apiKey, NEON_RATE_LIMIT: "700" };
  stack = await PulumiStack.make("acme", tenantProgram, env);
});
afterEach(async () => {
  stack.remove();
  for (const id of await projects()) await api.deleteProject(id);
});

const projects = async () => (await api.listProjects()).map((project) => project.id);

async function done(result: Promise<CliResult>): Promise<string> {
  const { ok, text } = await result;
  if (!ok) throw new Error(text);
  return text;
}

async function vanished(result: Promise<CliResult>): Promise<string> {
  const { ok, text } = await result;
  expect([ok, text.includes("NEON_PROJECT_VANISHED") ? "vanished" : text]).toEqual([false, "vanished"]);
  return text;
}

/** A project and one of each thing in it, all unlocked. */
const open = {
  args: { deletionProtection: false },
  full: { role: { allowDelete: true }, database: { allowDelete: true }, branch: { deletionProtection: false } },
};

test("a refresh of a vanished project keeps the state of everything in it, which fits again once it was recovered", async () => {
  await done(stack.up(open));
  const known = async () => (await stack.entries()).map(({ urn, id: known }) => [urn, known]);
  const before = await known();
  const [id = ""] = await projects();
  await api.deleteProject(id);
  await vanished(stack.run(["refresh", "--skip-preview"], open));
  await vanished(stack.up(open, "--refresh"));
  expect(await known()).toEqual(before);
  const recovered = await fetch(`${neon.apiHost}/projects/${id}/recover`, {
    method: "POST",
    headers: { authorization: `Bearer ${neon.apiKey}` },
  });
  expect(recovered.status).toBe(200);
  await done(stack.up(open, "--refresh", "--expect-no-changes"));
  expect(await projects()).toEqual([id]);
});

test("a project that may be missing is made anew by one up with refresh, with everything in it", async () => {
  const spec = { ...open, args: { recreateIfMissing: true } };
  await done(stack.up(spec));
  const [former = ""] = await projects();
  await api.deleteProject(former);
  await done(stack.up(spec, "--refresh"));
  const [id = "", ...others] = await projects();
  expect([id !== former, others]).toEqual([true, []]);
  const branches = (await api.listBranches(id)).map(({ branch }) => branch);
  expect(branches.map(({ name }) => name).sort()).toEqual(["dev", "main"]);
  const main = branches.find((branch) => branch.default)!.id;
  expect((await api.listDatabases(id, main)).map(({ name }) => name)).toEqual(["neondb", "crm"]);
  await done(stack.up(spec, "--refresh", "--expect-no-changes"));
});

test("a destroy goes on where its project was deleted already and says so; one that Neon does not know of is an error", async () => {
  await done(stack.up(open));
  const [first = ""] = await projects();
  await api.deleteProject(first);
  const [listed] = await api.listProjects({ search: first, recoverable: true });
  const said = await done(stack.run(["destroy", "--skip-preview"], open));
  expect(said).toContain(
    `${first} was deleted before this run; it can be recovered until ${listed!.recoverable_until}`,
  );
  expect(await stack.entries()).toEqual([]);

  await done(stack.up(open));
  const [second = ""] = await projects();
  await api.deleteProject(second);
  await neon.clock.advance(8 * 86_400_000);
  const text = await vanished(stack.run(["destroy", "--skip-preview"], open));
  const typed = /pulumi (state delete) '(urn:[^']+)' (--target-dependents) (--force)/.exec(text);
  expect(typed?.[2]).toBe(stack.urn("pulumi-nodejs:dynamic/neon:Project::acme"));
  await done(stack.run(["state", "delete", typed![2]!, typed![3]!, typed![4]!]));
  await done(stack.run(["destroy", "--skip-preview"], open));
  expect([await stack.entries(), await projects()]).toEqual([[], []]);
});
