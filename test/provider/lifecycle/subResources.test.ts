import type { ResourceKind } from "../../../provider/lifecycle";
import type { Fault } from "../fakeNeonApi";
import { FakeNeonApi } from "../fakeNeonApi";
import { FakeWorld } from "../fakeWorld";
import { codeOf, type Entry, madeProject, Run, type Values } from "./support";

interface Place {
  readonly world: FakeWorld;
  readonly projectId: string;
  readonly branchId: string;
}

async function place(): Promise<Place> {
  const world = new FakeWorld();
  const { id, outputs } = await madeProject(world);
  return { world, projectId: id, branchId: String(outputs.branchId) };
}

/** Inputs of one resource of a kind at a place. */
function inputsAt(kind: ResourceKind, { projectId, branchId }: Place, more: Values = {}): Values {
  const own: Partial<Record<ResourceKind, Values>> = {
    branch: { name: "dev" },
    endpoint: { branchId, type: "read_only", name: "replica" },
    role: { branchId, name: "app" },
    database: { branchId, name: "crm", ownerName: "neondb_owner" },
  };
  return { projectId, __provider: "exports.handler=…", ...own[kind], ...more };
}

const kinds = ["branch", "endpoint", "role", "database"] as const;
type Kind = (typeof kinds)[number];
const posts: Record<string, string> = {
  branch: "createBranch",
  endpoint: "createEndpoint",
  role: "createRole",
  database: "createDatabase",
};

/** How many of a kind there are beside what came with the project. */
function countOf(kind: Kind, { world, projectId }: Place): number {
  const at = world.projects.get(projectId)!;
  const all = { branch: at.branches, endpoint: at.endpoints, role: at.roles, database: at.databases };
  return all[kind].length - 1;
}

async function up(
  kind: ResourceKind,
  at: Place,
  more: Values = {},
  entry?: Entry,
  faults?: (method: string) => Fault | undefined,
) {
  const run = new Run(at.world, kind, { faults });
  return { run, ...(await run.up(inputsAt(kind, at, more), entry)) };
}

const remove = async (run: Run, { id, outputs }: Entry) =>
  run.lifecycle.delete(run.context, id, outputs).then(() => "deleted", codeOf);

