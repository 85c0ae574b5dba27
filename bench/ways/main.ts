import { writeFileSync } from "node:fs";
import { runDocumented } from "./documented";
import { runDriver } from "./driver";
import type { Job, JobResult } from "./job";

/** The measured process: one phase of one way, over every tenant of a fleet. */
async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? "") as Job;
  const began = performance.now();
  await (job.way === "documented" ? runDocumented(job) : runDriver(job, job.way));
  const result: JobResult = { seconds: (performance.now() - began) / 1000 };
  writeFileSync(job.resultFile, JSON.stringify(result));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
