import { inspect } from "node:util";
import { NeonError } from "../../../provider";
import { FakeWorld } from "../fakeWorld";
import { codeOf, madeProject, projectInputsOf, Run } from "./support";

const mark = (more: object) => ({ mark: { fleet: "fleet-1", stack: "acme", resource: "neon:Project::acme", ...more } });

describe("creating a project", () => {
  test("is one POST after one look, with everything in it", async () => {
    const world = new FakeWorld();
    const run = new Run(world, "project", { orgId: "org-1" });
    const { entry, error } = await run.up(
      projectInputsOf({
        pgVersion: 16,
        branchName: "production",
        databaseName: "shop",
        roleName: "shopkeeper",
        historyRetentionSeconds: 3600,
        compute: { autoscalingLimitMinCu: 0.5, autoscalingLimitMaxCu: 2, suspendTimeoutSeconds: 60 },
        quota: { activeTimeSeconds: 10 },
        allowedIps: ["10.0.0.0/8"],
        blockVpcConnections: true,
      }),
    );
    expect(error).toBeUndefined();
    expect(run.api.calls).toEqual(["listProjects", "createProject", "waitForOperations"]);
    const made = [...world.projects.values()][0]!;
    expect(made.project).toMatchObject({
      name: "acme",
      region_id: "aws-eu-central-1",
      pg_version: 16,
      org_id: "org-1",
      history_retention_seconds: 3600,
      default_endpoint_settings: {
        autoscaling_limit_min_cu: 0.5,
        autoscaling_limit_max_cu: 2,
        suspend_timeout_seconds: 60,
      },
      settings: {
        quota: {
          active_time_seconds: 10,
          compute_time_seconds: 0,
          written_data_bytes: 0,
          data_transfer_bytes: 0,
          logical_size_bytes: 0,
        },
        allowed_ips: { ips: ["10.0.0.0/8"], protected_branches_only: false },
        block_vpc_connections: true,
      },
    });
    expect(made.branches[0]!.annotations).toEqual({
      "neon-tenants/fleet": "fleet-1",
      "neon-tenants/stack": "acme",
      "neon-tenants/resource": "neon:Project::acme",
    });
    const password = made.roles[0]!.password!;
    const host = made.endpoints[0]!.host;
    expect(entry).toMatchObject({
      id: made.project.id,
      outputs: {
        projectId: made.project.id,
        branchName: "production",
        databaseName: "shop",
        roleName: "shopkeeper",
        rolePassword: password,
        host,
        directUri: `postgresql://shopkeeper:${password}@${host}:5432/shop?sslmode=require`,
        pooledUri: `postgresql://shopkeeper:${password}@${host.replace(".", "-pooler.")}:5432/shop?sslmode=require`,
      },
    });
    expect(entry?.outputs.declared).not.toHaveProperty("rolePassword");
  });

  test("sends nothing that was not asked for", async () => {
    const world = new FakeWorld();
    await madeProject(world);
    const { project } = [...world.projects.values()][0]!;
    expect(project.settings).toEqual({});
    expect(project.default_endpoint_settings).toEqual({});
  });

  test("protects the branch with a PATCH after the POST", async () => {
    const world = new FakeWorld();
    const run = new Run(world);
    await run.up(projectInputsOf({ protectedBranch: true }));
    expect(run.api.calls).toEqual(["listProjects", "createProject", "waitForOperations", "updateBranch"]);
    expect([...world.projects.values()][0]!.branches[0]!.branch.protected).toBe(true);
  });

  test("takes over its own project from a create that was cut off, and sets what differs", async () => {
    const world = new FakeWorld();
    const { id, outputs } = await madeProject(world);
    const run = new Run(world);
    const { entry } = await run.up(
      projectInputsOf({ historyRetentionSeconds: 7200, compute: { autoscalingLimitMaxCu: 4 } }),
    );
    expect(run.api.count("createProject")).toBe(0);
    expect(entry).toMatchObject({
      id,
      outputs: {
        adopted: true,
        rolePassword: outputs.rolePassword,
        directUri: outputs.directUri,
        pooledUri: outputs.pooledUri,
      },
    });
    const at = world.projects.get(id)!;
    expect(at.project.history_retention_seconds).toBe(7200);
    expect(at.endpoints[0]!.autoscaling_limit_max_cu).toBe(4);
    await expect(
      run.lifecycle.delete(run.context, id, {
        ...entry!.outputs,
        declared: { deletionProtection: false },
        mark: undefined,
      }),
    ).rejects.toMatchObject({ code: "NEON_DELETE_PROTECTED" });
  });

  test("finds its mark on a branch that is no longer the default one", async () => {
    const world = new FakeWorld();
    const { id } = await madeProject(world);
    const at = world.projects.get(id)!;
    at.branches.push({ branch: { ...at.branches[0]!.branch, id: "br-new" }, annotations: {} });
    at.branches[0]!.branch.default = false;
    at.endpoints[0]!.branch_id = "br-new";
    at.databases[0]!.branch_id = "br-new";
    at.roles[0]!.branch_id = "br-new";
    const { entry } = await new Run(world).up(projectInputsOf());
    expect(entry).toMatchObject({ id, outputs: { branchId: "br-new" } });
  });

  test.each([
    ["another fleet", { fleet: "fleet-2" }],
    ["another stack", { stack: "other" }],
  ])("makes its own next to one of %s with the same name", async (_whose, other) => {
    const world = new FakeWorld();
    const foreign = await madeProject(world, mark(other));
    const { entry } = await new Run(world).up(projectInputsOf());
    expect(entry!.id).not.toBe(foreign.id);
    expect(world.names()).toEqual(["acme", "acme"]);
  });

  test("looks only at projects of exactly that name", async () => {
    const world = new FakeWorld();
    await madeProject(world, { name: "acme-europe", ...mark({ stack: "acme-europe" }) });
    const run = new Run(world);
    await run.up(projectInputsOf());
    expect(run.api.calls).toEqual(["listProjects", "createProject", "waitForOperations"]);
  });

  test("is refused for a renamed resource, with the alias to add, and its old entry is not deleted in that run", async () => {
    const world = new FakeWorld();
    const { id, outputs } = await madeProject(world, { deletionProtection: false });
    const run = new Run(world);
    const { error } = await run.up(projectInputsOf(mark({ resource: "shop:Tenant$neon:Project::acme" })));
    expect(codeOf(error)).toBe("NEON_PROJECT_RENAMED");
    expect(String(error)).toContain('aliases: ["urn:pulumi:acme::shop::neon:Project::acme"]');
    const code = { code: expect.stringMatching(/NEON_(DELETE_PROTECTED|REPLACE_REFUSED)/) as unknown };
    await expect(run.lifecycle.delete(run.context, id, outputs)).rejects.toMatchObject(code);
    expect(world.names()).toEqual(["acme"]);
  });

  test("stops where two projects carry its mark, and names both", async () => {
    const world = new FakeWorld();
    const first = await madeProject(world);
    const twin = structuredClone(world.projects.get(first.id)!);
    twin.project.id = "project-twin";
    world.projects.set("project-twin", twin);
    const { error } = await new Run(world).up(projectInputsOf());
    expect(codeOf(error)).toBe("NEON_PROJECT_AMBIGUOUS");
    expect(String(error)).toContain(`${first.id} and project-twin`);
  });

  test("is refused where the state of this run holds the resource", async () => {
    const world = new FakeWorld();
    const entry = await madeProject(world);
    const run = new Run(world);
    await run.up(projectInputsOf(), entry);
    expect(run.lifecycle.check(run.memory, {}, projectInputsOf()).problems).toMatchObject([
      { reason: expect.stringContaining("NEON_REPLACE_REFUSED") as unknown },
    ]);
    await expect(run.lifecycle.create(run.context, projectInputsOf())).rejects.toMatchObject({
      code: "NEON_REPLACE_REFUSED",
    });
    expect(run.api.count("createProject")).toBe(0);
  });

  test("does not take over a project in another region than the program says now", async () => {
    const world = new FakeWorld();
    await madeProject(world);
    const { error } = await new Run(world).up(projectInputsOf({ regionId: "aws-us-east-1" }));
    expect(codeOf(error)).toBe("NEON_IMMUTABLE");
    expect(world.names()).toEqual(["acme"]);
  });
});

