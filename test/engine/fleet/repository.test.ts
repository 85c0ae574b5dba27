import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expectCode, FleetFixture } from "./fleetFixture";

let fleet: FleetFixture;
let log: string;
let head: string;
beforeAll(async () => {
  fleet = await FleetFixture.start();
  log = path.join(fleet.folder, "git-calls");
  fleet.write({ acme: {} });
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "tenants.yaml");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Customers of May");
  head = git("rev-parse", "HEAD");
});
afterAll(() => fleet.stop());

function git(...args: string[]): string {
  return execFileSync("git", ["-C", fleet.folder, ...args], { encoding: "utf8" }).trim();
}

/** Applies with a git on PATH that writes down how it was called. */
async function callsOfApply(): Promise<string[]> {
  const bin = path.join(fleet.folder, "node_modules", ".counting");
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "git"), `#!/bin/sh\necho "$@" >> '${log}'\nexec '${real}' "$@"\n`);
  chmodSync(path.join(bin, "git"), 0o755);
  rmSync(log, { force: true });
  expectCode(await fleet.run(["apply"], { env: { PATH: `${bin}${path.delimiter}${process.env.PATH}` } }), 0);
  return readFileSync(log, "utf8").trim().split("\n");
}

/** What the engine wrote into the history of a stack's last update. */
function historyOf(stack: string): { message: string; environment: Record<string, string> } {
  const folder = path.join(fleet.folder, "backend", ".pulumi", "history", "shop", stack);
  const [last] = readdirSync(folder)
    .filter((name) => name.endsWith(".history.json"))
    .sort()
    .reverse();
  return JSON.parse(readFileSync(path.join(folder, last ?? ""), "utf8")) as ReturnType<typeof historyOf>;
}

describe("a fleet in a git repository", () => {
  it("asks git as often for four tenants as for one", async () => {
    const one = await callsOfApply();
    fleet.write({ acme: {}, globex: {}, initech: {}, umbrella: {} });
    const more = await callsOfApply();
    expect(more).toHaveLength(one.length);
  });

  it("has the commit in the history of every update", () => {
    for (const tenant of ["acme", "umbrella"]) {
      const { message, environment } = historyOf(tenant);
      expect(message).toBe("Customers of May");
      expect(environment).toMatchObject({
        "git.head": head,
        "git.headName": "refs/heads/main",
        "git.committer": "Ada",
        "git.author.email": "ada@example.com",
      });
    }
  });
});
