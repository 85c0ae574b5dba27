import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { parseCheckpoint, type Checkpoint } from "../../../fleet/engine/checkpoint";
import type { LocalNeon } from "../../../local";
import type { Ran } from "../../engine/fleet/fleetFixture";
import type { Random } from "./random";

const root = path.resolve(__dirname, "../../..");
const cli = path.join(root, "dist", "fleet", "cli", "main.js");

/** A story changes plans at random: whatever hurts is meant. */
const allow = ["--allow", "restartsCompute,reducesProtection,maySuspend"];

/** How one apply ended. */
export interface Applied {
  code: number | null;
  states: Record<string, string>;
  /** Code and sentence of what failed, by tenant. */
  errors: Record<string, string>;
  output: string;
}

export interface ChaosFleetOptions {
  /** Its own folder: project file, `tenants.yaml`, ledger, and its own backend. */
  folder: string;
  /** The `fleet` of its file: its ownership mark. */
  uuid: string;
  passphrase: string;
  neon: LocalNeon;
  /** Added to the environment of every command. */
  env?: NodeJS.ProcessEnv;
}

/** One of several fleets at the same Neon organization; everything goes through the command line. */
export class ChaosFleet {
  readonly #running = new Set<ChildProcess>();

  /** Goes on where there is a folder already. */
  constructor(readonly options: ChaosFleetOptions) {
    const { folder } = options;
    const scope = path.join(folder, "node_modules", "@pulumi");
    mkdirSync(scope, { recursive: true });
    link(root, path.join(folder, "node_modules", "neon-tenants"));
    for (const name of ["pulumi", "random"]) {
      link(path.join(root, "node_modules", "@pulumi", name), path.join(scope, name));
    }
    const settings = "name: shop\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n";
    writeFileSync(path.join(folder, "Pulumi.yaml"), settings);
    writeFileSync(path.join(folder, "index.js"), 'module.exports = require("neon-tenants/fleet").tenantProgram;\n');
  }

  write(tenants: Record<string, object>): void {
    const fleet = {
      name: "shop",
      fleet: this.options.uuid,
      secrets: { provider: "passphrase" },
      defaults: { plan: "small", region: "aws-eu-central-1", database: "app" },
      plans: {
        small: { compute: { min: 0.25, max: 0.5, suspend: "5m" }, quota: { computeTime: "10h" } },
        big: { compute: { min: 1, max: 4, suspend: "10m" }, history: "7d", quota: { computeTime: "unlimited" } },
      },
      tenants,
    };
    writeFileSync(path.join(this.options.folder, "tenants.yaml"), stringify(fleet));
  }

  start(args: string[]): { child: ChildProcess; ran: Promise<Ran>; soFar: () => string } {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: this.options.folder,
      env: this.env(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    const ran: Ran = { code: null, stdout: "", stderr: "", output: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => ((ran.stdout += text), (ran.output += text)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => ((ran.stderr += text), (ran.output += text)));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ ...ran, code }));
    }).finally(() => this.#running.delete(child));
    return { child, ran: ended, soFar: () => ran.output };
  }

  run(args: string[]): Promise<Ran> {
    return this.start(args).ran;
  }

  async apply(...more: string[]): Promise<Applied> {
    const { code, stdout, output } = await this.run(["apply", "--json", ...allow, ...more]);
    if (!stdout.startsWith("{")) throw new Error(`apply ended with ${code} and no report:\n${output}`);
    const { outcomes } = JSON.parse(stdout) as {
      outcomes: { tenant: string; state: string; error?: { code: string; message: string } }[];
    };
    const states: Record<string, string> = {};
    const errors: Record<string, string> = {};
    for (const { tenant, state, error } of outcomes) {
      states[tenant] = state;
      if (error) errors[tenant] = `${error.code}: ${error.message}`;
    }
    return { code, output, states, errors };
  }

  /**
   * Starts an apply and kills it with -9 at a random moment of its work; false where it ended before. `spreadMs` is how long after the
   * first tenant was begun the kill may come.
   */
  async applyAndKill(random: Random, spreadMs: number, ...more: string[]): Promise<boolean> {
    const { child, ran, soFar } = this.start(["apply", ...allow, ...more]);
    let over = false;
    void ran.then(() => (over = true));
    while (!over && soFar() === "") await sleep(10);
    for (const until = Date.now() + random.next() * spreadMs; !over && Date.now() < until;) await sleep(10);
    const killed = child.kill("SIGKILL");
    await ran;
    return killed && child.signalCode === "SIGKILL";
  }

  /** Everything that the driver remembers, without the state. */
  deleteLedger(): void {
    rmSync(path.join(this.options.folder, ".neon-tenants", "ledger.jsonl"), { force: true });
  }

  /** What Pulumi's state says of a tenant. */
  checkpoint(tenant: string): Checkpoint | undefined {
    const file = path.join(this.options.folder, "backend", ".pulumi", "stacks", "shop", `${tenant}.json`);
    return parseCheckpoint(readFileSync(file), "");
  }

  /** Every file of the fleet, linked packages left out, by its text. */
  files(folder = this.options.folder): [file: string, text: string][] {
    return readdirSync(folder)
      .filter((name) => name !== "node_modules")
      .flatMap((name): [string, string][] => {
        const file = path.join(folder, name);
        return statSync(file).isDirectory() ? this.files(file) : [[file, readFileSync(file, "utf8")]];
      });
  }

  /** Ends what a failed test left running. */
  async stop(): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    while (this.#running.size > 0) await sleep(10);
  }

  private env(): NodeJS.ProcessEnv {
    const { neon, folder, passphrase } = this.options;
    return {
      ...process.env,
      NEON_API_KEY: neon.apiKey,
      NEON_API_HOST: neon.apiHost,
      NEON_ORG_ID: undefined,
      NEON_TENANTS_FILE: undefined,
      NEON_TENANTS_REVISION: undefined,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_BACKEND_URL: `file://${path.join(folder, "backend")}`,
      ...this.options.env,
    };
  }
}

function link(target: string, file: string): void {
  rmSync(file, { force: true });
  symlinkSync(target, file);
}
