import fc from "fast-check";
import { driftOf, projectFields } from "../../../provider/fields";
import { observedCompute, observedProject } from "../../../provider/lifecycle/project/requests";
import { projectInputs } from "../fields/arbitraries";
import { FakeWorld } from "../fakeWorld";
import { codeOf, type Entry, madeProject, projectInputsOf, Run, type Values } from "./support";

async function change(world: FakeWorld, entry: Entry, more: Values, run = new Run(world)) {
  return { run, ...(await run.up(projectInputsOf(more), entry)) };
}

/** What is at Neon, in the names of the inputs. */
function observed(world: FakeWorld, id: string): Values {
  const at = world.projects.get(id)!;
  const { name, protected: isProtected } = at.branches[0]!.branch;
  return {
    ...observedProject(at.project),
    compute: observedCompute(at.endpoints[0]!),
    branchName: name,
    protectedBranch: isProtected,
  };
}

describe("changing a project", () => {
  test("is empty, without a call, where nothing changed", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { quota: { activeTimeSeconds: 1 } });
    const { run } = await change(world, entry, { quota: { activeTimeSeconds: 1 } });
    expect(run.api.calls).toEqual([]);
  });

  test("sends only what changed", async () => {
    const world = new FakeWorld();
    const before = { historyRetentionSeconds: 60, blockPublicConnections: true };
    const entry = await madeProject(world, before);
    const spy: unknown[] = [];
    const run = new Run(world);
    const original = run.api.updateProject.bind(run.api);
    run.api.updateProject = (id, request) => {
      spy.push(request);
      return original(id, request);
    };
    await run.up(projectInputsOf({ ...before, historyRetentionSeconds: 120 }), entry);
    expect(spy).toEqual([{ project: { history_retention_seconds: 120 } }]);
  });

  test("reaches the running compute as well as the defaults", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { compute: { autoscalingLimitMaxCu: 1 } });
    const { run } = await change(world, entry, { compute: { autoscalingLimitMaxCu: 4 } });
    expect(run.api.calls).toEqual(["updateProject", "waitForOperations", "updateEndpoint", "waitForOperations"]);
    const at = world.projects.get(entry.id)!;
    expect(at.project.default_endpoint_settings?.autoscaling_limit_max_cu).toBe(4);
    expect(at.endpoints[0]!.autoscaling_limit_max_cu).toBe(4);
  });

  test("follows a compute that was deleted and made again", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { compute: { autoscalingLimitMaxCu: 1 } });
    const endpoint = world.projects.get(entry.id)!.endpoints[0]!;
    Object.assign(endpoint, { id: "ep-new", host: "ep-new.c-2.example.invalid" });
    const { entry: after } = await change(world, entry, { compute: { autoscalingLimitMaxCu: 4 } });
    expect(endpoint.autoscaling_limit_max_cu).toBe(4);
    expect(after?.outputs).toMatchObject({
      endpointId: "ep-new",
      host: "ep-new.c-2.example.invalid",
      pooledHost: "ep-new-pooler.c-2.example.invalid",
      directUri: expect.stringContaining("@ep-new.c-2.example.invalid:5432/") as unknown,
    });
  });

  test("lifts all limits where the quota is taken out", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { quota: { activeTimeSeconds: 5 } });
    await change(world, entry, {});
    expect(world.projects.get(entry.id)!.project.settings?.quota).toEqual({
      active_time_seconds: 0,
      compute_time_seconds: 0,
      written_data_bytes: 0,
      data_transfer_bytes: 0,
      logical_size_bytes: 0,
    });
  });

  test("opens the network only where any is written", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { allowedIps: ["10.0.0.1"] });
    const { error } = await change(world, entry, {});
    expect(String(error)).toContain('allowedIps: "any"');
    expect(world.projects.get(entry.id)!.project.settings?.allowed_ips?.ips).toEqual(["10.0.0.1"]);
    await change(world, entry, { allowedIps: "any" });
    expect(world.projects.get(entry.id)!.project.settings?.allowed_ips?.ips).toEqual([]);
  });

  test("refuses another region before any call, in check and in diff", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world);
    const { run, error } = await change(world, entry, { regionId: "aws-us-east-1" });
    expect(String(error)).toMatch(/NEON_IMMUTABLE: regionId cannot change from "aws-eu-central-1" to "aws-us-east-1"/);
    expect(() => run.lifecycle.diff(entry.outputs, projectInputsOf({ regionId: "aws-us-east-1" }))).toThrow(
      "NEON_IMMUTABLE",
    );
    expect(run.api.calls).toEqual([]);
  });

  test("sends settings again that a PATCH replaced instead of merged", async () => {
    const world = new FakeWorld();
    const before = { allowedIps: ["10.0.0.1"], quota: { activeTimeSeconds: 5 } };
    const entry = await madeProject(world, before);
    const run = new Run(world);
    const original = run.api.updateProject.bind(run.api);
    let first = true;
    run.api.updateProject = async (id, request) => {
      if (first) world.projects.get(id)!.project.settings = {};
      first = false;
      return original(id, request);
    };
    await run.up(projectInputsOf({ ...before, quota: { activeTimeSeconds: 6 } }), entry);
    const { settings } = world.projects.get(entry.id)!.project;
    expect(settings?.allowed_ips?.ips).toEqual(["10.0.0.1"]);
    expect(settings?.quota?.active_time_seconds).toBe(6);
  });

  test("says what Neon keeps otherwise than it was told", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { historyRetentionSeconds: 60 });
    const run = new Run(world);
    const original = run.api.updateProject.bind(run.api);
    run.api.updateProject = async (id, { project }) =>
      original(id, { project: { ...project, history_retention_seconds: 60 } });
    await change(world, entry, { historyRetentionSeconds: 120 }, run);
    expect(run.warnings.join()).toContain("keeps another value for historyRetentionSeconds");
  });

  test("of one that vanished says so", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world);
    world.projects.clear();
    const { error } = await change(world, entry, { name: "other" });
    expect(codeOf(error)).toBe("NEON_PROJECT_VANISHED");
  });

  test("from any declaration to any other ends with the same settings as the other from nothing", async () => {
    await fc.assert(
      fc.asyncProperty(projectInputs, projectInputs, async (from, to) => {
        const world = new FakeWorld();
        const entry = await madeProject(world, from);
        const after = await change(world, entry, to);
        // Taking an IP list out is refused, and has a test of its own.
        const removesList = Array.isArray(from.allowedIps) && to.allowedIps === undefined;
        expect(after.error === undefined).toBe(!removesList);
        if (removesList) return;
        const normal = after.run.lifecycle.check(after.run.memory, {}, projectInputsOf(to)).inputs;
        expect(driftOf(projectFields, normal, observed(world, entry.id))).toEqual([]);
        const again = new Run(world);
        await again.up(projectInputsOf(to), after.entry);
        expect(again.api.calls).toEqual([]);
        expect(after.entry?.id).toBe(entry.id);
      }),
      { numRuns: 60 },
    );
  });

  test("that fails half-way keeps what did not get through for the next run", async () => {
    const from = { name: "acme", historyRetentionSeconds: 60, compute: { autoscalingLimitMaxCu: 1 } };
    const to = { ...from, historyRetentionSeconds: 120, compute: { autoscalingLimitMaxCu: 2 } };
    const world = new FakeWorld();
    const entry = await madeProject(world, from);
    const run = new Run(world, "project", {
      faults: (method) => (method === "updateEndpoint" ? "lostBefore" : undefined),
    });
    const half = await change(world, entry, to, run);
    expect(half.entry).toMatchObject({
      failed: true,
      outputs: { declared: { historyRetentionSeconds: 120, compute: { autoscalingLimitMaxCu: 1 } } },
    });
    const whole = await change(world, half.entry!, to);
    expect(whole.run.api.calls).toContain("updateEndpoint");
    expect(world.projects.get(entry.id)!.endpoints[0]!.autoscaling_limit_max_cu).toBe(2);
  });
});

