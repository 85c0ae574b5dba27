import { badRequest } from "../apiError";
import { type Handler, type Handlers, ok, queryOf } from "../call";
import { branchesOf, branchOf, databaseOf, findProject } from "../find";

/** Alpha at Neon. Branch and database are checked; nothing is analyzed here, so that no issue is ever found. */
const getProjectAdvisorSecurityIssues: Handler = (call, context) => {
  const project = findProject(call, context);
  const branchId =
    queryOf<string>(call, "branch_id") ?? branchesOf(context, project.id).find((each) => each.default)?.id;
  const branch = branchOf(context, project, branchId ?? "");
  const database = queryOf<string>(call, "database_name");
  if (database !== undefined) databaseOf(context, branch, database);
  else if (context.store.count("database", branch.id) > 1) {
    throw badRequest("database_name is required where a branch has several databases", { branch_id: branch.id });
  }
  return ok({ issues: [] });
};

export const advisorHandlers: Handlers = { getProjectAdvisorSecurityIssues };
