import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(__dirname, "../../..");
let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "quick-start-"))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** After `npm run build`: what a user installs is the compiled package. */
it("the Jest test in docs/local.md passes as it is, in a project of its own", async () => {
  const [, example = ""] = /```js\n([\s\S]*?)```/.exec(fs.readFileSync(path.join(root, "docs/local.md"), "utf8")) ?? [];
  fs.writeFileSync(path.join(folder, "quickStart.test.js"), example);
  // Only so that a busy machine is no reason to fail.
  fs.writeFileSync(path.join(folder, "jest.config.js"), "module.exports = { testTimeout: 120_000 };\n");
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(root, path.join(folder, "node_modules", "neon-tenants"));
  fs.symlinkSync(path.join(root, "node_modules", "pg"), path.join(folder, "node_modules", "pg"));
  const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
  const { stderr } = await promisify(execFile)(process.execPath, [jest, "--rootDir", folder, "--ci"], { cwd: folder });
  expect(stderr).toMatch(/Tests:\s+1 passed, 1 total/);
});
