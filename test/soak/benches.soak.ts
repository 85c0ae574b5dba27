import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Figures, FleetFigures } from "../../bench/figures";

const built = path.resolve(__dirname, "../../dist/bench");

/** Runs a bench as its script does; it must leave nothing in the folder for temporary files. */
async function bench<Result>(name: string, ...args: string[]): Promise<Result> {
  if (!existsSync(path.join(built, `${name}.js`))) throw new Error("run `npm run build` first");
  const temporary = mkdtempSync(path.join(tmpdir(), "bench-test-"));
  try {
    const child = spawn(process.execPath, [path.join(built, `${name}.js`), "--json", ...args], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    );
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${stderr}`);
    // The local Neon keeps one folder for each user of the machine.
    expect(readdirSync(temporary).filter((entry) => !entry.startsWith("neon-tenants-"))).toEqual([]);
    return JSON.parse(stdout) as Result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const longMs = 900_000;

(process.platform === "linux" ? describe : describe.skip)("the benches, small", () => {
  it(
    "bench:fleet measures the documented way and the direct engine side by side",
    async () => {
      const ways = ["--ways", "documented,direct", "--set", "plain", "--secrets", "passphrase"];
      const json = await bench<FleetFigures>("fleet", "--tenants", "2", "--rounds", "1", ...ways);
      expect(Object.keys(json)).toEqual(["plain"]);
      const phases = Object.entries(json.plain ?? {}) as [string, Record<"documented" | "direct", Figures>][];
      expect(phases.map(([phase]) => phase)).toEqual(["create", "noChange", "oneChange", "refresh", "destroy"]);
      for (const [phase, { documented, direct }] of phases) {
        for (const figures of [documented, direct]) {
          expect(Object.keys(figures)).toEqual([
            "tenantsPerMinute",
            "cpuSecondsPerTenant",
            "processesPerTenant",
            "apiCallsPerTenant",
            "stateBytesPerTenant",
            "peakMemoryBytes",
          ]);
          expect(figures.tenantsPerMinute).toBeGreaterThan(0);
          expect(figures.cpuSecondsPerTenant).toBeGreaterThan(0);
          expect(figures.stateBytesPerTenant).toBeGreaterThan(0);
          expect(figures.peakMemoryBytes).toBeGreaterThan(1e7);
          if (phase === "noChange") expect(figures.apiCallsPerTenant).toBe(0);
          else expect(figures.apiCallsPerTenant).toBeGreaterThanOrEqual(1);
        }
        expect(documented.processesPerTenant).toBeGreaterThan(direct.processesPerTenant);
      }
      expect(json.plain?.noChange.direct?.processesPerTenant).toBe(0);
    },
    longMs,
  );

  it(
    "bench:onboarding makes every tenant once",
    async () => {
      const figures = await bench<Record<string, number>>("onboarding", "--tenants", "2", "--latency", "none");
      expect(figures).toMatchObject({ tenants: 2, projects: 2, failures: 0 });
      expect(figures.apiCallsPerTenant).toBeGreaterThanOrEqual(1);
    },
    longMs,
  );

  it(
    "bench:known takes a fleet of copied tenants for unchanged, and calls only for the one that changed",
    async () => {
      const figures = await bench<Record<string, { apiCalls: number }>>("known", "--tenants", "5", "--rounds", "1");
      expect(figures.noneChanged?.apiCalls).toBe(0);
      expect(figures.oneChanged?.apiCalls).toBeGreaterThanOrEqual(1);
    },
    longMs,
  );
});
