import type { Operation } from "../../store/documents";
import { badRequest, notFound } from "../apiError";
import { type Handler, type Handlers, ok, pathOf, queryOf } from "../call";
import { findProject } from "../find";

/** Where no limit is named. */
const defaultLimit = 1000;

/** Newest first; the cursor is the creation time of the last one, of which no project has two alike. */
const listProjectOperations: Handler = (call, context) => {
  const project = findProject(call, context);
  const cursor = queryOf<string>(call, "cursor");
  if (cursor && Number.isNaN(Date.parse(cursor))) throw badRequest("invalid cursor", { cursor });
  const limit = queryOf<number>(call, "limit") ?? defaultLimit;
  const all = context.store.list("operation", project.id, { newestFirst: true });
  const rest = cursor ? all.filter((operation) => isBefore(operation, cursor)) : all;
  const operations = rest.slice(0, limit);
  const last = operations.at(-1);
  const hasMore = rest.length > operations.length;
  return ok({ operations, ...(last && hasMore ? { pagination: { cursor: last.created_at } } : {}) });
};

/** Microseconds count, which a Date does not hold; a cursor of another form is compared as a time. */
function isBefore({ created_at }: Operation, cursor: string): boolean {
  if (cursor.length === created_at.length) return created_at < cursor;
  return Date.parse(created_at) < Date.parse(cursor);
}

export const operationHandlers: Handlers = {
  listProjectOperations,
  getProjectOperation: (call, context) => {
    const project = findProject(call, context);
    const id = pathOf(call, "operation_id");
    const operation = context.store.get("operation", id);
    if (operation?.project_id !== project.id) throw notFound("operation not found", { operation_id: id });
    return ok({ operation });
  },
};
