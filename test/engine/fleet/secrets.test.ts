import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectCode, FleetFixture } from "./fleetFixture";

let fleet: FleetFixture;
const plain = ["--non-interactive", "--color=never"];
const key = "canary-key-napi-4f2a9c";

beforeAll(async () => {
  fleet = await FleetFixture.start();
  fleet.write({ acme: { databases: [{ name: "reports", owner: "reporter" }], roles: ["reporter"] }, globex: {} });
  expectCode(await fleet.run(["apply", "--verbose"]), 0);
});
afterAll(() => fleet.stop());

/** Every password of the fleet, as Neon reveals it. */
async function passwords(): Promise<string[]> {
  const found: string[] = [];
  for (const project of await fleet.api.listProjects()) {
    for (const { branch } of await fleet.api.listBranches(project.id)) {
      for (const role of await fleet.api.listRoles(project.id, branch.id)) {
        found.push(await fleet.api.revealRolePassword(project.id, branch.id, role.name));
      }
    }
  }
  return found;
}

describe("secrets", () => {
  it("are in clear neither in exported state nor in any file of state, logs, ledger or work", async () => {
    const canaries = [...(await passwords()), fleet.neon.apiKey.length > 8 ? fleet.neon.apiKey : key, fleet.passphrase];
    expect(canaries.length).toBeGreaterThanOrEqual(5);
    const exported = await fleet.pulumi(["stack", "export", "--stack", "acme"]);
    expectCode(exported, 0);
    expect(JSON.parse(exported.stdout)).toHaveProperty("deployment.resources");
    const texts = [...fleet.files(), ["stack export", exported.output]] as [string, string][];
    const leaks = texts.filter(([, text]) => canaries.some((canary) => text.includes(canary))).map(([file]) => file);
    expect(leaks).toEqual([]);
  });

  it("refuses an API key that stands unencrypted in a stack file or the project file", async () => {
    fleet.write({
      initech: {},
      acme: { databases: [{ name: "reports", owner: "reporter" }], roles: ["reporter"] },
      globex: {},
    });
    expectCode(await fleet.pulumi(["stack", "init", "initech", "--no-select", ...plain]), 0);
    const stackFile = path.join(fleet.folder, "Pulumi.initech.yaml");
    appendFileSync(stackFile, `config:\n  neon:apiKey: ${key}\n`);
    const inStack = await fleet.pulumi(["up", "--yes", "--stack", "initech", ...plain]);
    expect(inStack.code).not.toBe(0);
    expect(inStack.output).toContain("NEON_API_KEY_PLAINTEXT");
    rmSync(stackFile);
    appendFileSync(path.join(fleet.folder, "Pulumi.yaml"), `config:\n  neon:apiKey:\n    value: ${key}\n`);
    const inProject = await fleet.pulumi(["up", "--yes", "--stack", "initech", ...plain]);
    expect(inProject.code).not.toBe(0);
    expect(inProject.output).toContain("NEON_API_KEY_PLAINTEXT");
    expect(await fleet.projectNames()).not.toContain("initech");
    fleet.prepareProjectFile();
  });

  it("a wrong passphrase is told before the first stack and writes nothing; then the right one works, from a second clone too", async () => {
    const clone = mkdtempSync(path.join(tmpdir(), "clone-"));
    try {
      fleet.prepare(clone);
      for (const name of ["tenants.yaml", "tenants.state.yaml"]) {
        if (existsSync(path.join(fleet.folder, name))) cpSync(path.join(fleet.folder, name), path.join(clone, name));
      }
      const state = path.join(fleet.folder, "backend");
      const before = digest(state);
      const wrong = { PULUMI_CONFIG_PASSPHRASE: "not this one" };
      for (const args of [["apply"], ["pulumi", "up", "--yes", "--stack", "acme", ...plain]]) {
        const refused = await fleet.run(args, { cwd: clone, env: wrong });
        expect(refused.output).toContain("FLEET_PASSPHRASE_WRONG");
        expectCode(refused, 2);
      }
      expect(readdirSync(clone).filter((name) => /^Pulumi\..+\.yaml$/.test(name))).toEqual([]);
      expect(digest(state)).toBe(before);
      const up = ["up", "--yes", "--stack", "acme", ...plain, "--expect-no-changes"];
      expectCode(await fleet.pulumi(up, { cwd: clone }), 0);
      expectCode(await fleet.run(["apply", "--only", "acme", "globex"], { cwd: clone }), 0);
      const uri = await fleet.run(["connect", "acme", "--database", "reports"], { cwd: clone });
      expect(uri.stdout).toMatch(/^postgresql:\/\/reporter:.+@.+\/reports/);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });
});

/** One line that changes with any byte or name in a folder. */
function digest(folder: string): string {
  return execFileSync("sh", ["-c", "find . -type f | sort | xargs cksum"], { cwd: folder, encoding: "utf8" });
}
