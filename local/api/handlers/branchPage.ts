import type { BranchDocument } from "../../store/documents";
import { badRequest } from "../apiError";

export interface BranchSort {
  by: "name" | "created_at" | "updated_at";
  order: "asc" | "desc";
}

/** Where no limit is named. */
const defaultLimit = 100;

/** One page of branches in the order asked for; `next` is there only when another page is. */
export function branchPage(
  branches: BranchDocument[],
  sort: BranchSort,
  cursor: string | undefined,
  limit = defaultLimit,
): { branches: BranchDocument[]; next?: string } {
  const direction = sort.order === "asc" ? 1 : -1;
  const order = (a: Place, b: Place) => direction * (compare(a[0], b[0]) || compare(a[1], b[1]));
  const place = (branch: BranchDocument): Place => [branch[sort.by], branch.id];
  const sorted = [...branches].sort((a, b) => order(place(a), place(b)));
  const after = cursor === undefined || cursor === "" ? undefined : decodeCursor(cursor);
  const rest = after ? sorted.filter((branch) => order(place(branch), after) > 0) : sorted;
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { branches: page, ...(last && rest.length > page.length ? { next: encodeCursor(place(last)) } : {}) };
}

/** The value that is sorted by, and the id, which makes places unique. */
type Place = [string, string];

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const encodeCursor = (place: Place) => Buffer.from(JSON.stringify(place)).toString("base64url");

function decodeCursor(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === "string")) {
      return place as Place;
    }
  } catch {
    // Not one of ours: the same answer as for any other wrong one.
  }
  throw badRequest("invalid cursor");
}
