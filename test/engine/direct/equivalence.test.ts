import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { LocalNeonOptions } from "../../../local";
import { expectCode, FleetFixture } from "../fleet/fleetFixture";
import { normalizedState } from "./normalizedState";

const doors = ["direct", "stock", "plain"] as const;
type Door = (typeof doors)[number];

const withRolesAndDatabases = {
  databases: [{ name: "reports", owner: "reporter" }, { name: "archive" }],
  roles: ["reporter"],
  allowDelete: ["archive"],
};
const steps = ["created", "plan changed", "refreshed"] as const;
const tenants = ["acme", "globex"];
const flags = ["--non-interactive", "--color=never"];

/** The states of all tenants after each step, by door. */
type States = Record<string, Record<string, unknown>>;
const states = {} as Record<Door, States>;
/** The same where Neon takes its time: the driver ends its engines and follows the operations itself, `pulumi up` waits for them. */
const slowly = {} as Record<"direct" | "plain", States>;

beforeAll(async () => {
  for (const door of doors) states[door] = await runAll(door, steps);
  for (const door of ["direct", "plain"] as const) slowly[door] = await runAll(door, ["created"], { latency: "neon" });
}, 600_000);

async function runAll(door: Door, through: readonly string[], options?: LocalNeonOptions): Promise<States> {
  const fleet = await FleetFixture.start(options);
  try {
    const after: States = {};
    for (const step of through) {
      if (step === "created") fleet.write({ acme: {}, globex: withRolesAndDatabases });
      if (step === "plan changed")
        fleet.write({ acme: { plan: "big" }, globex: { ...withRolesAndDatabases, plan: "big" } });
      await (step === "refreshed" ? refresh(fleet, door) : apply(fleet, door));
      after[step] = await statesOf(fleet);
    }
    return after;
  } finally {
    await fleet.stop();
  }
}

async function apply(fleet: FleetFixture, door: Door): Promise<void> {
  const allow = ["--allow", "restartsCompute,reducesProtection,maySuspend"];
  if (door !== "plain") return expectCode(await fleet.run(["apply", "--engine", door, ...allow]), 0);
  for (const tenant of tenants)
    expectCode(await fleet.pulumi(["up", "--yes", "--skip-preview", "--stack", tenant, ...flags]), 0);
}

async function refresh(fleet: FleetFixture, door: Door): Promise<void> {
  if (door !== "plain") {
    const script = path.join(__dirname, "refreshStacks.js");
    await promisify(execFile)(process.execPath, [script, door], { cwd: fleet.folder, env: fleet.env() });
    return;
  }
  for (const tenant of tenants) {
    expectCode(await fleet.pulumi(["refresh", "--yes", "--skip-preview", "--stack", tenant, ...flags]), 0);
  }
}

async function statesOf(fleet: FleetFixture): Promise<Record<string, unknown>> {
  const read = async (tenant: string) => {
    const file = path.join(fleet.folder, "backend", ".pulumi", "stacks", "shop", `${tenant}.json`);
    return [tenant, await normalizedState(file, fleet.passphrase)] as const;
  };
  return Object.fromEntries(await Promise.all(tenants.map(read)));
}

interface Resource {
  type: string;
  parent?: string;
  protect?: boolean;
  dependencies?: string[];
  additionalSecretOutputs?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const resourcesOf = (step: string, tenant: string): Resource[] =>
  (states.direct[step]?.[tenant] as { latest: { resources: Resource[] } }).latest.resources;

describe.each(steps)("the same fleet, %s", (step) => {
  it.each(tenants)("through stock, direct and plain `pulumi up`: the state of %s is the same", (tenant) => {
    expect(states.stock[step]?.[tenant]).toEqual(states.direct[step]?.[tenant]);
    expect(states.plain[step]?.[tenant]).toEqual(states.direct[step]?.[tenant]);
  });
});

describe("the same fleet, created at Neon's pace", () => {
  it.each(tenants)("deferred by the driver and waited for by `pulumi up`: the state of %s is the same", (tenant) => {
    expect(slowly.direct.created?.[tenant]).toEqual(slowly.plain.created?.[tenant]);
    expect(slowly.direct.created?.[tenant]).toEqual(states.direct.created?.[tenant]);
  });
});

describe("what was compared", () => {
  it("holds outputs in clear, protection, parents, dependencies and secret outputs", () => {
    const resources = resourcesOf("refreshed", "globex");
    const text = JSON.stringify(resources);
    expect(text).toContain("postgresql://app_owner:(password)@(host)/app");
    expect(text).not.toContain("ciphertext");
    const project = resources.find(({ type }) => type.endsWith("neon:Project"));
    expect(project).toMatchObject({
      protect: true,
      additionalSecretOutputs: ["rolePassword", "directUri", "pooledUri"],
    });
    expect(project?.parent).toContain("TenantDatabase::globex");
    const databases = resources.filter(({ type }) => type.endsWith("neon:Database"));
    expect(databases).toHaveLength(2);
    expect(databases.every(({ dependencies }) => dependencies?.some((urn) => urn.includes("neon:Role::")))).toBe(true);
    expect(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.applied).toMatchObject({
      version: expect.any(String) as string,
    });
  });

  it("changes with the plan, and not with a refresh", () => {
    const project = (step: string) => resourcesOf(step, "acme").find(({ type }) => type.endsWith("neon:Project"));
    expect(project("plan changed")?.inputs).toMatchObject({ compute: { autoscalingLimitMaxCu: 4 } });
    expect(project("created")?.inputs).toMatchObject({ compute: { autoscalingLimitMaxCu: 0.5 } });
    const { inputs, outputs } = project("plan changed") ?? {};
    expect(project("refreshed")).toMatchObject({ inputs, outputs });
  });
});
