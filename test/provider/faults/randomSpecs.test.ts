import fc from "fast-check";
import type { TestApi } from "../../local/api/testApi";
import { ChangeRun } from "./support/changeRun";
import { twoSpecs } from "./support/specArbitrary";
import { startNeon } from "./support/tenantWorld";

// Thousands of them: test/soak/randomSpecs.soak.ts.
const seed = Number(process.env.SEED ?? 1);
const numRuns = 30;

let neon: TestApi;
beforeAll(async () => {
  neon = await startNeon();
}, 60_000);
afterAll(() => neon.close());

test(`of two specs, the second after the first is the second alone, or is refused before any call (SEED=${seed})`, async () => {
  const run = new ChangeRun(neon);
  const made: boolean[] = [];
  const property = fc.asyncProperty(twoSpecs, async (specs) => void made.push(await run.run(specs)));
  // Without shrinking, which would take minutes: the seed and the pair of specs are in the message.
  await fc.assert(property, { seed, numRuns, endOnFailure: true });
  // Neither half of the property is empty.
  expect(made.filter(Boolean).length).toBeGreaterThan(numRuns / 4);
  expect(made.filter((one) => !one).length).toBeGreaterThan(0);
}, 600_000);
