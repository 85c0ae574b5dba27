import type { BranchDocument, ProjectDocument } from "../../store/documents";
import { badRequest } from "../apiError";
import { type Call, type Handler, type Handlers, queryOf } from "../call";
import type { ApiContext } from "../context";
import { branchOf, databaseOf, findBranch, findProject, requireReady } from "../find";
import { answerOfPostgres, checkMoment, momentOf, type StoredMoment } from "../rules/moments";
import { schemaJson } from "../schema/schemaJson";
import { unifiedDiff } from "../schema/unifiedDiff";

/** One schema to be read: of a database, at a moment of a branch. */
interface Wanted {
  branch: BranchDocument;
  database: string;
  moment?: StoredMoment;
}

function wantedSchema(
  call: Call,
  context: ApiContext,
  project: ProjectDocument,
  branch: BranchDocument,
  fields = { lsn: "lsn", timestamp: "timestamp" },
): Wanted {
  const requested = { lsn: queryOf<string>(call, fields.lsn), timestamp: queryOf<string>(call, fields.timestamp) };
  requireReady(branch);
  const database = queryOf<string>(call, "db_name") ?? "";
  const moment = checkMoment(context, project, requested, fields);
  // At another moment there may have been others.
  if (!moment) databaseOf(context, branch, database);
  return { branch, database, moment };
}

async function readSchema(context: ApiContext, { branch, database, moment }: Wanted): Promise<string> {
  context.computes.ensureBranch(branch.id);
  try {
    return await context.computes.postgres.dumpSchema(branch.id, database, moment && momentOf(moment));
  } catch (error) {
    throw answerOfPostgres(context, error);
  }
}

/** As SQL, or its tables as JSON. */
const getProjectBranchSchema: Handler = (call, context) => {
  const project = findProject(call, context);
  const wanted = wantedSchema(call, context, project, findBranch(call, context, project));
  const format = queryOf<string>(call, "format") || "sql";
  if (format !== "sql" && format !== "json") throw badRequest("invalid format, sql or json is expected", { format });
  const bodyLater = async () => {
    const sql = await readSchema(context, wanted);
    return format === "sql" ? { sql } : { json: schemaJson(sql) };
  };
  return { status: 200, bodyLater };
};

/** What has to be changed in the base to get to the branch; the base is the parent unless another is named. */
const getProjectBranchSchemaComparison: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  const wanted = wantedSchema(call, context, project, branch);
  const baseId = queryOf<string>(call, "base_branch_id") ?? branch.parent_id;
  if (!baseId) throw badRequest("base_branch_id is required for a branch without a parent", { branch_id: branch.id });
  const fields = { lsn: "base_lsn", timestamp: "base_timestamp" };
  const base = wantedSchema(call, context, project, branchOf(context, project, baseId), fields);
  const bodyLater = async () => {
    const before = await readSchema(context, base);
    return {
      diff: unifiedDiff(before, await readSchema(context, wanted), `a/${wanted.database}`, `b/${wanted.database}`),
    };
  };
  return { status: 200, bodyLater };
};

export const schemaHandlers: Handlers = { getProjectBranchSchema, getProjectBranchSchemaComparison };
