import type { Branch } from "./branch";

/** Settings by name that a standby must not have lower than the Postgres that it follows. */
export type LeastValues = Record<string, number>;

/** As the branch's read-write compute has them now, or will have them when it wakes. */
export function neededOfPrimary(branch: Branch): LeastValues {
  const [spec] = [...branch.endpoints].map((endpoint) => endpoint.spec);
  const { maxConnections, pgSettings = {} } = spec ?? {};
  const least: LeastValues = {};
  if (maxConnections !== undefined) least["max_connections"] = maxConnections;
  for (const name of ["max_locks_per_transaction", "max_prepared_transactions", "max_worker_processes"]) {
    const value = Number(pgSettings[name]);
    if (Number.isFinite(value)) least[name] = value;
  }
  return least;
}

/** What a standby that refused to start asks for; nothing if that was not the reason. */
export function raised(least: LeastValues, log: string): LeastValues | undefined {
  const asked = [
    ...log.matchAll(/(\w+) = \d+ is a lower setting than on the primary server, where its value was (\d+)/g),
  ];
  const higher = { ...least };
  for (const [, name = "", value] of asked) higher[name] = Math.max(higher[name] ?? 0, Number(value));
  return Object.entries(higher).some(([name, value]) => value > (least[name] ?? 0)) ? higher : undefined;
}
