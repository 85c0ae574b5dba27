import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { type LocalNeon, type LocalNeonOptions, startLocalNeon } from "../../../local";
import { createNeonApi, type NeonApi } from "../../../provider/api";

const root = path.resolve(__dirname, "../../..");
const cli = path.join(root, "dist", "fleet", "cli", "main.js");

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both, as a person sees them. */
  output: string;
}

/** Fails with everything that was printed, so that a red test says why. */
export function expectCode(ran: Ran, code: number): void {
  if (ran.code !== code) throw new Error(`expected exit code ${code}, got ${ran.code}:\n${ran.output}`);
}

/** A fleet of its own in a temporary folder, as a user keeps it, against a local Neon of its own; everything through the command line. */
export class FleetFixture {
  readonly passphrase = `canary-passphrase-${Math.random().toString(36).slice(2)}`;

  private constructor(
    readonly folder: string,
    public neon: LocalNeon,
  ) {}

  get api(): NeonApi {
    const { apiKey, apiHost, orgId } = this.neon;
    return createNeonApi({ apiKey, baseUrl: apiHost, orgId });
  }

  static async start(options: LocalNeonOptions = {}): Promise<FleetFixture> {
    const folder = mkdtempSync(path.join(tmpdir(), "fleet-"));
    const fixture = new FleetFixture(folder, await startLocalNeon({ pgPort: 0, ...options }));
    fixture.prepare(folder);
    return fixture;
  }

  async stop(): Promise<void> {
    await this.neon.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops the local Neon and starts it again with the same data at the same address. It needs a `stateFolder`. */
  async restart(options: LocalNeonOptions & { stateFolder: string }): Promise<void> {
    const port = Number(new URL(this.neon.apiHost).port);
    await this.neon.close();
    this.neon = await startLocalNeon({ pgPort: 0, port, ...options });
  }

  /** Project file, program and the package, as after `npm install neon-tenants`. */
  prepare(folder: string): void {
    mkdirSync(path.join(folder, "node_modules", "@pulumi"), { recursive: true });
    symlinkSync(root, path.join(folder, "node_modules", "neon-tenants"));
    for (const name of ["pulumi", "random"]) {
      symlinkSync(path.join(root, "node_modules", "@pulumi", name), path.join(folder, "node_modules", "@pulumi", name));
    }
    this.prepareProjectFile(folder);
    this.program('module.exports = require("neon-tenants/fleet").tenantProgram;', folder);
  }

  prepareProjectFile(folder = this.folder, name = "shop"): void {
    const settings = `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`;
    writeFileSync(path.join(folder, "Pulumi.yaml"), settings);
  }

  program(text: string, folder = this.folder): void {
    writeFileSync(path.join(folder, "index.js"), `${text}\n`);
  }

  /** Writes `tenants.yaml` with these entries. */
  write(tenants: Record<string, object>): void {
    const fleet = {
      name: "shop",
      fleet: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10",
      secrets: { provider: "passphrase" },
      defaults: { plan: "small", region: "aws-eu-central-1", database: "app" },
      plans: {
        small: { compute: { min: 0.25, max: 0.5, suspend: "5m" }, quota: { computeTime: "10h" } },
        big: { compute: { min: 1, max: 4, suspend: "never" }, history: "7d", quota: { computeTime: "unlimited" } },
      },
      tenants,
    };
    writeFileSync(path.join(this.folder, "tenants.yaml"), stringify(fleet));
  }

  /** The environment of a user's shell. */
  env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      ...process.env,
      NEON_API_KEY: this.neon.apiKey,
      NEON_API_HOST: this.neon.apiHost,
      NEON_ORG_ID: undefined,
      NEON_TENANTS_FILE: undefined,
      PULUMI_CONFIG_PASSPHRASE: this.passphrase,
      PULUMI_BACKEND_URL: `file://${path.join(this.folder, "backend")}`,
      ...more,
    };
  }

  /** Starts `neon-tenants …` in the fleet's folder. */
  start(args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): ChildProcess & { ran: Promise<Ran> } {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: options.cwd ?? this.folder,
      env: this.env(options.env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ran: Ran = { code: null, stdout: "", stderr: "", output: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => ((ran.stdout += text), (ran.output += text)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => ((ran.stderr += text), (ran.output += text)));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ ...ran, code }));
    });
    return Object.assign(child, { ran: ended });
  }

  /** Runs `neon-tenants …` to its end. */
  run(args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Promise<Ran> {
    return this.start(args, options).ran;
  }

  /** Runs `neon-tenants pulumi …`: the plain CLI. */
  pulumi(args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Promise<Ran> {
    return this.run(["pulumi", ...args], options);
  }

  /** The names of all projects at the local Neon, sorted. */
  async projectNames(): Promise<string[]> {
    return (await this.api.listProjects()).map((project) => project.name).sort();
  }

  /** The state of each tenant after `apply --json`. */
  async apply(...args: string[]): Promise<{ states: Record<string, string>; ran: Ran }> {
    const ran = await this.run(["apply", "--json", ...args]);
    const { outcomes } = JSON.parse(ran.stdout) as { outcomes: { tenant: string; state: string }[] };
    return { ran, states: Object.fromEntries(outcomes.map(({ tenant, state }) => [tenant, state])) };
  }

  /** Every file under the fleet's folder, linked packages left out, by its text. */
  files(folder = this.folder): Map<string, string> {
    const found = new Map<string, string>();
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (name === "node_modules") continue;
      if (statSync(file).isDirectory()) for (const [inner, text] of this.files(file)) found.set(inner, text);
      else found.set(file, readFileSync(file, "utf8"));
    }
    return found;
  }
}
