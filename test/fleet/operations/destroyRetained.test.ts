import { destroyTenant } from "../../../fleet";
import { FakeEngine, FakeFleet } from "./fakeFleet";

let fleet: FakeFleet;
let engine: FakeEngine;
beforeEach(() => {
  fleet = new FakeFleet();
  engine = new FakeEngine(fleet);
});
afterEach(() => fleet.remove());

/** The state of a tenant without locks, as a run left it that did or did not know `retainOnDelete`. */
function unlocked(retainOnDelete: boolean): void {
  const project = {
    urn: "project-acme",
    type: "pulumi-nodejs:dynamic/neon:Project",
    custom: true,
    id: "p-acme",
    outputs: { declared: { deletionProtection: false } },
    ...(retainOnDelete ? { retainOnDelete } : {}),
  };
  fleet.checkpoint("acme", { projectId: "p-acme", applied: { hash: "h", version: "0.1.0" } }, [project]);
}

const destroy = (confirm?: string) => destroyTenant(fleet.open(), "acme", { engine, confirm });

test.each([
  ["to be kept and is not yet is kept", true, false, ["up acme", "destroy acme"]],
  ["to be kept and is already is kept at once", true, true, ["destroy acme"]],
  ["to be deleted and was to be kept is deleted", false, true, ["up acme", "destroy acme"]],
  ["to be deleted and nothing keeps it is deleted at once", false, false, ["destroy acme"]],
])("a project that is %s", async (_, asked, stored, calls) => {
  fleet.write({ acme: { protection: false, retainOnDelete: asked } });
  unlocked(stored);
  expect(await destroy("acme")).toEqual({ tenant: "acme", projectId: "p-acme", isRetained: asked });
  expect(engine.calls).toEqual(calls);
});

test("the consent that is asked for says which of the two it is", async () => {
  unlocked(true);
  for (const [retainOnDelete, text] of [
    [true, "ends the management of project p-acme, which stays at Neon"],
    [false, "deletes project p-acme with all its data"],
  ] as const) {
    fleet.write({ acme: { retainOnDelete } });
    await expect(destroy()).rejects.toMatchObject({
      code: "FLEET_CONSENT_MISSING",
      message: expect.stringContaining(text) as string,
    });
  }
});
