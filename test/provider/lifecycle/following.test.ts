import type { Branch } from "@neondatabase/api-client";
import { FakeNeonApi } from "../fakeNeonApi";
import { FakeWorld } from "../fakeWorld";
import { codeOf, type Entry, madeProject, projectInputsOf, Run, type Values } from "./support";

const kinds = ["role", "database", "endpoint"] as const;
type Kind = (typeof kinds)[number];

async function tenant() {
  const world = new FakeWorld();
  const project = await madeProject(world, { recreateIfMissing: true });
  const at = world.projects.get(project.id)!;
  return { world, project, at, branchId: at.branches[0]!.branch.id };
}

function inputsOf(kind: Kind, projectId: string, branchId: string): Values {
  const own: Record<Kind, Values> = {
    role: { name: "app" },
    database: { name: "crm", ownerName: "neondb_owner" },
    endpoint: { type: "read_only", name: "replica" },
  };
  return { projectId, branchId, ...own[kind], __provider: "exports.handler=…" };
}

/** What Neon does at the end of a snapshot restore: another branch gets name, computes and contents, and says whose place it took. */
function restore({ at }: Awaited<ReturnType<typeof tenant>>, id: string, more: Partial<Branch> = {}): void {
  const former = at.branches.find(({ branch }) => branch.default)!;
  const { branch } = former;
  const here = (one: { branch_id: string }): boolean => one.branch_id === branch.id;
  const [roles, databases] = [at.roles.filter(here), at.databases.filter(here)];
  at.branches.push({
    annotations: {},
    branch: { ...branch, id, restored_as: branch.id, restore_status: "finalized", ...more },
  });
  Object.assign(branch, { default: false, name: `${branch.name} (old)` });
  at.roles.push(...roles.map((role) => ({ ...role, branch_id: id, password: "npg_then" })));
  at.databases.push(...databases.map((database) => ({ ...database, branch_id: id, id: 77 })));
  for (const endpoint of at.endpoints) endpoint.branch_id = id;
}

describe.each(kinds)("a %s on a branch that a restore replaced", (kind) => {
  async function made() {
    const world = await tenant();
    const { entry } = await new Run(world.world, kind).up(inputsOf(kind, world.project.id, world.branchId));
    return { ...world, entry: entry! };
  }
  const move = (world: FakeWorld, projectId: string, entry: Entry, to: string) =>
    new Run(world, kind).up(inputsOf(kind, projectId, to), entry);

  test("is followed, also over two restores, and is unchanged afterwards", async () => {
    const { world, project, entry, ...rest } = await made();
    restore({ world, project, ...rest }, "br-first");
    restore({ world, project, ...rest }, "br-second");
    const { entry: after, error } = await move(world, project.id, entry, "br-second");
    expect(error).toBeUndefined();
    expect(after!.outputs).toMatchObject({ branchId: "br-second", declared: { branchId: "br-second" } });
    if (kind === "role") expect(after!.outputs.password).toBe("npg_then");
    const again = new Run(world, kind);
    await again.up(inputsOf(kind, project.id, "br-second"), after);
    expect(again.api.calls).toEqual([]);
  });

  test("is not moved to a branch that only its restore was begun for, nor to any other", async () => {
    const { world, project, entry, ...rest } = await made();
    restore({ world, project, ...rest }, "br-begun", { restore_status: "restored" });
    rest.at.branches.push({ annotations: {}, branch: { ...rest.at.branches[0]!.branch, id: "br-other" } });
    if (kind === "endpoint") for (const endpoint of rest.at.endpoints) endpoint.branch_id = rest.branchId;
    for (const to of ["br-begun", "br-other"]) {
      const { error, entry: after } = await move(world, project.id, entry, to);
      expect([to, codeOf(error), after]).toEqual([to, "NEON_IMMUTABLE", entry]);
    }
  });
});

test("what the restored branch does not know yet is made there, and an empty database is said to be one", async () => {
  const world = await tenant();
  const { id } = world.project;
  restore(world, "br-restored");
  for (const kind of ["role", "database"] as const) {
    const { entry } = await new Run(world.world, kind).up(inputsOf(kind, id, world.branchId));
    const run = new Run(world.world, kind);
    const { entry: after, error } = await run.up(inputsOf(kind, id, "br-restored"), entry);
    expect(error).toBeUndefined();
    const list = kind === "role" ? world.at.roles : world.at.databases;
    expect(list.filter((one) => one.branch_id === "br-restored").map((one) => one.name)).toContain(after!.outputs.name);
    expect(run.warnings.join().includes("made anew, empty")).toBe(kind === "database");
  }
});

