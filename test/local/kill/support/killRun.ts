import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, seededRandom } from "../../../chaos/support/random";
import { CompiledLocal } from "../../api/compiledLocal";
import type { Reachable } from "../../clients/support/neonUser";
import { Customer } from "./customer";
import { ServedFolder } from "./servedFolder";

const CUSTOMERS = 3;
/** The time for which a server is used before it dies, in milliseconds: from, and up to so much longer. */
const LIFE_MS = [300, 1_500] as const;
/** How often the next server is killed too, while it recovers, and within which time. */
const SECOND_KILL = { chance: 0.4, withinMs: 900 };
const CHECK_MS = 60_000;

export interface KillRunOptions {
  seed: number;
  rounds: number;
  log?: (line: string) => void;
}

/** Servers that are killed at random moments of mixed load, one after the other, over one state folder. */
export class KillRun {
  readonly #compiled = new CompiledLocal();
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), "kill-run-"));
  readonly #served = new ServedFolder(this.#folder, this.#compiled);
  readonly #random: Random;
  readonly #customers: Customer[];

  constructor(private readonly options: KillRunOptions) {
    this.#random = seededRandom(options.seed, "kills");
    this.#customers = Array.from(
      { length: CUSTOMERS },
      (_, n) => new Customer(`customer-${n}`, seededRandom(options.seed, "customer", n)),
    );
  }

  /** What was done and acknowledged, by everybody together. */
  get done(): string[] {
    return this.#customers.flatMap((customer) => customer.done);
  }

  /** Says what was lost, spoilt or left behind; ends at the first round in which something was. */
  async complaints(): Promise<string[]> {
    const { rounds, log = () => undefined } = this.options;
    let server = await this.#served.served();
    for (let round = 1; round <= rounds; round += 1) {
      await this.#loadAndKill(server);
      server = await this.#recovered();
      const complaints = await this.#check(server, round === rounds);
      log(`round ${round} of ${rounds}: ${this.done.length} calls done`);
      if (complaints.length > 0) return complaints.map((complaint) => `round ${round}: ${complaint}`);
    }
    await this.#served.kill();
    await this.#served.nothingLeft();
    return this.#served.leftInside().map(({ command, pid }) => `${command} (${pid}) works in the folder still`);
  }

  async #loadAndKill(server: Reachable): Promise<void> {
    for (const customer of this.#customers) customer.live(server);
    await sleep(LIFE_MS[0] + this.#random.integer(LIFE_MS[1]));
    for (const customer of this.#customers) customer.isDown = true;
    await this.#served.kill();
    await Promise.all(this.#customers.map((customer) => customer.silent()));
  }

  /** At once, or when what the last server left has ended. */
  async #recovered(): Promise<Reachable> {
    if (this.#random.next() < SECOND_KILL.chance) {
      this.#served.launch();
      await sleep(this.#random.integer(SECOND_KILL.withinMs));
      await this.#served.kill();
    }
    if (this.#random.next() < 0.5) await this.#served.nothingLeft();
    return this.#served.served();
  }

  async #check(server: Reachable, everything: boolean): Promise<string[]> {
    const integrity = this.#served.integrity();
    const late = sleep(CHECK_MS, ["operations or connections did not come to an end"], { ref: false });
    const checks = this.#customers.map((customer) =>
      customer.check(server, everything).catch((error: unknown) => [`${String(error)}${detailOf(error)}`]),
    );
    const complaints = await Promise.race([Promise.all(checks).then((all) => all.flat()), late]);
    await this.#served.nothingLeft();
    return [...(integrity === "ok" ? [] : [`SQLite: ${integrity}`]), ...complaints];
  }

  async end(): Promise<void> {
    await this.#served.kill();
    await this.#served.nothingLeft();
    await this.#compiled.remove();
    for (const file of ["sockets"]) removeNamed(path.join(this.#folder, "postgres", file));
    fs.rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The folder that a file names: the killed server's, outside of the state folder. */
function removeNamed(file: string): void {
  if (!fs.existsSync(file)) return;
  fs.rmSync(fs.readFileSync(file, "utf8").trim(), { recursive: true, force: true });
}

function detailOf(error: unknown): string {
  const { response } = error as { response?: { data: unknown } };
  return response ? ` ${JSON.stringify(response.data)}` : "";
}
