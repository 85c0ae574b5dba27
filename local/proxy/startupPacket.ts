/** The first packets of a connection, before any message of the ordinary protocol (PostgreSQL documentation, 54.2.10 ff). */
export type FirstPacket =
  | { kind: "ssl" }
  | { kind: "gss" }
  | { kind: "cancel"; packet: Buffer; processId: number }
  | { kind: "startup"; startup: Startup }
  | { kind: "unsupported" };

export interface Startup {
  /** Major and minor version as sent, for instance 0x00030000. */
  version: number;
  /** Name and value of each parameter, in the order in which they came. */
  parameters: [string, string][];
}

export const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
/** Postgres's own MAX_STARTUP_PACKET_LENGTH. */
export const MAX_STARTUP_BYTES = 10_000;

/** The length a first packet claims to have; nothing if it cannot be one. */
export function packetLength(head: Buffer): number | undefined {
  const length = head.readInt32BE(0);
  return length >= 8 && length <= MAX_STARTUP_BYTES ? length : undefined;
}

export function parseFirstPacket(packet: Buffer): FirstPacket {
  const code = packet.readInt32BE(4);
  if (code === SSL_REQUEST && packet.length === 8) return { kind: "ssl" };
  if (code === GSS_REQUEST && packet.length === 8) return { kind: "gss" };
  if (code === CANCEL_REQUEST && packet.length >= 16)
    return { kind: "cancel", packet, processId: packet.readInt32BE(8) };
  if (code >>> 16 !== 3) return { kind: "unsupported" };
  const parameters = parseParameters(packet.subarray(8));
  return parameters ? { kind: "startup", startup: { version: code, parameters } } : { kind: "unsupported" };
}

/** Text is kept byte by byte (latin1): names are in whatever encoding the client uses, and go on as they came. */
export function buildStartup(startup: Startup): Buffer {
  const body = startup.parameters.map(([name, value]) => `${name}\0${value}\0`).join("") + "\0";
  const packet = Buffer.alloc(8 + body.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(startup.version, 4);
  packet.write(body, 8, "latin1");
  return packet;
}

/** SSLRequest, as a client sends it. */
export function buildSslRequest(): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeInt32BE(8, 0);
  packet.writeInt32BE(SSL_REQUEST, 4);
  return packet;
}

/** ErrorResponse with severity FATAL. */
export function buildFatal(error: { code: string; message: string; hint?: string }): Buffer {
  const fields = ["SFATAL", "VFATAL", `C${error.code}`, `M${error.message}`, ...(error.hint ? [`H${error.hint}`] : [])];
  const body = Buffer.from(fields.map((field) => `${field.replaceAll("\0", "")}\0`).join("") + "\0");
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function parameter(startup: Startup, name: string): string | undefined {
  return startup.parameters.findLast(([key]) => key === name)?.[1];
}

export function withParameter(startup: Startup, name: string, value: string | undefined): Startup {
  const others = startup.parameters.filter(([key]) => key !== name);
  return { ...startup, parameters: value === undefined ? others : [...others, [name, value]] };
}

/** Pairs of zero-terminated texts, closed by an empty name that is the last byte. */
function parseParameters(body: Buffer): [string, string][] | undefined {
  const texts = body.toString("latin1").split("\0");
  const parameters: [string, string][] = [];
  for (let index = 0; ; index += 2) {
    const name = texts[index];
    if (name === undefined) return undefined;
    if (name === "") return index === texts.length - 2 ? parameters : undefined;
    const value = texts[index + 1];
    if (value === undefined || index + 2 >= texts.length) return undefined;
    parameters.push([name, value]);
  }
}
