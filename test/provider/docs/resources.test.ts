import { readFileSync } from "node:fs";
import path from "node:path";
import { resourcesMarkdown } from "../../../provider/docs/resourcesMarkdown";
import { resourceKinds } from "../../../provider/lifecycle";

test("docs/resources.md is what the declarations say; `npm run docs` writes it anew", () => {
  const file = readFileSync(path.resolve(__dirname, "../../../docs/resources.md"), "utf8");
  expect(file).toBe(resourcesMarkdown());
});

test("every resource has its section", () => {
  const sections = [...resourcesMarkdown().matchAll(/^## (\w+)$/gm)].map(([, name]) => name?.toLowerCase());
  expect(sections.sort()).toEqual(resourceKinds.map((kind) => kind.toLowerCase()).sort());
});
