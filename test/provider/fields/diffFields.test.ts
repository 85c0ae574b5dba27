import fc from "fast-check";
import {
  diffFields,
  driftedDeclared,
  driftOf,
  projectFields,
  unknownValue,
  worstClass,
} from "../../../provider/fields";
import { anyInputs, projectInputs } from "./arbitraries";

const base = { name: "acme", regionId: "aws-eu-central-1" };
const change = (from: object, to: object, actual: object = {}) =>
  diffFields(projectFields, { ...actual }, { ...base, ...from }, { ...base, ...to });
const classOf = (from: object, to: object, actual?: object) => worstClass(change(from, to, actual));

describe("the diff of a project", () => {
  test("is empty between equal inputs", () => {
    fc.assert(
      fc.property(projectInputs, (inputs) =>
        expect(diffFields(projectFields, {}, { ...inputs }, structuredClone({ ...inputs }))).toEqual([]),
      ),
    );
  });

  test("names exactly the fields that differ, and none twice", () => {
    fc.assert(
      fc.property(projectInputs, projectInputs, (from, to) => {
        const changes = diffFields(projectFields, {}, { ...from }, { ...to });
        expect(new Set(changes.map(({ path }) => path)).size).toBe(changes.length);
        const same = changes.length === 0;
        expect(same).toBe(diffFields(projectFields, {}, { ...to }, { ...from }).length === 0);
      }),
    );
  });

  test("never throws, whatever the state holds", () => {
    fc.assert(
      fc.property(anyInputs, anyInputs, projectInputs, (actual, declared, news) => {
        expect(Array.isArray(diffFields(projectFields, actual, declared, { ...news }))).toBe(true);
      }),
    );
  });

  test("ignores the order of addresses", () => {
    expect(change({ allowedIps: ["10.0.0.1", "10.0.0.2"] }, { allowedIps: ["10.0.0.2", "10.0.0.1"] })).toEqual([]);
  });

  test("holds what a preview does not know for a change, never for a refusal", () => {
    expect(classOf({}, { name: unknownValue })).toBe("inPlace");
    expect(classOf({}, { regionId: unknownValue })).toBe("inPlace");
  });

  test.each([
    ["a rename", {}, { name: "b" }, "inPlace"],
    ["another region", {}, { regionId: "aws-us-east-1" }, "refused"],
    ["another Postgres version", { pgVersion: 16 }, { pgVersion: 17 }, "refused"],
    ["a first role of another name", { roleName: "a" }, { roleName: "b" }, "refused"],
    [
      "a larger compute",
      { compute: { autoscalingLimitMaxCu: 1 } },
      { compute: { autoscalingLimitMaxCu: 2 } },
      "restartsCompute",
    ],
    [
      "another suspend time",
      { compute: { suspendTimeoutSeconds: 60 } },
      { compute: { suspendTimeoutSeconds: 0 } },
      "inPlace",
    ],
    ["a lower quota", { quota: { activeTimeSeconds: 9 } }, { quota: { activeTimeSeconds: 8 } }, "maySuspend"],
    ["a quota where none was", {}, { quota: { activeTimeSeconds: 8 } }, "maySuspend"],
    ["a higher quota", { quota: { activeTimeSeconds: 8 } }, { quota: { activeTimeSeconds: 9 } }, "inPlace"],
    ["a quota lifted with 0", { quota: { activeTimeSeconds: 8 } }, { quota: { activeTimeSeconds: 0 } }, "inPlace"],
    ["a quota taken out", { quota: { activeTimeSeconds: 8 } }, {}, "inPlace"],
    ["less history", { historyRetentionSeconds: 9 }, { historyRetentionSeconds: 8 }, "reducesProtection"],
    ["more history", { historyRetentionSeconds: 8 }, { historyRetentionSeconds: 9 }, "inPlace"],
    ["an opened network", { allowedIps: ["10.0.0.1"] }, { allowedIps: "any" }, "reducesProtection"],
    ["one more address", { allowedIps: ["10.0.0.1"] }, { allowedIps: ["10.0.0.1", "10.0.0.2"] }, "reducesProtection"],
    ["one address less", { allowedIps: ["10.0.0.1", "10.0.0.2"] }, { allowedIps: ["10.0.0.1"] }, "inPlace"],
    ["a list taken out", { allowedIps: ["10.0.0.1"] }, {}, "refused"],
    ["any taken out", { allowedIps: "any" }, {}, "inPlace"],
    ["the lock opened", {}, { deletionProtection: false }, "reducesProtection"],
    ["the lock closed", { deletionProtection: false }, {}, "inPlace"],
    ["logical replication on", {}, { enableLogicalReplication: true }, "restartsCompute"],
    ["logical replication off", { enableLogicalReplication: true }, { enableLogicalReplication: false }, "refused"],
    ["logical replication taken out", { enableLogicalReplication: true }, {}, "inPlace"],
    ["public connections let in again", { blockPublicConnections: true }, {}, "reducesProtection"],
    ["HIPAA mode off", { hipaa: true }, { hipaa: false }, "refused"],
    ["a lower audit level", { auditLogLevel: "full" }, { auditLogLevel: "base" }, "reducesProtection"],
  ])("classes %s", (_what, from, to, expected) => {
    expect(classOf(from, to)).toBe(expected);
  });

  test("lets a field that cannot change be declared later with the value that is there", () => {
    expect(change({}, { pgVersion: 17 }, { pgVersion: 17 })).toMatchObject([{ class: "inPlace", rememberOnly: true }]);
    expect(classOf({}, { pgVersion: 16 }, { pgVersion: 17 })).toBe("refused");
  });

  test("sends the default of a field that was taken out, or leaves it alone", () => {
    const [suspend] = change({ compute: { suspendTimeoutSeconds: 60 } }, {});
    expect(suspend).toMatchObject({ path: "compute.suspendTimeoutSeconds", to: 0, rememberOnly: false });
    const [history] = change({ historyRetentionSeconds: 9 }, {});
    expect(history).toMatchObject({ to: undefined, rememberOnly: true });
  });
});

describe("drift", () => {
  test("is none where what is there is what was declared", () => {
    fc.assert(
      fc.property(projectInputs, (inputs) => expect(driftOf(projectFields, { ...inputs }, { ...inputs })).toEqual([])),
    );
  });

  test("leads back to what was declared", () => {
    fc.assert(
      fc.property(projectInputs, projectInputs, (declared, there) => {
        const drifted = driftedDeclared(projectFields, { ...declared }, { ...there });
        const back = diffFields(projectFields, {}, drifted, { ...declared });
        expect(back.map(({ path }) => path)).toEqual(
          driftOf(projectFields, { ...declared }, { ...there }).map(({ path }) => path),
        );
      }),
    );
  });

  test("is not looked for in fields that the user did not set", () => {
    expect(driftedDeclared(projectFields, base, { historyRetentionSeconds: 5, allowedIps: ["10.0.0.1"] })).toEqual(
      base,
    );
  });
});