describe("a POST without an answer", () => {
  const lost = (fault: "lostBefore" | "lostAfter") => (method: string) =>
    method === "createProject" ? fault : undefined;

  test("is taken over where it was carried out", async () => {
    const world = new FakeWorld();
    const run = new Run(world, "project", { faults: lost("lostAfter") });
    const { entry, error } = await run.up(projectInputsOf());
    expect(error).toBeUndefined();
    expect(run.api.count("createProject")).toBe(1);
    expect(entry?.outputs.rolePassword).toBe([...world.projects.values()][0]!.roles[0]!.password);
  });

  test("is not what a refusal is: that is passed on at once", async () => {
    const run = new Run(new FakeWorld());
    run.api.createProject = () =>
      Promise.reject(new NeonError("NEON_LIMIT_EXCEEDED", "the limit of projects is reached"));
    const { entry, error } = await run.up(projectInputsOf());
    expect([codeOf(error), entry]).toEqual(["NEON_LIMIT_EXCEEDED", undefined]);
    expect([run.api.calls, run.context.clock.now()]).toEqual([["listProjects"], 0]);
  });

  test("is looked for while Neon may still commit, and found then", async () => {
    const world = new FakeWorld();
    const late = await madeProject(world);
    const at = world.projects.get(late.id)!;
    world.projects.delete(late.id);
    let looks = 0;
    const run = new Run(world, "project", {
      faults: (method) => {
        if (method === "listProjects" && ++looks === 4) world.projects.set(late.id, at);
        return lost("lostBefore")(method);
      },
    });
    const { entry } = await run.up(projectInputsOf());
    expect(entry?.id).toBe(late.id);
    expect(looks).toBe(4);
  });

  test("is given up after a minute of looking, never repeated, and the next run makes it", async () => {
    const world = new FakeWorld();
    const run = new Run(world, "project", { faults: lost("lostBefore") });
    const { entry, error } = await run.up(projectInputsOf());
    expect([codeOf(error), entry]).toEqual(["NEON_UNANSWERED", undefined]);
    expect(run.context.clock.now()).toBe(60_000);
    expect(run.api.count("createProject")).toBe(1);
    expect((await new Run(world).up(projectInputsOf())).error).toBeUndefined();
    expect(world.names()).toEqual(["acme"]);
  });
});

