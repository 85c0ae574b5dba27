import { rmSync } from "node:fs";
import { ChaosRun } from "../chaos/support/chaosRun";
import { expectWhole, unexplained } from "../chaos/support/expectWhole";
import { openSoak } from "./openSoak";

const tenants = numberFrom("SOAK_TENANTS", 200);
const kills = numberFrom("SOAK_KILLS", 20);
const { seed, folder, isNew } = openSoak(`killed-${tenants}-${kills}`, process.env);

describe(`${tenants} customers in each of two fleets, ${kills} kills (SEED=${seed})`, () => {
  let run: ChaosRun;
  beforeAll(async () => {
    log(isNew ? `begins in ${folder}` : `goes on in ${folder}`);
    // Every seventh creation meets a fault.
    const repeats = Math.max(1, Math.floor((tenants * 2) / 84));
    run = await ChaosRun.start({ seed, tenants, kills, spreadMs: 12_000, repeats, folder, log });
  });
  afterAll(() => run?.stop());

  it("end with every customer's project exactly once, ready, and as the file says", async () => {
    const { failures, last } = await run.live();
    expect(last.map(({ code }) => code)).toEqual([0, 0]);
    expect(unexplained(failures)).toEqual([]);
    run.calm();
    await expectWhole(run, 10);
    await run.stop();
    // A red or a stopped run stays, to be looked at and gone on with.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }, 14_400_000);
});

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function numberFrom(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is not a whole number of at least 1`);
  return value;
}