test("a branch whose parent was replaced stays as it is", async () => {
  const world = await tenant();
  const inputs = (parentId: string) => ({ projectId: world.project.id, name: "dev", parentId, __provider: "…" });
  const { entry } = await new Run(world.world, "branch").up(inputs(world.branchId));
  restore(world, "br-restored");
  const run = new Run(world.world, "branch");
  const { entry: after, error } = await run.up(inputs("br-restored"), entry);
  expect(error).toBeUndefined();
  expect(after!.outputs.declared).toMatchObject({ parentId: "br-restored" });
  expect(run.api.calls.filter((call) => !call.startsWith("list") && !call.startsWith("get"))).not.toContain(
    "updateBranch",
  );
});

describe.each([...kinds, "branch"] as const)("a %s whose project vanished", (kind) => {
  const inputsFor = (projectId: string, branchId: string): Values =>
    kind === "branch" ? { projectId, name: "dev", __provider: "…" } : inputsOf(kind, projectId, branchId);

  async function vanished() {
    const { world, project, branchId } = await tenant();
    const { entry } = await new Run(world, kind).up(inputsFor(project.id, branchId));
    await new FakeNeonApi(world).deleteProject(project.id);
    return { world, project, entry: entry! };
  }

  test("keeps its state in a refresh: the project may be recovered", async () => {
    const { world, entry } = await vanished();
    const run = new Run(world, kind);
    const back = await run.lifecycle.read(run.context, entry.id, entry.outputs);
    const { __provider, ...outputs } = entry.outputs;
    expect(back).toEqual({ id: entry.id, outputs, inputs: outputs.declared });
    expect(run.warnings.join()).toContain("is not at Neon; what the state knows is kept");
  });

  test("is made in the project that took its place with consent", async () => {
    const { world, entry } = await vanished();
    const anew = await madeProject(world, projectInputsOf());
    const run = new Run(world, kind);
    const { entry: after, error } = await run.up(inputsFor(anew.id, String(anew.outputs.branchId)), entry);
    expect(error).toBeUndefined();
    expect(after).toMatchObject({ id: entry.id, outputs: { projectId: anew.id } });
    const reader = new Run(world, kind);
    expect(await reader.lifecycle.read(reader.context, after!.id, after!.outputs)).toBeDefined();
  });
});

describe("a database that somebody", () => {
  async function made() {
    const { world, project, at, branchId } = await tenant();
    const { entry } = await new Run(world, "database").up(inputsOf("database", project.id, branchId));
    return { world, project, branchId, database: at.databases[1]!, databases: at.databases, entry: entry! };
  }

  test("renamed is found by its id, and gets its name back", async () => {
    const { world, project, branchId, database, entry } = await made();
    database.name = "crm2";
    const run = new Run(world, "database");
    const back = await run.lifecycle.read(run.context, entry.id, entry.outputs);
    expect(back!.outputs).toMatchObject({ name: "crm2", declared: { name: "crm2" } });
    const { error } = await run.up(inputsOf("database", project.id, branchId), { ...entry, outputs: back!.outputs });
    expect([error, database.name]).toEqual([undefined, "crm"]);
  });

  test("dropped is gone, which is said; another one is not taken for it", async () => {
    const { world, database, databases, entry } = await made();
    databases.splice(1, 1, { ...database, id: 99, name: "other" });
    const run = new Run(world, "database");
    expect(await run.lifecycle.read(run.context, entry.id, entry.outputs)).toBeUndefined();
    expect(run.warnings.join()).toContain("the next up makes it anew, empty");
  });

  test("did not touch does not get an id into a state that an earlier release wrote", async () => {
    const { world, entry } = await made();
    const { databaseId, __provider, ...outputs } = entry.outputs;
    const run = new Run(world, "database");
    expect(databaseId).toBeDefined();
    expect((await run.lifecycle.read(run.context, entry.id, outputs))!.outputs).toEqual(outputs);
  });
});
