import type { Clock } from "../api/clock";
import { KeyedMutex } from "../api/keyedMutex";
import { partsOf } from "./connectionUri";
import { openSession } from "./openSession";
import type { Sql, SqlSession, SqlTarget } from "./sql";
import { classifySqlError } from "./sqlError";

/** From the first failure; a compute wakes within seconds. */
const deadlineMs = 60_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Connections over node-pg. Transactions at one host run one after another: those that grant on the same objects would collide. */
export function createSql(clock: Pick<Clock, "now" | "sleep">): Sql {
  const turns = new KeyedMutex();
  return {
    transaction: (target, work) => turns.run(partsOf(target.uri).host, () => repeatedly(clock, target, work)),
  };
}

async function repeatedly<T>(
  clock: Pick<Clock, "now" | "sleep">,
  target: SqlTarget,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  const secrets = [...(target.secrets ?? []), partsOf(target.uri).password];
  let firstFailureMs: number | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await once(target, work);
    } catch (error) {
      const { transient, failure } = classifySqlError(error, { what: target.what, secrets });
      firstFailureMs ??= clock.now();
      if (!transient || clock.now() - firstFailureMs + pauseMs > deadlineMs) throw failure;
      await clock.sleep(pauseMs);
    }
  }
}

async function once<T>(target: SqlTarget, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const connection = await openSession(target.uri);
  const { session } = connection;
  try {
    await session.run("BEGIN");
    await session.run("SET LOCAL statement_timeout = '60s'");
    await session.run("SET LOCAL lock_timeout = '10s'");
    // Names are looked up where they are said to be, whatever the role's or the database's own path is.
    await session.run("SET LOCAL search_path = pg_catalog");
    const result = await work(session);
    await session.run("COMMIT");
    return result;
  } finally {
    // What was not committed is rolled back by the server when the connection ends.
    await connection.close();
  }
}
