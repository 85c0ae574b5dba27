import { createNeonApi, isNeonError, type NeonApi, type NeonApiOptions, type NeonError } from "../../../provider/api";
import { fakeClock, type FakeClock } from "./fakeClock";
import { scriptedServer, type ScriptedAnswer, type ScriptedServer, type SeenRequest } from "./scriptedServer";

export const KEY = "napi_5ecret0fThisTest";

export interface Bench {
  api: NeonApi;
  server: ScriptedServer;
  clock: FakeClock;
  log: string[];
}

const open: ScriptedServer[] = [];

/** A client of a server that answers with `script`, one after another (the last one again and again), or as a function says. */
export async function serverWith(
  script:
    readonly ScriptedAnswer[] | ((request: SeenRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>),
  options: Partial<NeonApiOptions> = {},
): Promise<Bench> {
  const answer =
    typeof script === "function"
      ? script
      : (_: SeenRequest, index: number) => script[index] ?? script.at(-1) ?? "reset";
  const server = await scriptedServer(answer);
  open.push(server);
  const clock = fakeClock();
  const log: string[] = [];
  const limit = { perMinute: Infinity, perSecond: Infinity };
  const api = createNeonApi({
    apiKey: KEY,
    baseUrl: server.baseUrl,
    clock,
    rateLimit: limit,
    log: (line) => log.push(line),
    ...options,
  });
  return { api, server, clock, log };
}

export async function closeServers(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

/** The {@link NeonError} that `promise` rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<NeonError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`did not fail: ${JSON.stringify(outcome.value)}`);
  if (!isNeonError(outcome.error)) throw outcome.error;
  return outcome.error;
}

export const operation = (id: string, status: string, more: Record<string, unknown> = {}) => ({
  id,
  project_id: "p-1",
  action: "apply_config",
  status,
  failures_count: 0,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  total_duration_ms: 0,
  ...more,
});
export const generalError = (message: string, code = "") => ({ request_id: "req-server", code, message });
export const project = (id: string) => ({ id, name: id });
