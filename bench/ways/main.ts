import { writeFileSync } from "node:fs";
import type { Way } from "../figures";
import type { Job, JobResult } from "./job";

/** Each way loads what it needs and nothing of the other; the driver begins as its command does, with compiled code that was kept. */
async function load(way: Way): Promise<(job: Job) => Promise<void>> {
  if (way === "documented") return (await import("./documented.js")).runDocumented;
  await import("../../fleet/cli/compileCache.js");
  const { runDriver } = await import("./driver.js");
  return (job) => runDriver(job, way);
}

/** The measured process: one phase of one way, over every tenant of a fleet. */
async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? "") as Job;
  const run = await load(job.way);
  const began = performance.now();
  await run(job);
  const result: JobResult = { seconds: (performance.now() - began) / 1000 };
  writeFileSync(job.resultFile, JSON.stringify(result));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
