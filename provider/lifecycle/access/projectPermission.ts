import type { ProjectPermission } from "@neondatabase/api-client";
import {
  declaredIn,
  declaredOf,
  type ProjectPermissionDeclared,
  projectPermissionFields,
  type Values,
} from "../../fields";
import { checkResource, diffResource } from "../checkResource";
import type { Lifecycle, LifecycleContext } from "../context";
import { createOnce } from "../createOnce";
import { adoptedInThisRun, keeping, placeOf, refuseLockedDelete, stateOf, unlessGone } from "../subResource";

const place = ["projectId", "email"] as const;

/** The life of a ProjectPermission. One that was revoked elsewhere is granted again by the next `up`. */
export const projectPermissionLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({ inputs: news, problems: checkResource(projectPermissionFields, olds, news) }),
  diff: (outputs, news) => diffResource(projectPermissionFields, outputs, news),

  create: async (context, inputs) => {
    const declared = declaredOf(projectPermissionFields, inputs) as ProjectPermissionDeclared;
    const id = `${declared.projectId}/${declared.email}`;
    const { permission, found } = await grant(context, declared);
    if (found) context.run.refuseDelete(id, adoptedInThisRun);
    return { id, outputs: outputsOf(declared.projectId, permission, declared) };
  },

  read: async (context, id, outputs) => {
    const { projectId, email } = placeOf(id, outputs, place);
    const permission = await unlessGone(() => find(context, projectId, email));
    if (!permission) return undefined;
    const declared = declaredIn(outputs);
    return { id, outputs: outputsOf(projectId, permission, declared), inputs: declared };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    diffResource(projectPermissionFields, before, news);
    const declared = declaredOf(projectPermissionFields, news) as ProjectPermissionDeclared;
    const { projectId, email } = placeOf(id, before, place);
    const permission = await keeping(id, before, news, async () => {
      const present = await find(context, projectId, declared.email);
      const granted = present ?? (await grant(context, declared)).permission;
      if (!isSame(email, declared.email)) await revoke(context, projectId, email);
      return granted;
    });
    return outputsOf(projectId, permission, declared);
  },

  delete: async (context, id, outputs) => {
    const { projectId, email } = placeOf(id, outputs, place);
    refuseLockedDelete(context, id, { what: `permission of ${email} in project ${projectId}`, open: true, unlock: "" });
    await unlessGone(() => revoke(context, projectId, email));
  },
};

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

async function find(
  context: LifecycleContext,
  projectId: string,
  email: string,
): Promise<ProjectPermission | undefined> {
  const permissions = await context.api.listProjectPermissions(projectId);
  return permissions.find(({ granted_to_email: granted, revoked_at: revoked }) => !revoked && isSame(granted, email));
}

async function grant(context: LifecycleContext, declared: ProjectPermissionDeclared) {
  const { projectId, email } = declared;
  const { value, found } = await createOnce(context, {
    what: `permission of ${email} in project ${projectId}`,
    adoptExisting: declared.adoptExisting ?? false,
    post: () => context.api.grantProjectPermission(projectId, email),
    find: () => find(context, projectId, email),
  });
  return { permission: value, found };
}

async function revoke(context: LifecycleContext, projectId: string, email: string): Promise<void> {
  const permission = await find(context, projectId, email);
  if (permission) await context.api.revokeProjectPermission(projectId, permission.id);
}

function outputsOf(projectId: string, permission: ProjectPermission, declared: Values): Values {
  return {
    projectId,
    email: permission.granted_to_email,
    permissionId: permission.id,
    grantedAt: permission.granted_at,
    declared,
  };
}