describe("a create that fails after the POST", () => {
  test("leaves the project in the state with all that is known, and no secret in the error", async () => {
    const world = new FakeWorld();
    const run = new Run(world, "project", {
      faults: (method) => (method === "createProject" ? "operationFails" : undefined),
    });
    const { entry, error } = await run.up(projectInputsOf());
    const made = [...world.projects.values()][0]!;
    expect(codeOf(error)).toBe("NEON_OPERATION_FAILED");
    expect(error).toMatchObject({ id: made.project.id, reasons: [expect.stringContaining("NEON_OPERATION_FAILED")] });
    expect(entry!.outputs).toMatchObject({
      __provider: "exports.handler=…",
      rolePassword: made.roles[0]!.password,
      mark: { fleet: "fleet-1" },
      declared: { name: "acme" },
    });
    for (const text of [String(error), inspect(error, { depth: 9 }), JSON.stringify(error)]) {
      expect(text).not.toContain("npg_");
    }
  });

  test("is healed by the next run without another project", async () => {
    const world = new FakeWorld();
    const first = await new Run(world, "project", {
      faults: (method) => (method === "updateBranch" ? "lostBefore" : undefined),
    }).up(projectInputsOf({ protectedBranch: true }));
    expect(first.entry).toMatchObject({ failed: true, outputs: { declared: { name: "acme" } } });
    const second = await new Run(world).up(projectInputsOf({ protectedBranch: true }), first.entry);
    expect(second.entry).toMatchObject({ failed: false, outputs: { declared: { protectedBranch: true } } });
    expect(world.names()).toEqual(["acme"]);
    expect(world.projects.get(second.entry!.id)!.branches[0]!.branch.protected).toBe(true);
  });
});
