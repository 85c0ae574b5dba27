import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expectCode, FleetFixture } from "./fleetFixture";

let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await FleetFixture.start();
  fleet.write({ acme: {}, globex: {}, initech: {} });
});
afterAll(() => fleet.stop());

describe("the command line", () => {
  it("tells five different mistakes at once with line and column, exits 2 and calls nothing", async () => {
    const good = readFileSync(path.join(fleet.folder, "tenants.yaml"), "utf8");
    const bad = [
      "name: shop",
      "fleet: 6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10",
      "secrets: { provider: passphrase }",
      "defaults: { plan: small, region: aws-eu-central-1 }",
      "plans:",
      "  small: { compute: { min: 4, max: 2 }, quota: { computeTime: 10 hours } }",
      "tenants:",
      "  acme: { plan: smal }",
      "  globex: { regoin: aws-us-east-2 }",
      "  ACME: {}",
    ];
    writeFileSync(path.join(fleet.folder, "tenants.yaml"), `${bad.join("\n")}\n`);
    const apply = await fleet.run(["apply"], { env: { NEON_API_HOST: "http://127.0.0.1:9/api/v2" } });
    expectCode(apply, 2);
    const places = [...apply.stderr.matchAll(/tenants\.yaml:(\d+):(\d+)/g)].map(([, line]) => Number(line));
    expect(new Set(places)).toEqual(new Set([6, 8, 9, 10]));
    expect(places.length).toBeGreaterThanOrEqual(5);
    writeFileSync(path.join(fleet.folder, "tenants.yaml"), good);
    expect(await fleet.projectNames()).toEqual([]);
  });

  it("plans without calling anything, applies, and shows what it has", async () => {
    const plan = await fleet.run(["plan"], { env: { NEON_API_KEY: undefined, NEON_API_HOST: undefined } });
    expectCode(plan, 0);
    expect(plan.stdout).toContain("3 create");
    const apply = await fleet.run(["apply"]);
    expectCode(apply, 0);
    expect(apply.stdout).toMatch(/3 created in/);
    const list = await fleet.run(["list", "--json"], { env: { NEON_API_KEY: undefined } });
    expect((JSON.parse(list.stdout) as { state: string }[]).map(({ state }) => state)).toEqual([
      "ready",
      "ready",
      "ready",
    ]);
    const masked = await fleet.run(["connect", "acme", "--mask"], { env: { NEON_API_KEY: undefined } });
    expect(masked.stdout).toMatch(/^postgresql:\/\/app_owner:\*{8}@127\./);
  });

  it("destroys nothing when an entry is removed, and exits 3", async () => {
    fleet.write({ acme: {}, initech: {} });
    for (const command of ["plan", "apply"]) {
      const ran = await fleet.run([command]);
      expectCode(ran, 3);
      expect(ran.stdout).toMatch(/globex .*unlisted/);
    }
    expect(await fleet.projectNames()).toEqual(["acme", "globex", "initech"]);
    fleet.write({ acme: {}, globex: {}, initech: {} });
    expectCode(await fleet.run(["apply"]), 0);
  });

  it("changes a plan in place, the running compute included", async () => {
    const before = await compute("acme");
    fleet.write({ acme: { plan: "big" }, globex: {}, initech: {} });
    const plan = await fleet.run(["plan"]);
    expect(plan.stdout).toMatch(/acme: compute\.maxCu: 0\.5 -> 4 \(restartsCompute\)/);
    expectCode(await fleet.run(["apply", "--allow", "restartsCompute"]), 0);
    const after = await compute("acme");
    expect(after.id).toBe(before.id);
    expect([before.autoscaling_limit_max_cu, after.autoscaling_limit_max_cu]).toEqual([0.5, 4]);
    expect(after.suspend_timeout_seconds).toBe(-1);
    const project = await fleet.api.getProject(after.project_id);
    expect(project.settings?.quota?.compute_time_seconds).toBe(0);
    expect(project.history_retention_seconds).toBe(604_800);
  });

  it("refuses a change of region with its code, the reason and the way out, through both doors, and touches nothing", async () => {
    const before = await compute("globex");
    fleet.write({ acme: { plan: "big" }, globex: { region: "aws-us-east-2" }, initech: {} });
    const apply = await fleet.run(["apply"]);
    expectCode(apply, 2);
    expect(apply.stdout).toContain("FLEET_REGION_IMMUTABLE");
    const up = await fleet.pulumi(["up", "--yes", "--stack", "globex", "--non-interactive", "--color=never"]);
    expect(up.code).not.toBe(0);
    expect(up.output).toMatch(/NEON_IMMUTABLE.*region/);
    expect(await compute("globex")).toEqual(before);
    expect(await fleet.projectNames()).toEqual(["acme", "globex", "initech"]);
    fleet.write({ acme: { plan: "big" }, globex: {}, initech: {} });
  });

  it("says what is missing: key, passphrase, tenant, file", async () => {
    fleet.write({ acme: { plan: "big" }, globex: {}, initech: {}, umbrella: {} });
    const cases: [string[], NodeJS.ProcessEnv, string][] = [
      [["apply"], { NEON_API_KEY: undefined }, "NEON_API_KEY_MISSING"],
      [["apply"], { PULUMI_CONFIG_PASSPHRASE: undefined }, "FLEET_PASSPHRASE_MISSING"],
      [["connect", "acm"], {}, "FLEET_TENANT_UNKNOWN"],
      [["connect", "umbrella"], {}, "FLEET_NOT_APPLIED"],
      [["destroy", "nobody", "--confirm", "nobody"], {}, "FLEET_TENANT_UNKNOWN"],
      [["--file", "nowhere.yaml", "plan"], {}, "nowhere.yaml"],
      [["aply"], {}, "unknown command"],
    ];
    for (const [args, env, text] of cases) {
      const ran = await fleet.run(args, { env });
      expectCode(ran, 2);
      expect(ran.stderr).toContain(text);
      expect(ran.stderr).not.toMatch(/\n\s+at /);
    }
    expect(await fleet.projectNames()).toEqual(["acme", "globex", "initech"]);
  });
});

