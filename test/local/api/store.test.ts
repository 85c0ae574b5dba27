import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ProjectDocument } from "../../../local/store/documents";
import { Store } from "../../../local/store/store";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "store-"));
  store = new Store(path.join(folder, "neon.sqlite"));
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true });
});

/** Only the id counts here. */
const project = (id: string) => ({ id }) as ProjectDocument;
const ids = (documents: { id: string }[]) => documents.map(({ id }) => id);

it("keeps nothing of a transaction that throws", () => {
  expect(() =>
    store.transaction(() => {
      store.insert("project", "a", "org", project("a"));
      store.nextNumber("n");
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(store.get("project", "a")).toBeUndefined();
  expect(store.nextNumber("n")).toBe(0);
});

it("lists in order of creation, in pages, from both ends, by parent and by search", () => {
  for (const id of ["a1", "b1", "a2", "a3"])
    store.insert("project", id, id.startsWith("a") ? "A" : "B", project(id), `Name ${id}`);
  expect(ids(store.list("project", "A"))).toEqual(["a1", "a2", "a3"]);
  expect(ids(store.list("project", "A", { beyondSeq: store.seq("project", "a1"), limit: 1 }))).toEqual(["a2"]);
  expect(ids(store.list("project", "A", { newestFirst: true, beyondSeq: store.seq("project", "a3") }))).toEqual([
    "a2",
    "a1",
  ]);
  expect(ids(store.list("project", "A", { search: "nAmE A3" }))).toEqual(["a3"]);
  expect(ids(store.list("project", "A", { search: "%" }))).toEqual([]);
  expect(store.count("project", "A")).toBe(3);
});

it("keeps a document's place when it changes its kind, and never gives that place again", () => {
  store.insert("project", "a", "org", project("a"));
  const seq = store.seq("project", "a");
  store.changeKind("project", "deletedProject", "a");
  expect([store.get("project", "a"), store.seq("deletedProject", "a")]).toEqual([undefined, seq]);
  store.remove("deletedProject", "a");
  store.insert("project", "b", "org", project("b"));
  expect(store.seq("project", "b")).toBeGreaterThan(seq ?? 0);
});

it("searches for a document's newest name", () => {
  store.insert("project", "a", "org", project("a"), "Before");
  store.update("project", "a", project("a"), "After");
  expect(store.list("project", "org", { search: "before" })).toEqual([]);
  expect(ids(store.list("project", "org", { search: "after" }))).toEqual(["a"]);
});

it("finds everything again in a new process", () => {
  store.insert("project", "a", "org", project("a"));
  expect([store.nextNumber("n"), store.nextNumber("n")]).toEqual([0, 1]);
  store.close();
  store = new Store(path.join(folder, "neon.sqlite"));
  expect(ids(store.all("project"))).toEqual(["a"]);
  expect(store.nextNumber("n")).toBe(2);
});
