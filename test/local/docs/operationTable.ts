import { type Json, neonDocument } from "../../../local/api/apiDocument";
import { handlers } from "../../../local/api/handlers/handlers";

/** What is simpler here than at Neon, by operation; everything else that is built is faithful as far as Neon's behaviour is known. */
const simplified: Record<string, string> = {
  getProjectAdvisorSecurityIssues: "finds nothing",
  getAvailablePreloadLibraries: "three of PostgreSQL's own modules",
  getProjectJWKS: "stored only",
  addProjectJWKS: "stored only",
  deleteProjectJWKS: "stored only",
  listProjectVPCEndpoints: "stored only: there is no private network",
  assignProjectVPCEndpoint: "stored only: there is no private network",
  deleteProjectVPCEndpoint: "stored only: there is no private network",
  listOrganizationVPCEndpointsAllRegions: "stored only: there is no private network",
  listOrganizationVPCEndpoints: "stored only: there is no private network",
  getOrganizationVPCEndpointDetails: "stored only: there is no private network",
  assignOrganizationVPCEndpoint: "stored only: there is no private network",
  deleteOrganizationVPCEndpoint: "stored only: there is no private network",
  createOrganizationInvitations: "no mail is sent",
  getConnectionURI: "hosts are loopback addresses; a pooled URI reaches the same Postgres",
  getProjectBranchSchema: "501 without a `pg_dump` of the branch's version or later",
  getProjectBranchSchemaComparison: "501 without a `pg_dump` of the branch's version or later",
  updateProjectBranch: "archiving is only a state",
  getConsumptionHistoryPerProjectV2: "private transfer and snapshot storage are 0; child storage is approximated",
  getConsumptionHistoryPerBranchV2: "private transfer is 0; child storage is approximated",
  createProjectEndpoint: "autoscaling is not simulated: a compute has its minimum size",
  updateProjectEndpoint: "autoscaling is not simulated: a compute has its minimum size",
  createSnapshot: "no `diff_size`",
  listSnapshots: "no `diff_size`",
};

interface Operation {
  id: string;
  group: string;
}

function operations(document: Json): Operation[] {
  return Object.values(document["paths"] as Record<string, Json>).flatMap((item) =>
    ["get", "post", "put", "patch", "delete"].flatMap((method) => {
      const operation = item[method] as { operationId: string; tags?: string[] } | undefined;
      return operation ? [{ id: operation.operationId, group: (operation.tags ?? ["other"]).join(", ") }] : [];
    }),
  );
}

function rowsOf(group: string, all: Operation[]): string[][] {
  const built = all.filter(({ id }) => Object.hasOwn(handlers, id));
  const missing = all.filter((operation) => !built.includes(operation));
  const rows = built.map(({ id }) => {
    const note = simplified[id];
    return [group, `\`${id}\``, note === undefined ? "faithful" : "simplified", note ?? ""];
  });
  if (missing.length === all.length) return [[group, `all ${all.length}`, "501", ""]];
  return [...rows, ...missing.map(({ id }) => [group, `\`${id}\``, "501", ""])];
}

/** The rows of the table in `docs/local.md`: group, operation, how it is answered, and what is simpler than at Neon. */
export function operationRows(): string[][] {
  const all = operations(neonDocument());
  const groups = [...new Set(all.map(({ group }) => group))].sort();
  return groups.flatMap((group) =>
    rowsOf(
      group,
      all.filter((operation) => operation.group === group),
    ),
  );
}

/** How many operations Neon's document has, and how many of them are built. */
export function operationCounts(): { all: number; built: number } {
  const all = operations(neonDocument());
  return { all: all.length, built: all.filter(({ id }) => Object.hasOwn(handlers, id)).length };
}

/** The names in `simplified` that are no operation that is built. */
export const unknownNotes = () => Object.keys(simplified).filter((id) => !Object.hasOwn(handlers, id));