describe("the local Neon's commands", () => {
  const local = (...args: string[]) => fleet.run(["local", ...args]);
  const aheadOf = ({ stdout }: { stdout: string }) => Number(/\((\d+) s ahead/.exec(stdout)?.[1]);

  it("refuses seeds, options and faults that are wrong before anything is served, and says where", async () => {
    const file = path.join(fleet.folder, "wrong.yaml");
    writeFileSync(file, "projects:\n  - { nam: shop }\n");
    const state = path.join(fleet.folder, "unused");
    for (const [flag, code] of [
      ["--options", "LOCAL_OPTIONS_INVALID"],
      ["--faults", "LOCAL_FAULTS_INVALID"],
      ["--seed", "LOCAL_SEED_INVALID"],
    ] as const) {
      const ran = await local("--port", "0", "--pg-port", "0", "--state", state, flag, file);
      expectCode(ran, 2);
      expect(ran.stderr).toContain(code);
      expect(ran.stderr).toMatch(/wrong\.yaml:\d/);
      expect(ran.stderr).not.toMatch(/\n\s+at /);
    }
  });

  it("shows every flag in a group, and every command", async () => {
    const { stdout } = await local("--help");
    for (const text of [
      "Where:",
      "What is there:",
      "How it behaves:",
      "--seed",
      "--options",
      "clock",
      "reset",
      "env",
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout.split(/^Options:$/m)[1]).toMatch(/^\s+-h, --help[^\n]*\n\n/);
  });

  it("serves with a seed, moves its clock, and is reset after consent only", async () => {
    const state = path.join(fleet.folder, "served");
    const seed = path.join(fleet.folder, "seed.yaml");
    writeFileSync(seed, "projects:\n  - { name: shop }\n");
    const serving = fleet.run(["local", "--port", "0", "--pg-port", "0", "--state", state, "--seed", seed]);
    try {
      let env = await local("env", "--state", state);
      while (env.code !== 0) env = await local("env", "--state", state);
      expect(env.stdout).toMatch(/export NEON_API_HOST='http:\/\/127\.0\.0\.1:\d+\/api\/v2'/);
      const before = await local("clock", "--state", state);
      expect(before.stdout).toContain("(0 s ahead");
      const moved = await local("clock", "--state", state, "--advance", "30d");
      expectCode(moved, 0);
      // A month, less what the move itself took.
      expect(aheadOf(moved)).toBeGreaterThan(29.9 * 86_400);
      const wrong = await local("clock", "--state", state, "--to", "yesterday");
      expectCode(wrong, 2);
      expect(wrong.stderr).toContain("is not a moment");
      const unsure = await local("reset", "--state", state);
      expectCode(unsure, 2);
      expect(unsure.stderr).toContain("LOCAL_RESET_UNCONFIRMED");
      expect(aheadOf(await local("clock", "--state", state))).toBeGreaterThan(29.9 * 86_400);
      expectCode(await local("reset", "--state", state, "--yes"), 0);
      expect((await local("clock", "--state", state)).stdout).toContain("(0 s ahead");
    } finally {
      await local("stop", "--state", state);
    }
    const served = await serving;
    expectCode(served, 0);
    expect(served.stdout).toContain("1 project, 1 thing made or run");
    expectCode(await local("clock", "--state", state), 2);
  });
});

async function compute(name: string) {
  const project = (await fleet.api.listProjects()).find((candidate) => candidate.name === name);
  const [endpoint] = await fleet.api.listEndpoints(project?.id ?? "");
  if (!endpoint) throw new Error(`${name} has no compute`);
  const { id, project_id, autoscaling_limit_max_cu, suspend_timeout_seconds } = endpoint;
  return { id, project_id, autoscaling_limit_max_cu, suspend_timeout_seconds };
}
