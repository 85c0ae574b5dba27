import type { BranchCreateRequestEndpointOptions, EndpointCreateRequest } from "@neondatabase/api-client";
import type { EndpointDocument, Plain, ProjectDocument } from "../../store/documents";
import { badRequest } from "../apiError";
import type { ApiContext } from "../context";
import { organizationOf } from "../find";
import type { EndpointFields } from "../newDocuments";
import { pickKnown } from "../pickKnown";
import { allowedSuspendTimeout, checkComputeSize, type ComputeFacts } from "../rules/computeSize";
import { checkDisplayName } from "../rules/names";
import { checkPgSettings } from "../rules/pgSettings";
import { checkLimit, planLimits } from "../rules/planLimits";
import { checkPreloadLibraries } from "../rules/preloadLibraries";

type Input = Plain<BranchCreateRequestEndpointOptions> &
  Partial<Omit<Plain<EndpointCreateRequest>["endpoint"], "branch_id">>;

/** The fields of a new compute as they are stored; throws what Neon refuses. Sizes not named are the project's defaults. */
export function checkEndpointInput(input: Input, project: ProjectDocument, facts: ComputeFacts): EndpointFields {
  if (input.region_id !== undefined && input.region_id !== project.region_id) {
    throw badRequest("endpoint region must be the region of the project", { region_id: input.region_id });
  }
  if (input.name !== undefined) checkEndpointName(input.name);
  const { autoscaling_limit_min_cu: defaultMin, autoscaling_limit_max_cu: defaultMax } =
    project.default_endpoint_settings;
  const min = input.autoscaling_limit_min_cu ?? Math.min(defaultMin, input.autoscaling_limit_max_cu ?? defaultMin);
  const max = input.autoscaling_limit_max_cu ?? Math.max(defaultMax, min);
  checkComputeSize(min, max, facts.plan);
  const settings = checkedSettings(input.settings, project.pg_version);
  return {
    type: input.type,
    autoscaling_limit_min_cu: min,
    autoscaling_limit_max_cu: max,
    ...pickKnown(input, ["name", "pooler_enabled", "disabled", "passwordless_access"]),
    ...(input.suspend_timeout_seconds === undefined
      ? {}
      : { suspend_timeout_seconds: allowedSuspendTimeout(input.suspend_timeout_seconds, facts) }),
    ...(settings ? { settings } : {}),
    ...(input.provisioner === undefined ? {} : { provisioner: checkedProvisioner(input.provisioner) }),
  };
}

export function checkEndpointName(name: string): void {
  checkDisplayName("endpoint", name);
  if (name === "" || [...name].length > 64) throw badRequest("endpoint name must have 1 to 64 characters");
}

/** Refuses more read replicas than the project's plan has. */
export function checkReplicaCount(context: ApiContext, project: ProjectDocument, added: EndpointFields[]): void {
  const isReplica = ({ type }: Pick<EndpointDocument, "type">) => type === "read_only";
  const more = added.filter(isReplica).length;
  if (more === 0) return;
  const present = context.store.list("endpoint", project.id).filter(isReplica).length;
  const { readReplicas } = planLimits(organizationOf(context, project).plan);
  checkLimit("read-only endpoints", "ENDPOINTS_LIMIT_EXCEEDED", readReplicas, present + more);
}

/** `settings` may be left out, but not sent without `pg_settings`. */
export function checkedSettings(
  settings: EndpointDocument["settings"] | undefined,
  pgVersion: number,
): EndpointDocument["settings"] | undefined {
  if (settings && !settings.pg_settings) throw badRequest("settings must not be nil");
  checkPgSettings(settings?.pg_settings ?? {}, pgVersion);
  checkPreloadLibraries(pgVersion, settings?.preload_libraries?.enabled_libraries ?? []);
  return settings && pickKnown(settings, ["pg_settings", "pgbouncer_settings", "preload_libraries"]);
}

export function checkedProvisioner(provisioner: string): string {
  if (provisioner !== "k8s-neonvm" && provisioner !== "k8s-pod") {
    throw badRequest("unknown provisioner", { provisioner });
  }
  return provisioner;
}
