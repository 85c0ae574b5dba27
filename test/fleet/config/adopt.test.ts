import { resolveTenant } from "../../../fleet/config";
import { base, marked, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

test("adoption, rotation and snapshots reach the tenant in the units of the API", () => {
  const fleet = folder.load(`${base}
plans: { big: { snapshots: [{ frequency: daily, hour: 3, keep: 7d }] } }
tenants:
  a: { plan: big, adopt: { projectId: calm-sun-1, apply: true }, rotation: 2 }
  b: { plan: big, snapshots: [] }
  c: {}
`);
  expect(resolveTenant(fleet, "a")).toMatchObject({
    adopt: { projectId: "calm-sun-1", apply: true },
    rotation: 2,
    snapshots: [{ frequency: "daily", hour: 3, retentionSeconds: 604_800 }],
  });
  expect(resolveTenant(fleet, "b").snapshots).toEqual([]);
  const plain = resolveTenant(fleet, "c");
  for (const field of ["adopt", "rotation", "snapshots"]) expect(field in plain).toBe(false);
});

test.each([
  ["{ a: { adopt: §{} } }", "FLEET_VALUE tenants.a.adopt"],
  ["{ a: { adopt: §{ projectId: calm-sun-1, byName: true } } }", "FLEET_VALUE tenants.a.adopt"],
  ["{ a: { adopt: §{ byName: false } } }", "FLEET_VALUE tenants.a.adopt"],
  ["{ a: { adopt: { projectId: §'Calm Sun' } } }", "FLEET_VALUE tenants.a.adopt.projectId"],
  [
    "{ a: { adopt: { projectId: calm-sun-1 } }, b: { adopt: { projectId: §calm-sun-1 } } }",
    "FLEET_NAME_TAKEN tenants.b.adopt.projectId",
  ],
  ["{ a: { rotation: §-1 } }", "FLEET_VALUE tenants.a.rotation"],
  ["{ a: { snapshots: [{ frequency: §dayly }] } }", "FLEET_VALUE tenants.a.snapshots[0].frequency"],
  ["{ a: { snapshots: [{ frequency: daily, keep: §5m }] } }", "FLEET_UNIT tenants.a.snapshots[0].keep"],
])("%s is wrong at its place", (tenants, expected) => {
  const { text, places } = marked(`${base}tenants: ${tenants}`);
  expect(folder.places(text)).toEqual([`${places[0]} ${expected}`]);
});
