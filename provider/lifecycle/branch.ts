import type { Branch } from "@neondatabase/api-client";
import { NeonError } from "../api/errors";
import {
  type BranchDeclared,
  branchFields,
  declaredIn,
  declaredOf,
  driftedDeclared,
  driftOf,
  type Problem,
  type Values,
} from "../fields";
import { checkResource, diffResource } from "./checkResource";
import type { Created, Lifecycle, LifecycleContext } from "./context";
import { alreadyExists, createOnce } from "./createOnce";
import { followBranch } from "./followBranch";
import {
  adoptedInThisRun,
  finished,
  keeping,
  placeOf,
  refuseLockedDelete,
  stateOf,
  targetOf,
  unlessGone,
  waitForRunning,
} from "./subResource";

const place = ["projectId", "branchId"] as const;

/** The life of a Branch. */
export const branchLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({
    inputs: news,
    problems: [...checkResource(branchFields, olds, news), ...branchProblems(news)],
  }),
  diff: (outputs, news) => diffResource(branchFields, outputs, news),
  // Neon leaves the children of a replaced branch with it; the program names the parent by its place.
  follow: (context, _id, outputs, news) => followBranch(context, outputs, news, "parentId"),
  create: createBranch,

  read: async (context, id, outputs) => {
    const { projectId, branchId } = placeOf(id, outputs, place);
    const declared = declaredIn(outputs) as BranchDeclared;
    const found = await unlessGone(() => context.api.getBranch(projectId, branchId));
    if (!found) {
      if (declared.expiresAt !== undefined || declared.recreateIfMissing === true) return undefined;
      throw new NeonError(
        "NEON_NOT_FOUND",
        `branch ${branchId} of project ${projectId} is in the state but not at Neon`,
        {
          hint: "Its data may be recoverable at Neon. To make it anew, write recreateIfMissing: true and run up, or delete it from the state.",
        },
      );
    }
    const drifted = driftedDeclared(branchFields, declared, observedBranch(found.branch, declared));
    return { id, outputs: { ...outputsOf(found.branch), declared: drifted }, inputs: drifted };
  },

  update: async (context, id, outputs, news) => {
    const before = await followBranch(context, stateOf(outputs), news, "parentId");
    const changes = diffResource(branchFields, before, news);
    const target = targetOf(branchFields, news, changes);
    const { projectId, branchId } = placeOf(id, before, place);
    const sent = changes.filter((change) => !change.rememberOnly).map((change) => change.path);
    const branch = await keeping(id, before, news, async () => {
      const dirty = sent.length > 0 ? sent : await driftOfSettled(context, projectId, branchId, target);
      return patchBranch(context, projectId, branchId, target, dirty);
    });
    return { ...before, ...(branch ? outputsOf(branch) : {}), declared: declaredOf(branchFields, news) };
  },

  delete: async (context, id, outputs) => {
    const { projectId, branchId } = placeOf(id, outputs, place);
    const declared = declaredIn(outputs) as BranchDeclared;
    refuseLockedDelete(context, id, {
      what: `branch ${branchId} of project ${projectId}`,
      open: !(declared.deletionProtection ?? declared.expiresAt === undefined),
      unlock: "deletionProtection: false",
    });
    await context.api.waitForOperations(await context.api.deleteBranch(projectId, branchId));
  },
};

function branchProblems(inputs: Values): Problem[] {
  const isGiven = (name: string): boolean => inputs[name] !== undefined && inputs[name] !== null;
  const problems: Problem[] = [];
  if (inputs.protected === true && isGiven("expiresAt")) {
    const reason = "must not be set on a protected branch: Neon does not let those expire";
    problems.push({ path: "expiresAt", reason });
  }
  if (inputs.protected === true && inputs.archived === true) {
    problems.push({ path: "archived", reason: "must not be true on a protected branch: Neon does not archive those" });
  }
  if (isGiven("parentTimestamp") && isGiven("parentLsn")) {
    problems.push({ path: "parentLsn", reason: "must not be set together with parentTimestamp: give one of the two" });
  }
  return problems;
}

/** What only the POST takes. */
function startOf({ parentTimestamp, parentLsn, initSource, archived }: BranchDeclared) {
  return {
    ...(parentTimestamp === undefined ? {} : { parent_timestamp: parentTimestamp }),
    ...(parentLsn === undefined ? {} : { parent_lsn: parentLsn }),
    ...(initSource === undefined ? {} : { init_source: initSource }),
    ...(archived === undefined ? {} : { archived }),
  };
}

