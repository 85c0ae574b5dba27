import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { createNeonApi } from "../../../provider/api";

type Behaviour =
  | "well"
  | "throws"
  | "rejectsLate"
  | "rejectsNothing"
  | "throwsInTimer"
  | "neverEnds"
  | "neverEndsAndTicks"
  | "rejectsAfterTheEnd";

interface Result {
  ok: boolean;
  code?: string;
  message?: string;
  output?: string;
}

/** Listeners on `process` by event. */
type Listeners = Record<string, number>;

interface Report {
  before: Listeners;
  /** After both rounds. */
  guarded: Listeners;
  /** After all runs. */
  still: Listeners;
  /** With the engine closed. */
  after: Listeners;
  /** Sockets, servers and processes that still hold the event loop. */
  held: string[];
  rounds: Record<string, Result>[];
  lines: Record<string, string[]>;
  runs: number;
  served: number;
  open: number;
}

const names = Array.from({ length: 8 }, (_, index) => `tenant-${index}`);
const canaryOf = (name: string) => ({ plain: `plain-canary-of-${name}`, secret: `secret-canary-of-${name}` });
const keyOf = (name: string) => `napi_canary_key_of_${name.replace("-", "_")}`;
const orgOf = (name: string) => `org-of-${name}`;

const failing: Record<string, Behaviour>[] = [
  { "tenant-1": "throws", "tenant-3": "rejectsLate", "tenant-5": "neverEnds", "tenant-6": "rejectsAfterTheEnd" },
  { "tenant-0": "throwsInTimer", "tenant-2": "rejectsNothing", "tenant-4": "neverEndsAndTicks", "tenant-7": "well" },
];

let folder: string;
let neons: LocalNeon[];
let report: Report;

/** Two Neons, each with half of the organizations: a call with another's key or to another's host is refused there. */
const neonOf = (name: string): LocalNeon => neons[names.indexOf(name) % 2] as LocalNeon;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "isolation-"));
  mkdirSync(path.join(folder, "backend"));
  neons = await Promise.all([0, 1].map((half) => startNeon(names.filter((_, index) => index % 2 === half))));
  const file = path.join(folder, "task.json");
  const task = { ...taskOf(), report: path.join(folder, "report.json") };
  writeFileSync(file, JSON.stringify(task));
  // Both the driver and its surroundings must not have the canaries from elsewhere.
  const env = { ...process.env, NEON_API_KEY: undefined, NEON_API_HOST: undefined, NEON_ORG_ID: undefined };
  await promisify(execFile)(process.execPath, [path.join(__dirname, "isolationDriver.js"), file], { env });
  report = JSON.parse(readFileSync(task.report, "utf8")) as Report;
}, 300_000);

afterAll(async () => {
  await Promise.all(neons.map((neon) => neon.close()));
  rmSync(folder, { recursive: true, force: true });
});

function startNeon(tenants: string[]): Promise<LocalNeon> {
  return startLocalNeon({
    pgPort: 0,
    organizations: tenants.map((name) => ({ id: orgOf(name), name, plan: "scale" as const, projectsLimit: 100 })),
    apiKeys: tenants.map((name) => ({ key: keyOf(name), kind: "organization" as const, orgId: orgOf(name) })),
  });
}

function taskOf() {
  const tenants = names.map((name, index) => ({
    name,
    canary: canaryOf(name),
    // Every second one has its key in the stack's configuration, the others in the provider's environment.
    config: index % 4 < 2 ? { "neon:apiKey": keyOf(name) } : {},
    env: {
      NEON_API_HOST: neonOf(name).apiHost,
      NEON_ORG_ID: orgOf(name),
      ...(index % 4 < 2 ? {} : { NEON_API_KEY: keyOf(name) }),
    },
  }));
  return { folder, tenants, rounds: failing, passphrase: "isolation", limitMs: 6_000, graceMs: 4_000, previews: 34 };
}

