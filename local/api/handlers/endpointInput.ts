import type { BranchCreateRequestEndpointOptions, EndpointCreateRequest } from "@neondatabase/api-client";
import type { EndpointDocument, Plain, ProjectDocument } from "../../store/documents";
import { badRequest } from "../apiError";
import type { Plan } from "../callers";
import type { EndpointFields } from "../newDocuments";
import { pickKnown } from "../pickKnown";
import { checkComputeSize, checkSuspendTimeout } from "../rules/computeSize";
import { checkDisplayName } from "../rules/names";

type Input = Plain<BranchCreateRequestEndpointOptions> &
  Partial<Omit<Plain<EndpointCreateRequest>["endpoint"], "branch_id">>;

/** The fields of a new compute as they are stored; throws what Neon refuses. Sizes not named are the project's defaults. */
export function checkEndpointInput(input: Input, project: ProjectDocument, plan: Plan): EndpointFields {
  if (input.region_id !== undefined && input.region_id !== project.region_id) {
    throw badRequest("endpoint region must be the region of the project", { region_id: input.region_id });
  }
  if (input.name !== undefined) checkDisplayName("endpoint", input.name);
  const { autoscaling_limit_min_cu: defaultMin, autoscaling_limit_max_cu: defaultMax } =
    project.default_endpoint_settings;
  const min = input.autoscaling_limit_min_cu ?? Math.min(defaultMin, input.autoscaling_limit_max_cu ?? defaultMin);
  const max = input.autoscaling_limit_max_cu ?? Math.max(defaultMax, min);
  checkComputeSize(min, max);
  if (input.suspend_timeout_seconds !== undefined) checkSuspendTimeout(input.suspend_timeout_seconds, plan);
  const settings = checkedSettings(input.settings);
  return {
    type: input.type,
    autoscaling_limit_min_cu: min,
    autoscaling_limit_max_cu: max,
    ...pickKnown(input, ["name", "suspend_timeout_seconds", "pooler_enabled", "disabled", "passwordless_access"]),
    ...(settings ? { settings } : {}),
    ...(input.provisioner === undefined ? {} : { provisioner: checkedProvisioner(input.provisioner) }),
  };
}

/** `settings` may be left out, but not sent without `pg_settings`. */
export function checkedSettings(
  settings: EndpointDocument["settings"] | undefined,
): EndpointDocument["settings"] | undefined {
  if (settings && !settings.pg_settings) throw badRequest("settings must not be nil");
  return settings && pickKnown(settings, ["pg_settings", "pgbouncer_settings", "preload_libraries"]);
}

export function checkedProvisioner(provisioner: string): string {
  if (provisioner !== "k8s-neonvm" && provisioner !== "k8s-pod") {
    throw badRequest("unknown provisioner", { provisioner });
  }
  return provisioner;
}
