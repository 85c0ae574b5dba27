import pLimit from "p-limit";
import type { NeonApi } from "../../provider/api";
import type { TenantSpec } from "../config";
import { loweredQuotas, type Plan, type QuotaName, type TenantUse, withQuotaUse } from "../plan";

/** What is read of Neon to learn the present use. */
export type UseApi = Pick<NeonApi, "getProject" | "listBranches">;

/** How many tenants are asked about at once; the rate limit of the API decides how fast. */
const atOnce = 8;

/** What every other tenant of the organization would meet as well. */
const closing = new Set([
  "NEON_UNREACHABLE",
  "NEON_UNAVAILABLE",
  "NEON_UNANSWERED",
  "NEON_UNAUTHORIZED",
  "NEON_API_KEY_MISSING",
]);

/**
 * The plan with the present use of every quota that it lowers. One GET for each such tenant, and one more where the size of its branches is
 * asked for; no other tenant is asked about, and nothing wakes a compute. What cannot be learnt stays a change that may suspend.
 */
export async function checkQuotaUse(plan: Plan, apiOf: (spec: TenantSpec) => UseApi): Promise<Plan> {
  const lowered = loweredQuotas(plan);
  if (lowered.length === 0) return plan;
  const limit = pLimit(atOnce);
  const closed = new Map<string, string>();
  const uses = await Promise.all(
    lowered.map(({ entry: { tenant, spec, projectId }, quotas }) =>
      limit(async (): Promise<[string, TenantUse]> => {
        const organization = spec?.organization ?? "";
        const known = closed.get(organization);
        if (known !== undefined) return [tenant, { error: known }];
        if (spec === undefined || projectId === undefined) return [tenant, { error: "FLEET_PROJECT_UNKNOWN" }];
        try {
          return [tenant, await readUse(apiOf(spec), projectId, quotas)];
        } catch (error) {
          const code = codeOf(error);
          if (closing.has(code)) closed.set(organization, code);
          return [tenant, { error: code }];
        }
      }),
    ),
  );
  return withQuotaUse(plan, new Map(uses));
}

async function readUse(api: UseApi, projectId: string, quotas: readonly QuotaName[]): Promise<TenantUse> {
  const use: Partial<Record<QuotaName, number>> = {};
  if (quotas.some((quota) => quota !== "logicalSizeBytes")) {
    const project = await api.getProject(projectId);
    use.activeTimeSeconds = project.active_time_seconds;
    use.computeTimeSeconds = project.compute_time_seconds;
    use.writtenDataBytes = project.written_data_bytes;
    use.dataTransferBytes = project.data_transfer_bytes;
  }
  if (quotas.includes("logicalSizeBytes")) use.logicalSizeBytes = await largestBranch(api, projectId);
  return use;
}

/** The limit holds for each branch by itself. Undefined where Neon does not tell the size of one: it may be the largest. */
async function largestBranch(api: UseApi, projectId: string): Promise<number | undefined> {
  const sizes = (await api.listBranches(projectId)).map(({ branch }) => branch.logical_size);
  return sizes.includes(undefined) ? undefined : Math.max(0, ...sizes.map(Number));
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // A mistake of ours must not look like an answer of Neon's.
  if (typeof code !== "string") throw error;
  return code;
}
