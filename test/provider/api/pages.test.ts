import fc from "fast-check";
import { collectPages } from "../../../provider/api";

type Ending = "missing" | "empty text" | "same again" | "empty page" | "last item";

/** A server that cuts `ids` into pages of the given sizes and ends its list in one of the ways seen at Neon. */
function server(ids: readonly string[], sizes: readonly number[], ending: Ending, overlap: boolean) {
  const pages: string[][] = [];
  for (let start = 0, turn = 0; start < ids.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pages.push(ids.slice(overlap && start > 0 ? start - 1 : start, start + size));
    start += size;
  }
  let requests = 0;
  const fetchPage = async (cursor: string | undefined) => {
    requests += 1;
    const index = cursor === undefined ? 0 : Number(cursor.split(":")[0]);
    const items = pages[index] ?? [];
    if (index + 1 < pages.length) return { items, next: `${index + 1}:${items.at(-1)}` };
    const next = {
      missing: undefined,
      "empty text": "",
      "same again": cursor,
      "empty page": `${index + 1}:end`,
      "last item": `${index + 1}:${items.at(-1)}`,
    }[ending];
    return { items, next };
  };
  return { fetchPage, pages, requests: () => requests };
}

const anyEnding = fc.constantFrom<Ending>("missing", "empty text", "same again", "empty page", "last item");
const anyIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 60 });

test("every item once and in order, with every way of paging, and no endless loop", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyIds,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      anyEnding,
      fc.boolean(),
      async (ids, sizes, ending, overlap) => {
        const paged = server(ids, sizes, ending, overlap);
        expect(await collectPages({ fetchPage: paged.fetchPage, idOf: (id) => id })).toEqual(ids);
        const leadsOn = ending === "empty page" || ending === "last item";
        expect(paged.requests()).toBeLessThanOrEqual(Math.max(1, paged.pages.length) + (leadsOn ? 1 : 0));
      },
    ),
  );
});

test("a server that offers new cursors for ever without new items is left", async () => {
  let requests = 0;
  const fetchPage = async () => ({ items: ["a", "b"], next: `cursor ${(requests += 1)}` });
  expect(await collectPages({ fetchPage, idOf: (id) => id })).toEqual(["a", "b"]);
  expect(requests).toBe(2);
});

test("stops at the number of items that is wanted", async () => {
  const paged = server(["a", "b", "c", "d", "e"], [2], "missing", false);
  expect(await collectPages({ fetchPage: paged.fetchPage, idOf: (id) => id, maxItems: 3 })).toEqual(["a", "b", "c"]);
  expect(paged.requests()).toBe(2);
});

test("a page shorter than a known page size is the last and costs no further request", async () => {
  const paged = server(["a", "b", "c"], [2], "last item", false);
  expect(await collectPages({ fetchPage: paged.fetchPage, idOf: (id) => id, pageSize: 2 })).toEqual(["a", "b", "c"]);
  expect(paged.requests()).toBe(2);
});

test("a failing page fails the list", async () => {
  const fetchPage = async (cursor: string | undefined) => {
    if (cursor !== undefined) throw new Error("second page");
    return { items: ["a"], next: "1" };
  };
  await expect(collectPages({ fetchPage, idOf: (id) => id })).rejects.toThrow("second page");
});
