import type { ProjectDocument } from "../../store/documents";
import { readHistory, type UsageHistory } from "../../usage/history";
import { branchMetrics, legacyLevels, legacyMetrics, type Measure, projectMetrics } from "../../usage/metrics";
import type { Span } from "../../usage/figures";
import { ApiError, badRequest } from "../apiError";
import { type Call, type Handler, type Handlers, ok, queryOf } from "../call";
import type { LocalOrganization, Plan } from "../callers";
import type { ApiContext } from "../context";
import { projectKinds } from "../newDocuments";
import { isInside } from "../reach";
import { listOf, requestedMetrics, requestedTimeframes } from "./consumptionInput";
import { consumptionPeriods, measured } from "./consumptionPeriods";
import { requestedOrganization } from "./createProject";

function organizationWith(call: Call, context: ApiContext, plans: Plan[], refusal: string): LocalOrganization {
  const organization = requestedOrganization(call, context, queryOf<string>(call, "org_id"));
  if (!plans.includes(organization.plan)) throw new ApiError(403, refusal);
  return organization;
}

/** One page of an organization's projects, newest first; the cursor is the id of the last one of the page before. */
function projectPage(call: Call, context: ApiContext, orgId: string): ProjectDocument[] {
  const { store } = context;
  const limit = queryOf<number>(call, "limit") ?? 10;
  const ids = new Set(listOf(call, "project_ids"));
  const cursor = queryOf<string>(call, "cursor");
  const beyondSeq = cursor ? seqOf(context, cursor) : undefined;
  if (ids.size === 0 && call.caller.projectId === undefined) {
    return store.list("project", orgId, { beyondSeq, limit, newestFirst: true });
  }
  return projectsOf(call, context, orgId, ids.size === 0 ? [call.caller.projectId ?? ""] : [...ids])
    .map((project) => ({ project, seq: store.seq("project", project.id) ?? 0 }))
    .filter(({ seq }) => beyondSeq === undefined || seq < beyondSeq)
    .sort((a, b) => b.seq - a.seq)
    .slice(0, limit)
    .map(({ project }) => project);
}

/** Those of the named projects that are the organization's and that the caller's key reaches. */
function projectsOf({ caller }: Call, { store }: ApiContext, orgId: string, ids: string[]): ProjectDocument[] {
  return ids
    .flatMap((id) => store.get("project", id) ?? [])
    .filter((project) => project.org_id === orgId && isInside(caller, project));
}

function seqOf({ store }: ApiContext, cursor: string): number {
  for (const kind of projectKinds) {
    const seq = store.seq(kind, cursor);
    if (seq !== undefined) return seq;
  }
  throw badRequest("invalid cursor", { cursor });
}

const page = (cursor: string | undefined) => (cursor === undefined ? {} : { pagination: { cursor } });

const perProjectV2: Handler = (call, context) => {
  const organization = organizationWith(
    call,
    context,
    ["launch", "scale"],
    "consumption history is not available for this account; it requires a Launch, Scale, Agent, Business, or Enterprise plan",
  );
  const names = requiredMetrics(call, projectMetrics);
  const frames = requestedTimeframes(call, context);
  const projects = projectPage(call, context, organization.id);
  return ok({
    projects: projects.map((project) => {
      const history = readHistory(context.usage, project, firstOf(frames, context));
      return {
        project_id: project.id,
        periods: metricPeriods(context, organization, frames, Date.parse(project.created_at), {
          history,
          measures: projectMetrics,
          names,
        }),
      };
    }),
    ...page(projects.at(-1)?.id),
  });
};

