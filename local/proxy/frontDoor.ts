import type { Socket } from "node:net";
import tls from "node:tls";
import type { ServerIdentity } from "../tls/serverIdentity";
import { forwardCancel } from "./cancel";
import { endpointOfServerName, routeByClues } from "./endpointRouting";
import { readFirstPacket } from "./firstPacketReader";
import { refusalOfPooled } from "./pooledStartup";
import { Refusal, type Peer, type Route, type Routes } from "./routes";
import { closeSoon, splice } from "./splice";
import { buildFatal, buildStartup, parameter, type FirstPacket, type Startup } from "./startupPacket";
import { connectPlain, connectTls } from "./upstream";

export interface FrontDoorOptions {
  routes: Routes;
  /** Serve connections without TLS too. */
  allowPlaintext: boolean;
  /** How long a client may take to say what it wants, in milliseconds. */
  openingMs: number;
  /** SQLSTATE of the proxy's own errors. */
  errorSqlState: string;
  log: (line: string) => void;
}

export const INSECURE = "connection is insecure (try using `sslmode=require`)";
export const UNKNOWN_ENDPOINT =
  "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID and try again.";
export const UNREACHABLE = "Couldn't connect to compute node";

/** PgBouncer's, of a start-up message that it does not take. */
const PROTOCOL_VIOLATION = "08P01";

/** Requests for encryption that one connection may make: GSS, then TLS. */
const MAX_NEGOTIATIONS = 3;

/** Serves one connection, `own` if it came to that endpoint's own address. Never throws, whatever the client does. */
export async function serveConnection(raw: Socket, own: Route | undefined, options: FrontDoorOptions): Promise<void> {
  raw.on("error", () => raw.destroy());
  if (!isLoopback(raw.remoteAddress)) {
    raw.destroy();
    return;
  }
  const opening = new Opening(raw, own, options);
  const timer = setTimeout(() => raw.destroy(), options.openingMs);
  try {
    const wish = await opening.read();
    clearTimeout(timer);
    if (wish?.kind === "cancel") await forwardCancel(wish, opening.route ?? own, options.routes);
    if (wish?.kind === "startup") await new Entrance(opening, options).enter(wish.startup);
    else opening.socket.end();
  } catch (error) {
    if (!raw.destroyed) options.log(`connection dropped: ${error instanceof Error ? error.message : String(error)}`);
    raw.destroy();
  } finally {
    clearTimeout(timer);
  }
}

/** The part before the first real message: who the client thinks it is talking to, and whether that is encrypted. */
class Opening {
  socket: Socket;
  readonly peer: Peer;
  serverName: string | undefined;
  /** Set after a TLS handshake: what the client was shown, and of which endpoint it is (none: the shared door's). */
  identity: ServerIdentity | undefined;
  route: Route | undefined;

  constructor(
    private readonly raw: Socket,
    readonly own: Route | undefined,
    private readonly options: FrontDoorOptions,
  ) {
    this.socket = raw;
    this.peer = { address: (raw.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "") };
  }

  /** Nothing: the client was turned away or is not speaking Postgres. */
  async read(): Promise<FirstPacket | undefined> {
    for (let turn = 0; turn <= MAX_NEGOTIATIONS; turn++) {
      const packet = await readFirstPacket(this.socket);
      if (packet.kind === "garbage" || packet.kind === "unsupported") return undefined;
      if (packet.kind === "cancel" || packet.kind === "startup") return packet;
      // Bytes sent in clear behind a request for encryption could have been put there by somebody else (CVE-2021-23214).
      if (packet.kind !== "directTls" && packet.rest) return undefined;
      if (this.identity) return undefined;
      if (packet.kind === "gss") this.raw.write("N");
      else if (!(await this.#encrypt(packet.kind === "directTls"))) return undefined;
    }
    return undefined;
  }

  async #encrypt(direct: boolean): Promise<boolean> {
    const { routes } = this.options;
    const shared = this.own ? await this.own.identity() : await routes.sharedIdentity();
    [this.identity, this.route] = [shared, this.own];
    if (!direct) this.raw.write("S");
    const secure = new tls.TLSSocket(this.raw, {
      isServer: true,
      secureContext: shared.context,
      ALPNProtocols: ["postgresql"],
      SNICallback: (name, done) => void this.#chooseByName(name).then((context) => done(null, context), done),
    });
    secure.on("error", () => this.raw.destroy());
    await new Promise<void>((resolve, reject) => {
      secure.once("secure", resolve);
      this.raw.once("close", () => reject(new Error("The TLS handshake failed.")));
    });
    secure.pause();
    this.socket = secure;
    // Without an SSLRequest before it, only ALPN tells that this is Postgres (as Postgres 17 demands it).
    return !direct || secure.alpnProtocol === "postgresql";
  }

  async #chooseByName(name: string): Promise<tls.SecureContext | undefined> {
    this.serverName = name;
    if (this.own) return this.identity?.context;
    const endpointId = endpointOfServerName(name);
    const route = endpointId === undefined ? undefined : this.options.routes.find(endpointId);
    if (route) [this.identity, this.route] = [await route.identity(), route];
    return this.identity?.context;
  }
}

/** The part after it: finds the endpoint, wakes it and hands the connection over. */
class Entrance {
  constructor(
    private readonly opening: Opening,
    private readonly options: FrontDoorOptions,
  ) {}

  async enter(sent: Startup): Promise<void> {
    const { opening, options } = this;
    if (!opening.identity && !options.allowPlaintext) return this.#refuse(INSECURE);
    const decision = routeByClues({
      byAddress: opening.own?.endpointId,
      serverName: opening.serverName,
      startup: sent,
    });
    if ("refusal" in decision) return this.#refuse(decision.refusal);
    const route = options.routes.find(decision.endpointId);
    if (!route) return this.#refuse(UNKNOWN_ENDPOINT);
    const refusal = route.refusal(opening.peer);
    if (refusal !== undefined) return this.#refuse(refusal);
    const unsupported = decision.isPooled ? refusalOfPooled(decision.startup) : undefined;
    if (unsupported !== undefined) return this.#refuse(unsupported, PROTOCOL_VIOLATION);
    if (parameter(sent, "user") === "cloud_admin") {
      return this.#refuse('password authentication failed for user "cloud_admin"', "28P01");
    }
    await this.#handOver(route, decision.startup);
  }

  async #handOver(route: Route, startup: Startup): Promise<void> {
    const { opening, options } = this;
    let server: Socket;
    try {
      const upstream = await route.open(opening.socket, opening.peer);
      server =
        opening.identity && opening.route === route
          ? await connectTls(upstream, opening.identity)
          : await connectPlain(upstream);
    } catch (error) {
      if (error instanceof Refusal) return this.#refuse(error.message);
      const reason = error instanceof Error ? error.message : String(error);
      options.log(`${route.endpointId}: ${reason}`);
      return this.#refuse(UNREACHABLE, undefined, reason);
    }
    server.write(buildStartup(startup));
    splice(opening.socket, server);
  }

  #refuse(message: string, code = this.options.errorSqlState, hint?: string): void {
    this.opening.socket.write(buildFatal({ code, message, hint }));
    closeSoon(this.opening.socket);
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\./.test(address) || address === "::1");
}
