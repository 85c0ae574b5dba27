import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "../chaos/support/random";
import type { TestApi } from "../local/api/testApi";
import type { FaultCase } from "../provider/faults/support/faultCases";
import { FaultRun } from "../provider/faults/support/faultRun";
import { startNeon } from "../provider/faults/support/tenantWorld";
import { openSoak } from "./openSoak";

const { seed, folder } = openSoak("everyCall", process.env);
const progress = path.join(folder, "done");
/** Cases on one local Neon, which keeps what was deleted. */
const batch = 200;

it(`every fault at every call of a tenant's life, each followed by every command (SEED=${seed})`, async () => {
  const cases = await allCases();
  let done = existsSync(progress) ? Number(readFileSync(progress, "utf8")) : 0;
  const failures: string[] = [];
  while (done < cases.length) {
    const part = cases.slice(done, done + batch);
    const ran = await onNeon((neon) => new FaultRun(neon).runAll(part));
    failures.push(...ran.failures);
    done += part.length;
    process.stderr.write(`${done} of ${cases.length}, ${failures.length} failures\n`);
    // What failed is met again when it is gone on with.
    if (failures.length === 0) writeFileSync(progress, String(done));
  }
  expect(failures).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
}, 7_200_000);

async function allCases(): Promise<FaultCase[]> {
  const cases = await onNeon((neon) => new FaultRun(neon).cases("create", "update", "destroy"));
  return seededRandom(seed, "order").shuffled(cases);
}

async function onNeon<T>(work: (neon: TestApi) => Promise<T>): Promise<T> {
  const neon = await startNeon();
  try {
    return await work(neon);
  } finally {
    await neon.close();
  }
}
