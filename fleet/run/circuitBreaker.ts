import { FleetError } from "../config";

export interface BreakerOptions {
  /** Connection or server failures in a row that stop an organization. Default 10. */
  threshold?: number;
  /** How long an outage is waited out, in milliseconds. Default 900,000. */
  outageMs?: number;
  clock: { now(): number; sleep(ms: number): Promise<void> };
  /** One cheap call; resolves where the organization answers again. */
  probe: (organization: string) => Promise<unknown>;
  onNote?: (note: string) => void;
}

const outageCodes = new Set(["NEON_UNREACHABLE", "NEON_UNAVAILABLE", "NEON_UNANSWERED"]);
/** What no later tenant of the same organization can be spared. */
const closingCodes = new Set(["NEON_UNAUTHORIZED", "NEON_API_KEY_MISSING"]);
const longestPauseMs = 30_000;

interface Circuit {
  failures: number;
  /** Set while the organization is not answering: all that wait, wait for the same probe. */
  waiting?: Promise<void>;
  closed?: FleetError;
}

/**
 * Stops sending a whole fleet into an outage. Ten connection or 5xx failures in a row pause the organization until a probe answers, or
 * give up after the outage limit; a key that Neon refuses closes it at once.
 */
export class CircuitBreaker {
  private readonly circuits = new Map<string, Circuit>();

  constructor(private readonly options: BreakerOptions) {}

  /** Waits while the organization is out; throws where it is closed for this run. */
  async admit(organization: string): Promise<void> {
    const circuit = this.circuit(organization);
    await circuit.waiting;
    if (circuit.closed) throw circuit.closed;
  }

  /** Takes the outcome of one tenant: undefined where it ended well, otherwise its code. */
  report(organization: string, code: string | undefined): void {
    const circuit = this.circuit(organization);
    if (code !== undefined && closingCodes.has(code)) {
      circuit.closed ??= closedBy(organization, code);
    } else if (code !== undefined && outageCodes.has(code)) {
      circuit.failures += 1;
      if (circuit.failures >= (this.options.threshold ?? 10)) circuit.waiting ??= this.outlast(organization, circuit);
    } else {
      circuit.failures = 0;
    }
  }

  private async outlast(organization: string, circuit: Circuit): Promise<void> {
    const { clock, probe, onNote, outageMs = 900_000 } = this.options;
    const deadline = clock.now() + outageMs;
    onNote?.(`${name(organization)} does not answer: waiting for it`);
    for (let pauseMs = 1_000; clock.now() < deadline; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await clock.sleep(Math.min(pauseMs, deadline - clock.now()));
      try {
        await probe(organization);
        onNote?.(`${name(organization)} answers again: going on`);
        circuit.failures = 0;
        circuit.waiting = undefined;
        return;
      } catch {
        // Still out: the next probe follows.
      }
    }
    circuit.closed = new FleetError("FLEET_OUTAGE", `${name(organization)} did not answer for ${outageMs / 1000} s`, {
      hint: "The same command goes on where this run stopped.",
    });
  }

  private circuit(organization: string): Circuit {
    const known = this.circuits.get(organization) ?? { failures: 0 };
    this.circuits.set(organization, known);
    return known;
  }
}

function closedBy(organization: string, code: string): FleetError {
  return new FleetError(
    code,
    `Neon refused the API key of ${name(organization)}; the rest of its tenants were not tried`,
    {
      hint: "Put a valid key into the variable that the fleet file names, then run the same command again.",
    },
  );
}

function name(organization: string): string {
  return organization === "" ? "Neon" : `organization ${organization}`;
}
