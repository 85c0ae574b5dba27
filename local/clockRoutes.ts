import { badRequest } from "./api/apiError";
import { ok, type Reply } from "./api/call";
import type { ControlRoutes } from "./api/controlRoutes";
import { readBody } from "./api/readRequest";
import type { LocalClock } from "./localClock";
import { LocalNeonError } from "./localNeonError";

/** The clock for other processes: `GET /_local/clock`, `POST /_local/clock {"advance": "30d"}` or `{"to": "2027-01-01T00:00:00Z"}`. */
export function clockRoutes(clock: LocalClock): ControlRoutes {
  return {
    "GET /_local/clock": () => view(clock),
    "POST /_local/clock": async (request) => {
      await move(clock, await readBody(request));
      return view(clock);
    },
  };
}

function view(clock: LocalClock): Reply {
  return ok({ now: clock.now().toISOString(), ahead_seconds: clock.aheadSeconds });
}

async function move(clock: LocalClock, body: unknown): Promise<void> {
  const { advance, to, ...others } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const isDuration = typeof advance === "string" || typeof advance === "number";
  if (Object.keys(others).length > 0 || isDuration === (typeof to === "string")) {
    throw badRequest('the body is either {"advance": "30d"} or {"to": "2027-01-01T00:00:00Z"}');
  }
  try {
    if (isDuration) await clock.advance(advance);
    else await clock.moveTo(String(to));
  } catch (error) {
    throw error instanceof LocalNeonError ? badRequest(error.message) : error;
  }
}
