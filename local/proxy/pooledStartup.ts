import { parameter, type Startup } from "./startupPacket";

/**
 * What a client may say at the start of a pooled connection: PgBouncer tracks these settings, and `extra_float_digits` is let
 * through for old drivers.
 */
const SUPPORTED: ReadonlySet<string> = new Set([
  "user",
  "database",
  "options",
  "application_name",
  "client_encoding",
  "datestyle",
  "timezone",
  "standard_conforming_strings",
  "intervalstyle",
  "extra_float_digits",
]);

const ADVICE =
  "Please use unpooled connection or remove this parameter from the startup package. " +
  "More details: https://neon.tech/docs/connect/connection-errors#unsupported-startup-parameter";

/**
 * Why a pooled connection is turned away, in the words of Neon's pooler. Behind a pooled name there is no pooler here: every
 * connection has a session of its own, so what a transaction pooler forbids later (LISTEN, session settings, PREPARE) works.
 */
export function refusalOfPooled(startup: Startup): string | undefined {
  const sent = startup.parameters.map(([name]) => name).find((name) => !isSupported(name));
  if (sent !== undefined) return `unsupported startup parameter: ${sent}. ${ADVICE}`;
  const option = settingsIn(parameter(startup, "options") ?? "").find((name) => !isSupported(name));
  if (option !== undefined) return `unsupported startup parameter in options: ${option}. ${ADVICE}`;
  return undefined;
}

/** Protocol extensions (`_pq_.`) are no settings. */
const isSupported = (name: string) => SUPPORTED.has(name.toLowerCase()) || name.startsWith("_pq_.");

/** The names in `-c name=value`, `-cname=value` and `--name=value`. */
function settingsIn(options: string): string[] {
  const words = options.match(/(?:\\[^]|[^\\ \t\n\r\f\v])+/g) ?? [];
  return words.flatMap((word, position) => {
    const text = words[position - 1] === "-c" ? word : /^(?:-c|--)(.+)$/.exec(word)?.[1];
    return text === undefined ? (word === "-c" ? [] : [word]) : [nameIn(text)];
  });
}

const nameIn = (setting: string) => setting.split("=", 1)[0]?.replaceAll("-", "_") ?? "";
