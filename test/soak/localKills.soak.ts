import { seedFrom } from "../chaos/support/random";
import { KillRun } from "../local/kill/support/killRun";

const seed = seedFrom(process.env);
const rounds = Number(process.env.SOAK_KILLS ?? 100);

(process.platform === "linux" ? describe : describe.skip)(
  `the local Neon, killed ${rounds} times (SEED=${seed})`,
  () => {
    let run: KillRun;
    beforeAll(() => {
      if (!Number.isInteger(rounds) || rounds < 1) throw new Error("SOAK_KILLS is not a whole number of at least 1");
      run = new KillRun({ seed, rounds, log: (line) => process.stderr.write(`${line}\n`) });
    });
    afterAll(() => run?.end());

    it("loses nothing that was acknowledged, and leaves no process", async () => {
      expect(await run.complaints()).toEqual([]);
      expect(run.done.length).toBeGreaterThan(rounds);
    }, 7_200_000);
  },
);
