import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { LocalFigures } from "../../../bench/local/localFigures";

const run = promisify(execFile);
const script = path.resolve(__dirname, "../../../dist/bench/local.js");

(process.platform === "linux" ? test : test.skip)(
  "bench:local --quick --json prints one object with every figure, and leaves nothing",
  async () => {
    if (!fs.existsSync(script)) throw new Error("dist/ is missing: npm run build");
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "bl-"));
    fs.chmodSync(temporary, 0o711);
    try {
      const env = { ...process.env, TMPDIR: temporary };
      const { stdout } = await run(process.execPath, [script, "--quick", "--json"], { env });
      const figures = JSON.parse(stdout) as LocalFigures;
      const leaves = numbersIn(figures);
      expect(leaves.filter(([, value]) => !(value > 0))).toEqual([]);
      expect(leaves.map(([name]) => name)).toEqual([
        "startMs",
        "projectsPerSecond",
        "firstConnectMs.p50",
        "firstConnectMs.p95",
        "coldWakeMs.p50",
        "coldWakeMs.p95",
        "thousandProjects.projects",
        "thousandProjects.awake",
        "thousandProjects.memoryBytes",
        "thousandProjects.awakeMemoryBytes",
        "thousandProjects.asleepMemoryBytes",
        "thousandProjects.diskBytes",
        "thousandProjects.materialized",
        "restoreSecondsPerGigabyteOfWal",
        "walBytes",
        "databaseBytes",
        "naive.firstConnectMs.p50",
        "naive.firstConnectMs.p95",
        "naive.restoreSecondsPerGigabyteOfWal",
        "naive.walBytes",
      ]);
      expect(figures.thousandProjects).toMatchObject({ projects: 20, awake: 2, materialized: 2 });
      expect(figures.walBytes).toBeGreaterThanOrEqual(8e6);
      expect(fs.readdirSync(temporary).filter((name) => !name.startsWith("neon-tenants-"))).toEqual([]);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
    }
  },
);

function numbersIn(value: object, prefix = ""): [string, number][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]): [string, number][] =>
    typeof part === "object" && part !== null
      ? numbersIn(part, `${prefix}${name}.`)
      : [[`${prefix}${name}`, Number(part)]],
  );
}
