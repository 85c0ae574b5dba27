import type {
  BranchDocument,
  DatabaseDocument,
  EndpointDocument,
  ProjectDocument,
  RoleDocument,
} from "../store/documents";
import { newBranchUsage } from "../usage/meter";
import { type ApiContext, nowText } from "./context";
import { newBranchId, newEndpointId, newPassword, newProjectId, type Random } from "./ids";

/** An id that no document of any time has had. */
function unusedId(make: (random: Random) => string, isUsed: (id: string) => boolean, random: Random): string {
  for (;;) {
    const id = make(random);
    if (!isUsed(id)) return id;
  }
}

/** What a project is in the course of its life. */
export const projectKinds = ["project", "recoverableProject", "deletedProject"] as const;

export function unusedProjectId({ store, random }: ApiContext): string {
  return unusedId(newProjectId, (id) => projectKinds.some((kind) => store.get(kind, id)), random);
}

export function insertBranch(
  context: ApiContext,
  project: ProjectDocument,
  fields: Omit<BranchDocument, "id" | "project_id" | "name" | "state" | `${string}_at` | "annotation"> & {
    expires_at?: string;
    /** Default: the id. */
    name?: string;
    annotation?: Record<string, string>;
  },
): BranchDocument {
  const { store, random } = context;
  const now = nowText(context);
  const id = unusedId(
    newBranchId,
    (other) => Boolean(store.get("branch", other) ?? store.get("deletedBranch", other)),
    random,
  );
  const { name = id, annotation, ...rest } = fields;
  const branch: BranchDocument = {
    ...rest,
    id,
    project_id: project.id,
    name,
    state: "init",
    state_changed_at: now,
    created_at: now,
    updated_at: now,
    ...(annotation ? { annotation: { value: annotation, created_at: now, updated_at: now } } : {}),
  };
  const createdMs = Date.parse(now);
  store.put("usageBranch", id, project.id, newBranchUsage(id, project.id, createdMs, 0));
  return store.insert("branch", id, project.id, branch, name);
}

export type EndpointFields = Pick<EndpointDocument, "type"> &
  Partial<Omit<EndpointDocument, "id" | "project_id" | "branch_id" | "host" | "created_at" | "updated_at">>;

/** A compute; what is not named comes from the project's `default_endpoint_settings`. */
export function insertEndpoint(
  context: ApiContext,
  project: ProjectDocument,
  branchId: string,
  fields: EndpointFields,
): EndpointDocument {
  const { store, random } = context;
  const now = nowText(context);
  const defaults = project.default_endpoint_settings;
  const id = unusedId(
    newEndpointId,
    (other) => Boolean(store.get("endpoint", other) ?? store.get("deletedEndpoint", other)),
    random,
  );
  const endpoint: EndpointDocument = {
    region_id: project.region_id,
    autoscaling_limit_min_cu: defaults.autoscaling_limit_min_cu,
    autoscaling_limit_max_cu: defaults.autoscaling_limit_max_cu,
    suspend_timeout_seconds: defaults.suspend_timeout_seconds,
    settings: { pg_settings: defaults.pg_settings },
    pooler_enabled: false,
    disabled: false,
    passwordless_access: false,
    provisioner: "k8s-neonvm",
    ...fields,
    id,
    project_id: project.id,
    branch_id: branchId,
    host: loopbackAddress(store.nextNumber("endpointAddress")),
    created_at: now,
    updated_at: now,
  };
  return store.insert("endpoint", id, project.id, endpoint, fields.name);
}

/**
 * The loopback address of the n-th endpoint (from 0): 127.1.0.2, 127.1.0.3, … 127.100.255.254. Never 127.0.0.1, and no first or
 * last address of a /24.
 */
export function loopbackAddress(n: number): string {
  const perBlock = 253;
  const block = Math.floor(n / perBlock);
  const second = 1 + Math.floor(block / 256);
  if (second > 100) throw new Error("no loopback address is left for another endpoint");
  return `127.${second}.${block % 256}.${2 + (n % perBlock)}`;
}

export function insertRole(context: ApiContext, branchId: string, name: string, noLogin = false): RoleDocument {
  const now = nowText(context);
  const role: RoleDocument = {
    branch_id: branchId,
    name,
    password: newPassword(context.random),
    no_login: noLogin,
    created_at: now,
    updated_at: now,
  };
  return context.store.insert("role", `${branchId}/${name}`, branchId, role, name);
}

export function insertDatabase(
  context: Pick<ApiContext, "store" | "clock">,
  branchId: string,
  fields: { name: string; owner_name: string },
): DatabaseDocument {
  const now = nowText(context);
  const database: DatabaseDocument = {
    id: 1 + context.store.nextNumber("databaseId"),
    branch_id: branchId,
    name: fields.name,
    owner_name: fields.owner_name,
    created_at: now,
    updated_at: now,
  };
  return context.store.insert("database", `${branchId}/${fields.name}`, branchId, database, fields.name);
}
