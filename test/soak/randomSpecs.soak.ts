import { rmSync } from "node:fs";
import fc from "fast-check";
import { ChangeRun } from "../provider/faults/support/changeRun";
import { twoSpecs } from "../provider/faults/support/specArbitrary";
import { startNeon } from "../provider/faults/support/tenantWorld";
import { openSoak } from "./openSoak";

const { seed, folder } = openSoak("randomSpecs", process.env);
const rounds = 20;

it(`of two specs, the second after the first is the second alone, or is refused before any call (SEED=${seed})`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const neon = await startNeon();
    try {
      const run = new ChangeRun(neon);
      const property = fc.asyncProperty(twoSpecs, async (specs) => void (await run.run(specs)));
      await fc.assert(property, { seed: seed + round, numRuns: 100, interruptAfterTimeLimit: 900_000 });
    } finally {
      await neon.close();
    }
    process.stderr.write(`${round + 1} of ${rounds} rounds\n`);
  }
  // A red or a stopped run stays, to be repeated with its seed.
  rmSync(folder, { recursive: true, force: true });
}, 7_200_000);
