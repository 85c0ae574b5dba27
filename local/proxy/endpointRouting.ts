import { parameter, withParameter, type Startup } from "./startupPacket";

/** What a connection says about the endpoint that it wants. */
export interface RoutingClues {
  /** The endpoint whose own address was dialled. */
  byAddress?: string;
  /** TLS server name. */
  serverName?: string;
  startup: Startup;
}

export type RoutingDecision =
  | {
      endpointId: string;
      /** Its pooled name was used. */
      isPooled: boolean;
      startup: Startup;
    }
  | { refusal: string };

export const NO_ENDPOINT =
  "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support or pass the endpoint ID " +
  "(first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'. See more at https://neon.tech/sni";

const POOLER = "-pooler";

/**
 * Neon's rules: the first label of the server name, else `endpoint=` (or `project=`) in `options`, and both must agree; here the
 * endpoint's own address stands before the server name. The answer's start-up message is without that option, which Postgres refuses.
 */
export function routeByClues(clues: RoutingClues): RoutingDecision {
  const { named, rest } = takeEndpointOption(parameter(clues.startup, "options"));
  const host = clues.byAddress ?? endpointOfServerName(clues.serverName);
  const options = [...new Set(named.map(withoutPooler))];
  const other = options.find((option) => option !== (host ?? options[0]));
  if (other !== undefined) {
    return {
      refusal: `Inconsistent project name inferred from SNI ('${host ?? options[0]}') and project option ('${other}').`,
    };
  }
  const endpointId = host ?? options[0];
  if (endpointId === undefined) return { refusal: NO_ENDPOINT };
  return {
    endpointId,
    isPooled: [clues.serverName?.split(".")[0] ?? "", ...named].some((name) => name.endsWith(POOLER)),
    startup: named.length > 0 ? withParameter(clues.startup, "options", rest) : clues.startup,
  };
}

/** A name of one label (`localhost`) is a host, not an endpoint. */
export function endpointOfServerName(serverName: string | undefined): string | undefined {
  const [label, ...domain] = serverName?.split(".") ?? [];
  return label && domain.length > 0 ? withoutPooler(label) : undefined;
}

/** Words are separated by blanks that no backslash protects, as Postgres reads `options`; the text is latin1, so `\\s` would also split at a byte of a longer character. */
function takeEndpointOption(options: string | undefined): { named: string[]; rest: string | undefined } {
  const words = options?.match(/(?:\\[^]|[^\\ \t\n\r\f\v])+/g) ?? [];
  const named: string[] = [];
  const rest: string[] = [];
  for (const word of words) {
    const endpoint = /^(?:-c|--)?(?:endpoint|project)=(.+)$/.exec(word)?.[1];
    if (endpoint === undefined) {
      rest.push(word);
      continue;
    }
    named.push(endpoint);
    if (rest.at(-1) === "-c") rest.pop();
  }
  return { named, rest: rest.length > 0 ? rest.join(" ") : undefined };
}

function withoutPooler(label: string): string {
  return label.endsWith(POOLER) ? label.slice(0, -POOLER.length) : label;
}
