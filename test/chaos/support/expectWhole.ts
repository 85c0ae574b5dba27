import pLimit from "p-limit";
import type { ChaosRun } from "./chaosRun";

/** What an unanswered, refused or failed call may end as; all of them say that the same command goes on. */
const expectedCodes = [
  "NEON_UNANSWERED",
  "NEON_UNREACHABLE",
  "NEON_UNAVAILABLE",
  "NEON_OPERATION_FAILED",
  "NEON_OPERATION_TIMEOUT",
];

/** The failures that no fault explains. */
export function unexplained(failures: readonly string[]): string[] {
  return failures.filter((failure) => !expectedCodes.includes(failure.split(": ")[1] ?? ""));
}

/** Every customer of both fleets has exactly one project, ready, known to the state, and Neon, state and file agree. */
export async function expectWhole(run: ChaosRun, sampled: number): Promise<void> {
  const { log } = run.options;
  const owned = await run.owned();
  expect(owned.others).toEqual([]);
  for (const name of ["ours", "theirs"] as const) {
    expect(owned[name].map(({ tenant }) => tenant)).toEqual(run.customers);
    expect(owned[name].map((project) => project.name)).toEqual(run.customers);
    expect(owned[name].filter(({ ready }) => !ready)).toEqual([]);
    expect(run.inState(name)).toEqual(owned[name].map(({ projectId }) => projectId));
    const again = await run.apply(name);
    expect(again).toMatchObject({ code: 0, errors: {} });
    expect(Object.values(again.states)).toEqual(run.customers.map(() => "unchanged"));
  }
  log("every project is there once and ready, and nothing is left to do");
  const sample = run.sample(sampled);
  const asked = (["ours", "theirs"] as const).flatMap((name) => sample.map((customer) => ({ name, customer })));
  const answers = await atATime(3, asked, ({ name, customer }) => run.answers(name, customer));
  expect(answers).toEqual(asked.map(() => "app"));
  log(`the databases of ${sample.join(", ")} answer`);
  await atATime(2, sample.slice(0, 2), (customer) => run.expectNoChanges("ours", customer));
  log("Neon, state and file agree");
  expect(await run.leaks(sample)).toEqual([]);
  expect(run.engines()).toEqual([]);
}

/** So many in flight: each of them is a process or more. */
function atATime<Item, Result>(
  concurrency: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit(concurrency);
  return Promise.all(items.map((item) => limit(() => work(item))));
}