describe.each(kinds)("a %s", (kind) => {
  test("is made with one POST, is then unchanged, and reads back without drift", async () => {
    const at = await place();
    const { run, entry, error } = await up(kind, at);
    expect(error).toBeUndefined();
    expect(run.api.calls).toEqual([posts[kind], "waitForOperations"]);
    expect((await up(kind, at, {}, entry)).run.api.calls).toEqual([]);
    const reader = new Run(at.world, kind);
    const back = await reader.lifecycle.read(reader.context, entry!.id, entry!.outputs);
    expect({ ...back!.outputs, __provider: entry!.outputs.__provider }).toEqual(entry!.outputs);
    expect(reader.api.calls).toHaveLength(1);
  });

  test("is found by its id alone", async () => {
    const at = await place();
    const { entry } = await up(kind, at);
    const reader = new Run(at.world, kind);
    const back = await reader.lifecycle.read(reader.context, entry!.id, {});
    const { __provider, ...outputs } = entry!.outputs;
    expect(back!.outputs).toEqual({ ...outputs, declared: {} });
  });

  test("whose POST was carried out but not answered is taken over, not made twice", async () => {
    const at = await place();
    const { run, entry, error } = await up(kind, at, {}, undefined, (method) =>
      method === posts[kind] ? "lostAfter" : undefined,
    );
    expect(error).toBeUndefined();
    expect(run.api.count(posts[kind]!)).toBe(1);
    expect(countOf(kind, at)).toBe(1);
    if (kind === "role") expect(entry!.outputs.password).toBe(at.world.projects.get(at.projectId)!.roles[1]!.password);
    expect(await remove(run, entry!)).toBe("NEON_DELETE_PROTECTED");
  });

  test("whose POST was lost is an error, and made by the next run", async () => {
    const at = await place();
    const first = await up(kind, at, {}, undefined, (method) => (method === posts[kind] ? "lostBefore" : undefined));
    expect([codeOf(first.error), first.entry]).toEqual(["NEON_UNANSWERED", undefined]);
    expect((await up(kind, at)).error).toBeUndefined();
    expect(countOf(kind, at)).toBe(1);
  });

  test("whose operation failed is in the state, and healed by the next run", async () => {
    const at = await place();
    const first = await up(kind, at, {}, undefined, (method) =>
      method === posts[kind] ? "operationFails" : undefined,
    );
    expect(codeOf(first.error)).toBe("NEON_OPERATION_FAILED");
    expect(first.entry).toMatchObject({ failed: true, outputs: { __provider: "exports.handler=…" } });
    const second = await up(kind, at, {}, first.entry);
    expect(second.entry).toMatchObject({ failed: false });
    expect(countOf(kind, at)).toBe(1);
  });

  test("cannot move to another project, which is refused after a look whether the former one is there", async () => {
    const at = await place();
    const { entry } = await up(kind, at);
    const { run, error } = await up(kind, at, { projectId: "project-other" }, entry);
    expect(String(error)).toContain("NEON_IMMUTABLE: projectId");
    expect(run.api.calls).toEqual(["getProject"]);
  });

  test("that is gone is deleted already", async () => {
    const at = await place();
    const { entry } = await up(kind, at, kind === "branch" ? { deletionProtection: false } : {});
    at.world.projects.clear();
    const open = {
      ...entry!,
      outputs: { ...entry!.outputs, declared: { allowDelete: true, deletionProtection: false } },
    };
    expect(await remove(new Run(at.world, kind), open)).toBe("deleted");
  });
});

describe.each(["branch", "role", "database"] as const)("a %s that is there already", (kind) => {
  test("is an error with the way out", async () => {
    const at = await place();
    await up(kind, at);
    const { error } = await up(kind, at);
    expect(codeOf(error)).toBe("NEON_ALREADY_EXISTS");
    expect(String(error)).toContain("adoptExisting: true");
  });

  test("is taken over where that is asked for", async () => {
    const at = await place();
    const { entry: first } = await up(kind, at);
    const { entry, error } = await up(kind, at, { adoptExisting: true });
    expect(error).toBeUndefined();
    expect(entry!.id).toBe(first!.id);
    expect(entry!.outputs.password).toBe(first!.outputs.password);
    expect(countOf(kind, at)).toBe(1);
  });
});

describe.each([
  ["role", { allowDelete: true }],
  ["database", { allowDelete: true }],
  ["branch", { deletionProtection: false }],
] as const)("the lock of a %s", (kind, open) => {
  test("holds until an earlier up opened it", async () => {
    const at = await place();
    const { entry } = await up(kind, at);
    expect(await remove(new Run(at.world, kind), entry!)).toBe("NEON_DELETE_PROTECTED");
    expect(countOf(kind, at)).toBe(1);
    const { entry: unlocked } = await up(kind, at, open, entry);
    expect(await remove(new Run(at.world, kind), unlocked!)).toBe("deleted");
    expect(countOf(kind, at)).toBe(0);
  });
});

