import { badRequest } from "./apiError";

/** Where something stands in a sorted list: the value that is sorted by, and the id, which makes places unique. */
export type Place = [string, string];

export interface PageRequest<T> {
  place: (item: T) => Place;
  order: "asc" | "desc";
  /** `next` of the page before. */
  cursor?: string;
  limit: number;
}

/** One page of a list in the order asked for; `next` is there only when another page is. */
export function keysetPage<T>(
  items: T[],
  { place, order, cursor, limit }: PageRequest<T>,
): { page: T[]; next?: string } {
  const direction = order === "asc" ? 1 : -1;
  const compared = (a: Place, b: Place) => direction * (compare(a[0], b[0]) || compare(a[1], b[1]));
  const sorted = [...items].sort((a, b) => compared(place(a), place(b)));
  const after = cursor === undefined || cursor === "" ? undefined : decodeCursor(cursor);
  const rest = after ? sorted.filter((item) => compared(place(item), after) > 0) : sorted;
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, ...(last && rest.length > page.length ? { next: encodeCursor(place(last)) } : {}) };
}

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
