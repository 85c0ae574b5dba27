import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expectCode, FleetFixture } from "./fleetFixture";

const names = Array.from({ length: 12 }, (_, index) => `customer-${String(index + 1).padStart(2, "0")}`);
const entries = Object.fromEntries(names.map((name, index) => [name, index % 4 === 0 ? { roles: ["reporter"] } : {}]));

/** Engine processes at work on this fleet, by their own working folder. */
function engines(folder: string): string[] {
  const list = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" });
  const pids = list
    .split("\n")
    .flatMap((line) => /^\s*(\d+) \S*pulumi (?:up|refresh|stack|cancel)/.exec(line)?.[1] ?? []);
  return pids.filter((pid) => workingFolder(pid).startsWith(folder));
}

function workingFolder(pid: string): string {
  try {
    return execFileSync("readlink", [`/proc/${pid}/cwd`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}

async function noneAtWork(folder: string, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(250)) {
    if (engines(folder).length === 0) return true;
  }
  return false;
}

describe.each(["direct", "stock"])("apply under the %s engine, killed with -9 three times", (engine) => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start({ rateLimits: true });
    fleet.write(entries);
  });
  afterAll(() => fleet.stop());

  it("ends with every project exactly once after the same command again, without a lock or an engine left behind", async () => {
    for (let round = 0; round < 3; round++) {
      const child = fleet.start(["apply", "--engine", engine, "--concurrency", "4"]);
      await sleep(800 + Math.random() * 3_000);
      child.kill("SIGKILL");
      await child.ran;
      // An engine whose program and provider were in the killed process has nobody to talk to any more.
      if (engine === "direct") expect(await noneAtWork(fleet.folder, 60_000)).toBe(true);
    }
    expectCode(await fleet.run(["apply", "--engine", engine]), 0);
    expect(await fleet.projectNames()).toEqual(names);
    expect(Object.values((await fleet.apply()).states)).toEqual(names.map(() => "unchanged"));
    expect(engines(fleet.folder)).toEqual([]);
    expectCode(
      await fleet.pulumi(["preview", "--stack", "customer-01", "--non-interactive", "--expect-no-changes"]),
      0,
    );
  }, 300_000);
});
