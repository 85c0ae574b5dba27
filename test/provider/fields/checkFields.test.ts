import fc from "fast-check";
import {
  branchFields,
  checkFields,
  computeLimitProblems,
  databaseFields,
  endpointFields,
  isComputeSize,
  jsonSchema,
  leaves,
  projectFields,
  roleFields,
  unknownValue,
  zodSchema,
} from "../../../provider/fields";
import { anyInputs, projectInputs } from "./arbitraries";

const valid = { name: "acme", regionId: "aws-eu-central-1" };
const paths = (inputs: Record<string, unknown>) => checkFields(projectFields, inputs).map((problem) => problem.path);

describe("inputs of a project", () => {
  test("are taken where they are valid", () => {
    fc.assert(fc.property(projectInputs, (inputs) => expect(checkFields(projectFields, inputs)).toEqual([])));
  });

  test("are answered with every problem at once", () => {
    const inputs = {
      name: "",
      pgVersion: 13,
      compute: { autoscalingLimitMinCu: 0.3, suspendTimeoutSeconds: 59 },
      quota: { activeTimeSeconds: -1 },
      allowedIps: [],
      maintenanceWindow: { weekdays: [8], startTime: "24:00", endTime: "05:00" },
      hippa: true,
    };
    expect(paths(inputs).sort()).toEqual(
      [
        "allowedIps",
        "compute.autoscalingLimitMinCu",
        "compute.suspendTimeoutSeconds",
        "hippa",
        "maintenanceWindow.startTime",
        "maintenanceWindow.weekdays[0]",
        "name",
        "pgVersion",
        "quota.activeTimeSeconds",
        "regionId",
      ].sort(),
    );
  });

  test("never make the check throw, whatever they are", () => {
    const all = [projectFields, branchFields, endpointFields, roleFields, databaseFields];
    fc.assert(
      fc.property(anyInputs, fc.constantFrom(...all), (inputs, fields) => {
        expect(Array.isArray(checkFields(fields, inputs))).toBe(true);
      }),
    );
  });

  test("may be unknown in a preview, whole groups included", () => {
    expect(
      paths({ name: unknownValue, regionId: unknownValue, compute: unknownValue, pgVersion: unknownValue }),
    ).toEqual([]);
    expect(paths({ ...valid, quota: { activeTimeSeconds: unknownValue }, allowedIps: [unknownValue] })).toEqual([]);
  });

  test("do not hold an empty IP list, because it would open the database", () => {
    const [problem] = checkFields(projectFields, { ...valid, allowedIps: [] });
    expect(problem?.reason).toContain('write "any"');
    expect(paths({ ...valid, allowedIps: "any" })).toEqual([]);
  });

  test.each(["10.0.0.1", "10.0.0.0/8", "10.0.0.1-10.0.0.9", "2001:db8::1", "2001:db8::/32"])(
    "take the address %s",
    (entry) => {
      expect(paths({ ...valid, allowedIps: [entry] })).toEqual([]);
    },
  );

  test.each(["", "10.0.0", "10.0.0.0/33", "10.0.0.1-", "10.0.0.1-2001:db8::1", "example.com", "10.0.0.0/8/8", "any"])(
    "do not take %p among the addresses",
    (entry) => {
      expect(paths({ ...valid, allowedIps: ["10.0.0.1", entry] })).toEqual(["allowedIps[1]"]);
    },
  );
});

describe("compute sizes", () => {
  test("are those of Neon", () => {
    const known = Array.from({ length: 240 }, (_, index) => (index + 1) / 4).filter(isComputeSize);
    const even = Array.from({ length: 20 }, (_, index) => 18 + 2 * index);
    expect(known).toEqual([0.25, 0.5, ...Array.from({ length: 16 }, (_, index) => index + 1), ...even]);
  });

  test.each([
    [0.25, 8, []],
    [1, 9, []],
    [0.25, 9, ["autoscalingLimitMaxCu"]],
    [2, 1, ["autoscalingLimitMaxCu"]],
    [20, 20, []],
    [12, 18, ["autoscalingLimitMaxCu"]],
  ])("from %p to %p", (autoscalingLimitMinCu, autoscalingLimitMaxCu, wrong) => {
    const problems = computeLimitProblems({ autoscalingLimitMinCu, autoscalingLimitMaxCu });
    expect(problems.map((problem) => problem.path)).toEqual(wrong);
  });
});

describe("the declarations", () => {
  test("give a zod schema that agrees with the check", () => {
    const schema = zodSchema(projectFields);
    fc.assert(
      fc.property(fc.oneof(projectInputs, anyInputs.map(withoutUndefined)), (inputs) => {
        const problems = checkFields(projectFields, inputs);
        if (problems.length === 0) expect(schema.safeParse(withoutNulls(inputs)).success).toBe(true);
        if (schema.safeParse(inputs).success) expect(problems).toEqual([]);
      }),
    );
  });

  test("give a JSON Schema that names every field and closes the object", () => {
    const schema = jsonSchema(projectFields) as { properties: Record<string, unknown>; additionalProperties: boolean };
    expect(Object.keys(schema.properties)).toEqual(Object.keys(projectFields));
    expect(schema.additionalProperties).toBe(false);
  });

  test("say for every field what it is, and the way out where a change is refused", () => {
    for (const fields of [projectFields, branchFields, endpointFields, roleFields, databaseFields]) {
      for (const { path, field } of leaves(fields)) {
        expect([path, field.about.endsWith(".")]).toEqual([path, true]);
        if (field.removed === "refused") expect([path, field.refusal]).not.toEqual([path, undefined]);
      }
    }
  });
});

const withoutUndefined = (inputs: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
const withoutNulls = (inputs: object) =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null && value !== undefined));
