import { specChanges } from "../../../fleet/plan/specChanges";
import type { SnapshotsSpec } from "../../../fleet/config";
import { specOf } from "./support";

const daily: SnapshotsSpec = { frequency: "daily", retentionSeconds: 604_800 };
const hourly: SnapshotsSpec = { frequency: "hourly", retentionSeconds: 7200 };
const shorter = { ...daily, retentionSeconds: 86_400 };
const longer = { frequency: "daily" } as const;

test.each([
  ["the first schedule", undefined, [daily], "inPlace"],
  ["another entry", [daily], [hourly, daily], "inPlace"],
  ["an entry that is kept for ever", [daily], [longer], "inPlace"],
  ["an entry less", [daily, hourly], [daily], "reducesProtection"],
  ["an entry that is kept less long", [daily], [shorter], "reducesProtection"],
  ["an empty list", [daily], [], "reducesProtection"],
  ["no list any more", [daily], undefined, "reducesProtection"],
] as const)("plan shows %s of the snapshots with its class", (_what, from, to, expected) => {
  const spec = (snapshots?: readonly SnapshotsSpec[]) => specOf("a", snapshots ? { snapshots: [...snapshots] } : {});
  expect(specChanges(spec(from), spec(to))).toEqual([{ field: "snapshots", from, to, class: expected }]);
});

test("plan shows a rotation, and an adoption that was taken out of the file", () => {
  const before = specOf("a", { adopt: { byName: true } });
  expect(specChanges(before, specOf("a", { rotation: 1 }))).toMatchObject([
    { field: "adopt", class: "inPlace" },
    { field: "rotation", to: 1, class: "inPlace" },
  ]);
});