describe("reading a project", () => {
  const read = async (world: FakeWorld, entry: Entry) => {
    const run = new Run(world);
    return { run, back: await run.lifecycle.read(run.context, entry.id, entry.outputs) };
  };

  test("costs two GETs for a plain one, and shows no drift where there is none", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { quota: { activeTimeSeconds: 5 } });
    const { run, back } = await read(world, entry);
    expect(run.api.calls).toEqual(["getProject", "getBranch"]);
    expect(back!.outputs).toEqual(without(entry.outputs, "__provider"));
    expect(run.lifecycle.diff(back!.outputs, projectInputsOf({ quota: { activeTimeSeconds: 5 } }))).toEqual([]);
  });

  test.each([
    ["the branch is", { branchName: "main" }, ["getBranch"]],
    ["the compute is", { compute: { autoscalingLimitMaxCu: 1 } }, ["getEndpoint"]],
    ["both are", { branchName: "main", compute: { autoscalingLimitMaxCu: 1 } }, ["getEndpoint", "getBranch"]],
  ])(
    "costs one GET for the project and one for each of branch and compute where %s declared",
    async (_, more, also) => {
      const world = new FakeWorld();
      const { run } = await read(world, await madeProject(world, more));
      expect(run.api.calls).toEqual(["getProject", ...also]);
    },
  );

  test("brings declared fields up to what is there, so that the next up repairs them", async () => {
    const world = new FakeWorld();
    const declared = { historyRetentionSeconds: 60, compute: { autoscalingLimitMaxCu: 1 }, allowedIps: ["10.0.0.1"] };
    const entry = await madeProject(world, declared);
    const at = world.projects.get(entry.id)!;
    at.project.history_retention_seconds = 5;
    at.project.settings!.allowed_ips = { ips: [] };
    at.project.settings!.block_public_connections = true;
    at.endpoints[0]!.autoscaling_limit_max_cu = 8;
    const { back } = await read(world, entry);
    const found = { historyRetentionSeconds: 5, compute: { autoscalingLimitMaxCu: 8 }, allowedIps: "any" };
    expect(back!.outputs.declared).toEqual({ name: "acme", regionId: "aws-eu-central-1", ...found });
    expect(back!.inputs).toMatchObject({ ...found, mark: { fleet: "fleet-1" } });
    await new Run(world).up(projectInputsOf(declared), { ...entry, outputs: back!.outputs });
    expect(at.project.history_retention_seconds).toBe(60);
    expect(at.project.settings?.allowed_ips?.ips).toEqual(["10.0.0.1"]);
    expect(at.endpoints[0]!.autoscaling_limit_max_cu).toBe(1);
  });

  test("follows a default branch whose id changed", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { branchName: "main" });
    world.projects.get(entry.id)!.branches[0]!.branch.id = "br-restored";
    expect((await read(world, entry)).back!.outputs.branchId).toBe("br-restored");
  });

  test.each([{}, { branchName: "main" }, { compute: { autoscalingLimitMaxCu: 1 } }])(
    "follows a restored branch that took the place of the default one, with %p declared",
    async (more) => {
      const world = new FakeWorld();
      const entry = await madeProject(world, more);
      const at = world.projects.get(entry.id)!;
      const [old] = at.branches;
      at.branches.push({ ...old!, branch: { ...old!.branch, id: "br-restored" } });
      Object.assign(old!.branch, { default: false, name: "main (old)" });
      at.endpoints[0]!.branch_id = "br-restored";
      const { back } = await read(world, entry);
      const { declared, ...same } = entry.outputs;
      expect(back!.outputs).toEqual({ ...without(same, "__provider"), declared, branchId: "br-restored" });
      const followed = { ...entry, outputs: back!.outputs };
      await change(world, followed, { ...more, branchName: "production" });
      expect(at.branches.map(({ branch }) => branch.name)).toEqual(["main (old)", "production"]);
    },
  );

  test("of one that vanished is an error that names recovery, never an empty id", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world);
    await new Run(world).api.deleteProject(entry.id);
    await expect(read(world, entry)).rejects.toMatchObject({
      code: "NEON_PROJECT_VANISHED",
      message: expect.stringContaining("2030-01-08T00:00:00Z") as unknown,
    });
  });

  test("of one that vanished lets it go where that was consented to before", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world, { recreateIfMissing: true });
    world.projects.clear();
    expect((await read(world, entry)).back).toBeUndefined();
  });

  test("by its id alone finds everything", async () => {
    const world = new FakeWorld();
    const { id, outputs } = await madeProject(world);
    const run = new Run(world);
    const back = await run.lifecycle.read(run.context, id, {});
    expect(back!.outputs).toEqual({ ...without(outputs, "__provider", "mark"), declared: {} });
  });
});

function without(values: Values, ...names: string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
