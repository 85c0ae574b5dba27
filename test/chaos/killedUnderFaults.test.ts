import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ChaosRun } from "./support/chaosRun";
import { expectWhole, unexplained } from "./support/expectWhole";
import { telling } from "./support/telling";
import { seedFrom } from "./support/random";

const seed = seedFrom({ SEED: "20", ...process.env });

describe(`two fleets with the same customers, killed with -9 while Neon misbehaves (SEED=${seed})`, () => {
  let run: ChaosRun;
  const folder = mkdtempSync(path.join(tmpdir(), "chaos-"));
  const lines: string[] = [];
  beforeAll(async () => {
    const log = (line: string) => void lines.push(line);
    run = await ChaosRun.start({ seed, tenants: 12, kills: 3, spreadMs: 4_000, slowFirst: true, folder, log });
  });
  afterAll(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  it("end with every customer's project exactly once, ready, and as the file says", async () => {
    await telling(lines, async () => {
      const { failures, last } = await run.live();
      expect(last.map(({ code }) => code)).toEqual([0, 0]);
      expect(unexplained(failures)).toEqual([]);
      expect(run.unstruck()).toEqual([]);
      run.calm();
      await expectWhole(run, 2);
    });
  }, 600_000);
});
