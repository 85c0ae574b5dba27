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
  const sample = run.sample(sampled);
  for (const name of ["ours", "theirs"] as const) {
    for (const customer of sample) expect(await run.answers(name, customer)).toBe("app");
  }
  for (const customer of sample.slice(0, 2)) await run.expectNoChanges("ours", customer);
  expect(await run.leaks(sample)).toEqual([]);
  expect(run.engines()).toEqual([]);
}
