import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectCode, FleetFixture, type Ran } from "../engine/fleet/fleetFixture";

const plain = ["--non-interactive", "--color=never"];
const files = ["tenants.yaml"];
/** Another plan restarts the compute. */
const allow = ["--allow", "restartsCompute"];

let office: FleetFixture;
let laptop: string;
beforeEach(async () => {
  office = await FleetFixture.start();
  office.write({ acme: {}, globex: {} });
  git(office.folder, "init", "--quiet", "--initial-branch=main");
  commit(office.folder, "Two customers");
  expectCode(await office.run(["apply"]), 0);
  laptop = realpathSync(mkdtempSync(path.join(tmpdir(), "laptop-")));
  git(laptop, "clone", "--quiet", office.folder, ".");
  office.prepare(laptop);
});
afterEach(async () => {
  await office.stop();
  rmSync(laptop, { recursive: true, force: true });
});

const onLaptop = (...args: string[]): Promise<Ran> => office.run(args, { cwd: laptop });
const upOnLaptop = () => onLaptop("pulumi", "up", "--yes", "--stack", "acme", ...plain);

/** Puts acme on the big plan in the laptop's checkout. */
function edit(): void {
  execFileSync("sed", ["-i.before", "s/acme: {}/acme: {plan: big}/", "tenants.yaml"], { cwd: laptop });
  rmSync(path.join(laptop, "tenants.yaml.before"));
}

async function maxCompute(): Promise<(number | undefined)[]> {
  const projects = await office.api.listProjects();
  return projects
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ default_endpoint_settings: settings }) => settings?.autoscaling_limit_max_cu);
}

interface PlannedEntry {
  tenant: string;
  action: string;
  reasons: string[];
  changes: { field: string }[];
}

async function planned(): Promise<PlannedEntry | undefined> {
  const { stdout } = await office.run(["plan", "--json"]);
  return (JSON.parse(stdout) as { entries: PlannedEntry[] }).entries.find(({ tenant }) => tenant === "acme");
}

describe("a laptop that applies another plan with `pulumi up`", () => {
  it("is seen by the driver, reported with what differs, and taken back by the next apply", async () => {
    edit();
    expectCode(await upOnLaptop(), 0);
    expect(await maxCompute()).toEqual([4, 0.5]);
    const entry = await planned();
    expect(entry).toMatchObject({ action: "update" });
    expect(entry?.changes.map((change) => change.field)).toEqual(
      expect.arrayContaining([expect.stringMatching(/compute/)]),
    );
    const { ran, states } = await office.apply(...allow);
    expectCode(ran, 0);
    expect(states).toEqual({ acme: "updated", globex: "unchanged" });
    expect(await maxCompute()).toEqual([0.5, 0.5]);
    expectCode(await office.pulumi(["preview", "--stack", "acme", "--expect-no-changes", ...plain]), 0);
  });

  it("from a newer commit stops the driver's older checkout, until that is updated", async () => {
    edit();
    commit(laptop, "Acme grows");
    expectCode(await upOnLaptop(), 0);
    const stopped = await office.run(["apply"]);
    expectCode(stopped, 2);
    expect(stopped.stderr).toContain("FLEET_OLDER_CHECKOUT");
    expect(await maxCompute()).toEqual([4, 0.5]);
    pull();
    const { ran, states } = await office.apply();
    expectCode(ran, 0);
    expect(states.acme).toBe("unchanged");
    expect(await maxCompute()).toEqual([4, 0.5]);
  });
});

describe("two operators with different revisions", () => {
  it("the older one is stopped before any call; with --rollback it goes on", async () => {
    edit();
    commit(laptop, "Acme grows");
    expectCode(await onLaptop("apply", ...allow), 0);
    expect(await maxCompute()).toEqual([4, 0.5]);
    const before = calls();
    const stopped = await office.run(["apply"]);
    expectCode(stopped, 2);
    expect(stopped.stderr).toContain("FLEET_OLDER_CHECKOUT");
    expect(stopped.stderr).toContain("--rollback");
    expect(calls()).toBe(before);
    const { ran, states } = await office.apply("--rollback", ...allow);
    expectCode(ran, 0);
    expect(states.acme).toBe("updated");
    expect(await maxCompute()).toEqual([0.5, 0.5]);
  });

  it("one with a commit that the other lacks does not take it back either", async () => {
    edit();
    commit(laptop, "Acme grows");
    expectCode(await onLaptop("apply", ...allow), 0);
    office.write({ acme: {}, globex: { plan: "big" } });
    commit(office.folder, "Globex grows");
    const stopped = await office.run(["apply"]);
    expectCode(stopped, 2);
    expect(stopped.stderr).toContain("FLEET_OLDER_CHECKOUT");
    expect(await maxCompute()).toEqual([4, 0.5]);
  });
});

function calls(): number {
  return Object.values(office.neon.requests()).reduce((sum, { total }) => sum + total, 0);
}

function pull(): void {
  git(office.folder, "pull", "--quiet", "--ff-only", laptop, "main");
}

function commit(folder: string, message: string): void {
  git(folder, "add", ...files);
  git(folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", message);
}

/** Without the settings of whoever runs the tests. */
function git(folder: string, ...args: string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  execFileSync("git", ["-C", folder, ...args], { env, stdio: "pipe" });
}