async function createBranch(context: LifecycleContext, inputs: Values): Promise<Created> {
  const declared = declaredOf(branchFields, inputs) as BranchDeclared;
  const { projectId, name, parentId } = declared;
  const what = `branch ${name} of project ${projectId}`;
  const { value, found } = await createOnce(context, {
    what,
    adoptExisting: declared.adoptExisting ?? false,
    post: () =>
      context.api.createBranch(projectId, {
        branch: {
          name,
          ...(parentId === undefined ? {} : { parent_id: parentId }),
          ...startOf(declared),
          ...(declared.protected === undefined ? {} : { protected: declared.protected }),
          ...(declared.expiresAt === undefined ? {} : { expires_at: declared.expiresAt }),
        },
      }),
    find: async () => {
      const branches = await context.api.listBranches(projectId, { search: name });
      const branch = branches.find((candidate) => candidate.branch.name === name)?.branch;
      return branch && { branch, operations: [], endpoints: [], roles: [], databases: [] };
    },
  });
  // One with the schema alone is a root: its source is no parent.
  const hasParent = declared.initSource !== "schema-only";
  if (found && hasParent && parentId !== undefined && value.branch.parent_id !== parentId) {
    throw alreadyExists(what, undefined, `is there already with the parent ${value.branch.parent_id ?? "none"}`);
  }
  const id = `${projectId}/${value.branch.id}`;
  const made = { id, outputs: { ...outputsOf(value.branch), declared: declared as Values } };
  if (!found) return finished(context, made, value.operations, inputs);
  context.run.refuseDelete(id, adoptedInThisRun);
  return alignAdopted(context, made, value.branch, inputs);
}

async function driftOfSettled(
  context: LifecycleContext,
  projectId: string,
  branchId: string,
  target: Values,
): Promise<string[]> {
  await waitForRunning(context, projectId);
  const { branch } = await context.api.getBranch(projectId, branchId);
  return driftOf(branchFields, target, observedBranch(branch, target as BranchDeclared)).map((change) => change.path);
}

async function alignAdopted(
  context: LifecycleContext,
  made: Created,
  branch: Branch,
  inputs: Values,
): Promise<Created> {
  const declared = declaredOf(branchFields, inputs);
  const observed = observedBranch(branch, declared as BranchDeclared);
  const dirty = driftOf(branchFields, declared, observed).map((change) => change.path);
  const kept = { ...made.outputs, declared: driftedDeclared(branchFields, declared, observed) };
  const patched = await keeping(made.id, kept, inputs, () =>
    patchBranch(context, branch.project_id, branch.id, declared, dirty),
  );
  return { id: made.id, outputs: { ...made.outputs, ...(patched ? outputsOf(patched) : {}), declared } };
}

async function patchBranch(
  context: LifecycleContext,
  projectId: string,
  branchId: string,
  target: Values,
  dirty: readonly string[],
): Promise<Branch | undefined> {
  const { name, protected: isProtected, expiresAt } = target as BranchDeclared & { expiresAt?: string | null };
  const branch = {
    ...(dirty.includes("name") ? { name } : {}),
    ...(dirty.includes("protected") ? { protected: isProtected } : {}),
    ...(dirty.includes("expiresAt") ? { expires_at: expiresAt ?? null } : {}),
  };
  if (Object.keys(branch).length === 0) return undefined;
  const answer = await context.api.updateBranch(projectId, branchId, { branch });
  await context.api.waitForOperations(answer.operations);
  return answer.branch;
}

/** The same instant may be written in many ways; only another instant is a drift. */
function observedBranch(branch: Branch, declared: BranchDeclared): Values {
  const same =
    branch.expires_at !== undefined &&
    declared.expiresAt !== undefined &&
    Date.parse(branch.expires_at) === Date.parse(declared.expiresAt);
  return {
    name: branch.name,
    protected: branch.protected,
    ...(declared.parentId !== undefined && branch.parent_id !== undefined ? { parentId: declared.parentId } : {}),
    expiresAt: same ? declared.expiresAt : (branch.expires_at ?? null),
  };
}

function outputsOf(branch: Branch): Values {
  return {
    projectId: branch.project_id,
    branchId: branch.id,
    name: branch.name,
    ...(branch.parent_id === undefined ? {} : { parentId: branch.parent_id }),
    createdAt: branch.created_at,
  };
}
