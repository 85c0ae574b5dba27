import { seedFrom } from "../../chaos/support/random";
import { KillRun } from "./support/killRun";

const seed = seedFrom(process.env);

(process.platform === "linux" ? describe : describe.skip)(
  `kill -9 at random moments of mixed load (SEED=${seed})`,
  () => {
    let run: KillRun;
    beforeAll(() => void (run = new KillRun({ seed, rounds: 10 })));
    afterAll(() => run?.end());

    it("loses nothing that was acknowledged, ten times, and leaves no process", async () => {
      expect(await run.complaints()).toEqual([]);
      expect(run.done.length).toBeGreaterThan(10);
    }, 300_000);
  },
);