describe("a branch", () => {
  test("with an end may be deleted, and may be gone", async () => {
    const at = await place();
    const { entry } = await up("branch", at, { expiresAt: "2030-01-20T00:00:00Z" });
    const run = new Run(at.world, "branch");
    expect(await remove(run, entry!)).toBe("deleted");
    expect(await run.lifecycle.read(run.context, entry!.id, entry!.outputs)).toBeUndefined();
  });

  test("without an end that vanished is an error", async () => {
    const at = await place();
    const { entry } = await up("branch", at);
    await new FakeNeonApi(at.world).deleteBranch(at.projectId, String(entry!.outputs.branchId));
    const run = new Run(at.world, "branch");
    await expect(run.lifecycle.read(run.context, entry!.id, entry!.outputs)).rejects.toMatchObject({
      code: "NEON_NOT_FOUND",
    });
  });

  test("keeps living where its end is taken out", async () => {
    const at = await place();
    const { entry } = await up("branch", at, { expiresAt: "2030-01-20T00:00:00Z" });
    await up("branch", at, {}, entry);
    expect(at.world.projects.get(at.projectId)!.branches[1]!.branch.expires_at).toBeUndefined();
  });

  test("does not drift where Neon writes the same instant in another way", async () => {
    const at = await place();
    const { entry } = await up("branch", at, { expiresAt: "2030-01-20T01:00:00+01:00" });
    at.world.projects.get(at.projectId)!.branches[1]!.branch.expires_at = "2030-01-20T00:00:00.000Z";
    const run = new Run(at.world, "branch");
    const back = await run.lifecycle.read(run.context, entry!.id, entry!.outputs);
    expect(back!.outputs.declared).toEqual(entry!.outputs.declared);
  });

  test("cannot both be protected and end", async () => {
    const { error } = await up("branch", await place(), { protected: true, expiresAt: "2030-01-20T00:00:00Z" });
    expect(String(error)).toContain("must not be set on a protected branch");
  });
});

describe("a database", () => {
  test("is renamed in place, also where the answer to the rename was lost", async () => {
    const at = await place();
    const { entry } = await up("database", at);
    const lost = await up("database", at, { name: "sales" }, entry, (method) =>
      method === "updateDatabase" ? "lostAfter" : undefined,
    );
    expect(lost.entry).toMatchObject({ failed: true, outputs: { name: "crm" } });
    const { entry: renamed, error } = await up("database", at, { name: "sales" }, lost.entry);
    expect(error).toBeUndefined();
    expect(renamed!.outputs.name).toBe("sales");
    expect(at.world.projects.get(at.projectId)!.databases.map((database) => database.name)).toEqual([
      "neondb",
      "sales",
    ]);
  });

  test("that is gone reports so, and so does a role", async () => {
    const at = await place();
    for (const kind of ["database", "role"] as const) {
      const { entry } = await up(kind, at);
      at.world.projects.get(at.projectId)![kind === "role" ? "roles" : "databases"].splice(1);
      const run = new Run(at.world, kind);
      expect(await run.lifecycle.read(run.context, entry!.id, entry!.outputs)).toBeUndefined();
    }
  });
});

describe("a role", () => {
  test("that cannot log in has no password, and none is asked for", async () => {
    const at = await place();
    const { run, entry } = await up("role", at, { noLogin: true });
    expect(entry!.outputs).not.toHaveProperty("password");
    expect(run.api.count("revealRolePassword")).toBe(0);
  });

  test("may not be taken over and deletable at once", async () => {
    const { error } = await up("role", await place(), { adoptExisting: true, allowDelete: true });
    expect(String(error)).toContain("must not be true together with allowDelete");
  });
});

describe("a compute", () => {
  test("is changed with both limits together", async () => {
    const at = await place();
    const limits = { autoscalingLimitMinCu: 1, autoscalingLimitMaxCu: 2 };
    const { entry } = await up("endpoint", at, limits);
    await up("endpoint", at, { ...limits, autoscalingLimitMaxCu: 4 }, entry);
    expect(at.world.projects.get(at.projectId)!.endpoints[1]).toMatchObject({
      autoscaling_limit_min_cu: 1,
      autoscaling_limit_max_cu: 4,
    });
  });

  test("that exists on its branch is an error, or taken over", async () => {
    const at = await place();
    const second = { type: "read_write", name: undefined };
    expect(codeOf((await up("endpoint", at, second)).error)).toBe("NEON_ALREADY_EXISTS");
    const { entry } = await up("endpoint", at, { ...second, adoptExisting: true });
    expect(entry!.outputs.endpointId).toBe(at.world.projects.get(at.projectId)!.endpoints[0]!.id);
  });
});
