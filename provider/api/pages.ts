export interface Page<T> {
  items: readonly T[];
  /** The cursor of the next page, as the server gave it. */
  next?: string;
}

export interface PageLoop<T> {
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>;
  idOf: (item: T) => string;
  /** Stops once so many items are there. */
  maxItems?: number;
  /** Set where the server is known to fill its pages: a shorter page is then the last. */
  pageSize?: number;
}

/**
 * Every item of a list, each once, in the server's order.
 *
 * Neon's routes do not agree on what the last page looks like: no cursor, an empty one, the same one again, or one that leads to an empty
 * page. The loop ends on each of them, and on a page that brings nothing new. A short page that offers a new cursor ends it only with `pageSize`: a
 * server may give fewer items than were asked for, and a project that a list left out would be made twice.
 */
export async function collectPages<T>(loop: PageLoop<T>): Promise<T[]> {
  const found = new Map<string, T>();
  const used = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const page = await loop.fetchPage(cursor);
    const before = found.size;
    for (const item of page.items) {
      const id = loop.idOf(item);
      if (!found.has(id)) found.set(id, item);
    }
    if (loop.maxItems !== undefined && found.size >= loop.maxItems) break;
    if (loop.pageSize !== undefined && page.items.length < loop.pageSize) break;
    if (found.size === before || !page.next || used.has(page.next)) break;
    used.add(page.next);
    cursor = page.next;
  }
  return [...found.values()].slice(0, loop.maxItems);
}
