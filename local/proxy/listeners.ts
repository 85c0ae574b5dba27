import net, { type Server } from "node:net";
import { LocalNeonError } from "../localNeonError";
import { serveConnection, type FrontDoorOptions } from "./frontDoor";
import type { Route } from "./routes";

const SHARED_ADDRESS = "127.0.0.1";
const PROBE_ADDRESS = "127.77.77.77";
const BACKLOG = 511;

/** All doors: the shared one, and one on each endpoint's own address. No socket listens on anything but a loopback address. */
export class Listeners {
  readonly #servers = new Map<string, Server>();
  readonly #connections = new Set<net.Socket>();
  #shared = false;

  private constructor(
    private readonly options: FrontDoorOptions,
    /** The port of all doors. */
    public port: number,
    /** Whether this system has the addresses 127.x.y.z; macOS has only 127.0.0.1. */
    readonly hasOwnAddresses: boolean,
  ) {}

  /** Opens the shared door; with port 0 its port is chosen by the system and becomes that of all. */
  static async open(port: number, options: FrontDoorOptions): Promise<Listeners> {
    const listeners = new Listeners(options, port, await canBind(PROBE_ADDRESS));
    await listeners.#openShared();
    return listeners;
  }

  /** Opens the door on an endpoint's own address. Where there are no such addresses, the shared door serves it. */
  async add(address: string, route: () => Route | undefined): Promise<void> {
    if (!this.hasOwnAddresses && this.#shared) return;
    try {
      await this.#listen(address, route);
    } catch (error) {
      throw cannotListen(address, this.port, error);
    }
  }

  async remove(address: string): Promise<void> {
    const server = this.#servers.get(address);
    this.#servers.delete(address);
    await closeServer(server);
  }

  /** Takes no new connections; those that are there go on until `disconnect`. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((address) => this.remove(address)));
  }

  disconnect(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  /** A system Postgres on the same port takes 127.0.0.1 only, so the endpoints' own addresses still work. */
  async #openShared(): Promise<void> {
    try {
      this.port = await this.#listen(SHARED_ADDRESS, () => undefined);
      this.#shared = true;
    } catch (error) {
      if (!this.hasOwnAddresses) throw cannotListen(SHARED_ADDRESS, this.port, error);
      const { code } = error as NodeJS.ErrnoException;
      this.options.log(
        `${SHARED_ADDRESS}:${this.port} is not ours (${code}); endpoints are reached by their own addresses only`,
      );
    }
  }

  #listen(address: string, route: () => Route | undefined): Promise<number> {
    const server = net.createServer({ noDelay: true, keepAlive: true, pauseOnConnect: true }, (socket) => {
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
      void serveConnection(socket, route(), this.options);
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: address, port: this.port, backlog: BACKLOG, exclusive: true }, () => {
        server.off("error", reject).on("error", (error) => this.options.log(`${address}: ${error.message}`));
        this.#servers.set(address, server);
        resolve((server.address() as net.AddressInfo).port);
      });
    });
  }
}

function cannotListen(address: string, port: number, error: unknown): LocalNeonError {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    code === "EADDRINUSE" ? "another program uses it" : code === "EACCES" ? "the port is reserved for root" : code;
  return new LocalNeonError(
    "LOCAL_ADDRESS_IN_USE",
    `The local Neon cannot listen on ${address}:${port}: ${reason}.`,
    "Give it another port with --pg-port.",
  );
}

async function canBind(address: string): Promise<boolean> {
  const probe = net.createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen({ host: address, port: 0, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Resolves when the address is free again, without waiting for the connections that came through it. */
function closeServer(server: Server | undefined): Promise<void> {
  if (!server) return Promise.resolve();
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