const perBranchV2: Handler = (call, context) => {
  const organization = organizationWith(
    call,
    context,
    ["launch", "scale"],
    "branch consumption history is not available for this account; it requires a paid usage-based plan",
  );
  const names = requiredMetrics(call, branchMetrics);
  const frames = requestedTimeframes(call, context);
  const branchIds = new Set(listOf(call, "branch_ids"));
  const projectIds = listOf(call, "project_ids");
  if (projectIds.length === 0) throw badRequest("project_ids is required");
  const all = projectsOf(call, context, organization.id, projectIds)
    .flatMap((project) => {
      const history = readHistory(context.usage, project, firstOf(frames, context));
      return history.branches.map(({ branch }) => ({ key: `${project.id}/${branch.branch_id}`, branch, history }));
    })
    .filter(({ branch }) => branchIds.size === 0 || branchIds.has(branch.branch_id))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const cursor = queryOf<string>(call, "cursor");
  const rest = cursor ? all.filter(({ key }) => key > cursor) : all;
  const branches = rest.slice(0, queryOf<number>(call, "limit") ?? 100);
  return ok({
    branches: branches.map(({ branch, history }) => ({
      project_id: branch.project_id,
      branch_id: branch.branch_id,
      periods: metricPeriods(
        context,
        organization,
        // A branch that is gone has used nothing since.
        frames.filter(({ fromMs }) => fromMs <= (branch.deletedMs ?? Infinity)),
        branch.createdMs,
        { history, measures: branchMetrics, names, branchId: branch.branch_id },
      ),
    })),
    ...page(branches.at(-1)?.key),
  });
};

interface Shown {
  history: UsageHistory;
  measures: Record<string, Measure>;
  names: string[];
  branchId?: string;
}

/** As the present plans show it: a list of metrics for each timeframe. */
function metricPeriods(
  context: ApiContext,
  { id: orgId, plan }: LocalOrganization,
  frames: readonly Span[],
  sinceMs: number,
  { history, measures, names, branchId }: Shown,
) {
  const values = measured(history, measures, names, branchId);
  return consumptionPeriods(context, { orgId, plan }, frames, sinceMs, (periodStartMs, within) =>
    values(periodStartMs, within).map((record) => ({
      metrics: Object.entries(record).map(([metric_name, value]) => ({ metric_name, value })),
    })),
  );
}

function requiredMetrics(call: Call, measures: Record<string, Measure>): string[] {
  const names = requestedMetrics(call, Object.keys(measures));
  if (names.length === 0) throw badRequest("metrics is required");
  return names;
}

/** These come whether they are asked for or not: Neon's document requires them. */
const alwaysShown = [
  "active_time_seconds",
  "compute_time_seconds",
  "written_data_bytes",
  "synthetic_storage_size_bytes",
];

const perProjectLegacy: Handler = (call, context) => {
  const { id: orgId, plan } = organizationWith(
    call,
    context,
    ["scale"],
    "this endpoint is not available; it is only supported with Scale, Business, and Enterprise plan accounts",
  );
  const asked = requestedMetrics(call, [...Object.keys(legacyMetrics), ...legacyLevels]);
  const deprecated = asked.length === 0 && queryOf<boolean>(call, "include_v1_metrics");
  const names = [...new Set([...alwaysShown, ...asked, ...(deprecated ? ["data_storage_bytes_hour"] : [])])];
  const frames = requestedTimeframes(call, context);
  const projects = projectPage(call, context, orgId);
  return ok({
    projects: projects.map((project) => {
      const history = readHistory(context.usage, project, firstOf(frames, context));
      const values = measured(history, legacyMetrics, names);
      const levels = names.filter((name) => legacyLevels.includes(name));
      const show = (periodStartMs: number, within: readonly Span[]) =>
        values(periodStartMs, within).map((record, index) => {
          const bytes = history.logicalSizeAt(within[index]?.toMs ?? 0);
          return { ...record, ...Object.fromEntries(levels.map((name) => [name, bytes])) };
        });
      const since = Date.parse(project.created_at);
      return { project_id: project.id, periods: consumptionPeriods(context, { orgId, plan }, frames, since, show) };
    }),
    ...page(projects.at(-1)?.id),
  });
};

const firstOf = (frames: readonly Span[], context: ApiContext) => frames[0]?.fromMs ?? context.clock.now().getTime();

export const consumptionHandlers: Handlers = {
  getConsumptionHistoryPerProjectV2: perProjectV2,
  getConsumptionHistoryPerBranchV2: perBranchV2,
  getConsumptionHistoryPerProject: perProjectLegacy,
};