describe("8 programs at once in one driver process", () => {
  it.each(failing.map((round, index) => ({ round, index })))(
    "round $index: exactly those fail that throw, reject late or never end",
    ({ round, index }) => {
      const expected = Object.entries(round).flatMap(([name, how]) => (endsWell(how) ? [] : [name]));
      const failed = Object.entries(report.rounds[index] ?? {}).filter(([, result]) => !result.ok);
      expect(failed.map(([name]) => name).sort()).toEqual(expected.sort());
    },
  );

  it("each failure says its own reason and nobody else's", () => {
    const said = (round: number, name: string) => report.rounds[round]?.[name]?.message;
    expect(said(0, "tenant-1")).toContain(`thrown on purpose ${canaryOf("tenant-1").plain}`);
    expect(said(0, "tenant-3")).toContain(`rejected on purpose ${canaryOf("tenant-3").plain}`);
    expect(report.rounds[0]?.["tenant-5"]?.code).toBe("FLEET_ENGINE_TIMEOUT");
    expect(said(1, "tenant-0")).toContain(`timer on purpose ${canaryOf("tenant-0").plain}`);
    expect(said(1, "tenant-2")).toContain("null");
    expect(report.rounds[1]?.["tenant-4"]?.code).toBe("FLEET_ENGINE_TIMEOUT");
  });

  it("an error after the program's end fails nobody and is told in that tenant's lines only", () => {
    const telling = Object.entries(report.lines).filter(([, lines]) =>
      lines.some((line) => line.includes("late on purpose")),
    );
    expect(telling.map(([name]) => name)).toEqual(["tenant-6"]);
  });

  it("every project is made with its own tenant's key at its own tenant's host", async () => {
    for (const name of names) {
      const { apiHost } = neonOf(name);
      const projects = await createNeonApi({
        apiKey: keyOf(name),
        baseUrl: apiHost,
        orgId: orgOf(name),
      }).listProjects();
      expect(projects.map((project) => project.name)).toEqual([name]);
    }
  });

  it("no state, line or error of one tenant holds a canary of another; secrets and keys are in none", () => {
    for (const name of names) {
      const texts = ownTexts(name);
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.join("\n")).toContain(name);
      const others = names.filter((other) => other !== name);
      for (const canary of others.flatMap((other) => [
        canaryOf(other).plain,
        canaryOf(other).secret,
        orgOf(other),
        keyOf(other),
      ])) {
        expect(texts.filter((text) => text.includes(canary))).toEqual([]);
      }
      for (const secret of [canaryOf(name).secret, keyOf(name), "postgresql://"]) {
        expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      }
    }
  });

  it("every stack ends with its own outputs", () => {
    const wellInTheLastRound = names.filter((name) => report.rounds[1]?.[name]?.ok);
    expect(wellInTheLastRound).toHaveLength(5);
    for (const name of wellInTheLastRound) {
      const [file] = checkpointFiles(name).filter((each) => each.endsWith(`stacks/shop/${name}.json`));
      const state = JSON.parse(readFileSync(file ?? "", "utf8")) as {
        checkpoint: { latest: { resources: { type: string; outputs?: Record<string, unknown> }[] } };
      };
      const stack = state.checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
      expect(stack?.outputs?.plain).toBe(canaryOf(name).plain);
      expect(stack?.outputs?.token).toHaveProperty("ciphertext");
    }
  });

  it("leaves no handler, no handle and no port behind, after 50 runs as after one", () => {
    expect(report.runs + names.length * failing.length).toBeGreaterThanOrEqual(50);
    expect(report.guarded).toEqual(report.still);
    expect(report.after).toEqual(report.before);
    expect(report.held).toEqual([]);
    expect(report.served).toBeGreaterThanOrEqual(2 * 50);
    expect(report.open).toBe(0);
  });
});

function endsWell(behaviour: Behaviour): boolean {
  return behaviour === "well" || behaviour === "rejectsAfterTheEnd";
}

/** Everything that belongs to one tenant: its checkpoint with backups and history, the lines it printed, how its runs ended. */
function ownTexts(name: string): string[] {
  const results = report.rounds.map((round) => JSON.stringify(round[name]));
  return [
    ...checkpointFiles(name).map((file) => readFileSync(file, "utf8")),
    ...(report.lines[name] ?? []),
    ...results,
  ];
}

function checkpointFiles(name: string): string[] {
  return filesBelow(path.join(folder, "backend")).filter((file) => file.includes(name));
}

function filesBelow(at: string): string[] {
  return readdirSync(at).flatMap((name) => {
    const file = path.join(at, name);
    return statSync(file).isDirectory() ? filesBelow(file) : [file];
  });
}
