import { FakeWorld } from "../fakeWorld";
import { codeOf, type Entry, madeProject, projectInputsOf, Run, type Values } from "./support";

const change = (world: FakeWorld, entry: Entry, more: Values) => new Run(world).up(projectInputsOf(more), entry);

describe("deleting a project", () => {
  const remove = async (world: FakeWorld, entry: Entry, run = new Run(world)) =>
    run.lifecycle.delete(run.context, entry.id, entry.outputs).then(
      () => "deleted",
      (error: unknown) => codeOf(error),
    );

  test.each([[{}], [{ deletionProtection: true }]])("is refused with %p", async (more) => {
    const world = new FakeWorld();
    const entry = await madeProject(world, more);
    expect(await remove(world, entry)).toBe("NEON_DELETE_PROTECTED");
    expect(world.names()).toEqual(["acme"]);
  });

  test("of one that vanished says that before it says that it is locked", async () => {
    const [world, vanished] = [new FakeWorld(), new FakeWorld()];
    expect(await remove(vanished, await madeProject(world))).toBe("NEON_PROJECT_VANISHED");
  });

  test("works after an earlier up wrote false into the state, and again after a run that was cut off, which is said", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world);
    const { entry: open } = await change(world, entry, { deletionProtection: false });
    expect(await remove(world, open!)).toBe("deleted");
    const run = new Run(world);
    expect(await remove(world, open!, run)).toBe("deleted");
    expect(run.warnings.join()).toContain(
      "was deleted before this run; it can be recovered until 2030-01-08T00:00:00Z",
    );
    expect(world.names()).toEqual([]);
  });

  test("of one that nobody deleted and that is not there is an error with the exact way out, unlocked or not", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { deletionProtection: false });
    world.projects.clear();
    const run = new Run(world);
    const error: unknown = await run.lifecycle.delete(run.context, entry.id, entry.outputs).catch((e: unknown) => e);
    expect(codeOf(error)).toBe("NEON_PROJECT_VANISHED");
    expect(String(error)).toContain("pulumi state delete 'urn:pulumi:acme::shop::neon:Project::acme'");
  });

  test("where the list of deleted ones cannot be had is an error, and goes on with the next run", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { deletionProtection: false });
    await new Run(world).api.deleteProject(entry.id);
    const blind = new Run(world, "project", {
      faults: (method) => (method === "listProjects" ? "lostBefore" : undefined),
    });
    expect(await remove(world, entry, blind)).toBe("NEON_PROJECT_VANISHED");
    expect(await remove(world, entry)).toBe("deleted");
  });

  test.each([true, false])("of one that may be missing succeeds, with deletionProtection %p", async (protection) => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { recreateIfMissing: true, deletionProtection: protection });
    world.projects.clear();
    expect(await remove(world, entry)).toBe("deleted");
  });

  test("is refused as half of a replacement, unlocked or not", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { deletionProtection: false });
    const run = new Run(world);
    // What the engine does for --replace with delete-before-replace: a check without the old inputs, then the delete.
    run.lifecycle.check(run.memory, {}, projectInputsOf({ deletionProtection: false }));
    expect(await remove(world, entry, run)).toBe("NEON_REPLACE_REFUSED");
    expect(world.names()).toEqual(["acme"]);
  });

  test("is refused as half of a replacement after an aliased rename too", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { deletionProtection: false });
    const run = new Run(world);
    const mark = { fleet: "fleet-1", stack: "acme", resource: "neon:Project::renamed" };
    run.lifecycle.check(run.memory, {}, projectInputsOf({ mark }));
    expect(await remove(world, entry, run)).toBe("NEON_REPLACE_REFUSED");
  });
});
