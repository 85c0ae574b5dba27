import { isRecord, valueAt, type Values, withValueAt } from "../../../../provider/fields";
import { withPlan } from "../../../../components/withPlan";
import type { Spec } from "./tenantWorld";
import type { TenantView } from "./tenantView";

/** The spec with its plan joined in. */
const whole = (spec: Spec): Values => ({ ...spec, ...withPlan({ tenant: "", region: "", ...spec }) });

/** Why a change from `a` to `b` must be refused; empty where it must be made. Written from the documentation, not from the code. */
export function refusals(a: Spec, b: Spec): string[] {
  const [from, to] = [whole(a), whole(b)];
  const made: Values = { region: a.region, pgVersion: 17, databaseName: "neondb", ...defined(a) };
  made.roleName ??= `${String(made.databaseName)}_owner`;
  const fixed = ["region", "pgVersion", "databaseName", "roleName"].filter(
    (name) => to[name] !== undefined && to[name] !== made[name],
  );
  const oneWay = ["enableLogicalReplication", "hipaa"].filter((name) => from[name] === true && to[name] === false);
  const opened = isList(from.allowedIps) && to.allowedIps === undefined ? ["allowedIps"] : [];
  const removed = ["roles", "databases", "appRoles", "replicas"].flatMap((kind) => {
    const kept = namesIn(to[kind]);
    return namesIn(from[kind]).filter((name) => !kept.includes(name) && !isRemovable(a, name));
  });
  return [...fixed, ...oneWay, ...opened, ...removed];
}

const defined = (values: object): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const isList = (list: unknown): boolean => Array.isArray(list) && String(list) !== "any";

function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => String(isRecord(item) ? item.name : item));
}

const isRemovable = ({ protection, allowDelete }: Spec, name: string): boolean =>
  protection === false || (allowDelete?.includes(name) ?? false);

/** Neon deletes no compute of a protected branch; that is known only when it is asked to, and the way out is in two steps. */
export function keepsReplica(a: Spec, b: Spec): boolean {
  const [from, to] = [whole(a), whole(b)];
  const kept = namesIn(to.replicas);
  return to.protectedBranch === true && namesIn(from.replicas).some((name) => !kept.includes(name));
}

/**
 * What stays as it was where the second spec says nothing of it: Neon's own default is not known, depends on the plan there, or
 * cannot be had back. By the path in the spec, where it shows at Neon, and why.
 */
const leftAlone: readonly { readonly input: string; readonly seen: readonly string[]; readonly why: string }[] = [
  {
    input: "historyRetentionSeconds",
    seen: ["project.history"],
    why: "Neon's default depends on its plan",
  },
  {
    input: "compute.minCu",
    seen: ["project.defaults.autoscaling_limit_min_cu", "primary.sizes"],
    why: "Neon's default depends on its plan",
  },
  {
    input: "compute.maxCu",
    seen: ["project.defaults.autoscaling_limit_max_cu", "primary.sizes"],
    why: "Neon's default depends on its plan",
  },
  { input: "branchName", seen: ["branch.name"], why: "a name of a customer's branch is not taken away" },
  {
    input: "maintenanceWindow",
    seen: ["project.settings.maintenance_window"],
    why: "Neon chooses one, and does not say which it would choose",
  },
  {
    input: "enableLogicalReplication",
    seen: ["project.settings.enable_logical_replication"],
    why: "it cannot be switched off",
  },
  { input: "hipaa", seen: ["project.settings.hipaa"], why: "it cannot be switched off" },
  { input: "auditLogLevel", seen: ["project.settings.audit_log_level"], why: "Neon's default is not documented" },
  { input: "pgVersion", seen: ["project.version"], why: "it cannot change" },
];

/**
 * How the tenant must look after `b` followed `a`: as after `b` alone, except for what `b` leaves alone and `a` had set, which is as
 * after `a`.
 */
export function expectedView(specs: { a: Spec; b: Spec }, views: { a: TenantView; b: TenantView }): Values {
  const [from, to] = [whole(specs.a), whole(specs.b)];
  const [before, after] = [comparable(views.a, specs.a), comparable(views.b, specs.b)];
  const left = leftAlone.filter(({ input }) => valueAt(from, input) !== undefined && valueAt(to, input) === undefined);
  return left.flatMap(({ seen }) => seen).reduce((view, path) => withValueAt(view, path, valueAt(before, path)), after);
}

/** The view in a form in which its parts can be named. What a replica takes from the project when it is made is not compared. */
export function comparable({ endpoints, ...view }: TenantView, of: Spec = {}): Values {
  const [primary, ...replicas] = [...endpoints].sort((a, b) => String(b.type).localeCompare(String(a.type)));
  const declared = new Map((of.replicas ?? []).map((replica) => [replica.name, replica]));
  const shown = replicas.map(({ name, sizes, suspend, disabled }) => {
    const { minCu, suspendSeconds } = declared.get(String(name)) ?? {};
    return {
      name,
      disabled,
      ...(minCu === undefined ? {} : { sizes }),
      ...(suspendSeconds === undefined ? {} : { suspend }),
    };
  });
  return { ...view, primary, replicas: shown };
}
