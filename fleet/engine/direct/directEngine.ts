import { existsSync } from "node:fs";
import path from "node:path";
import type { TenantSpec } from "../../config";
import { handedProgram } from "../../program";
import { changesIn } from "../changes";
import { diagnose, StackError } from "../stackError";
import type { StackEngine, StackOperation, StackResult } from "../stackEngine";
import { prepareWorkFolder, writeStackFile } from "../workFolder";
import type { StackSecrets } from "../../secrets/secretsOf";
import { ErrorOwner, guardErrors } from "./errorOwner";
import { EngineExit, runEngineProcess } from "./engineProcess";
import { serveProgram } from "./programServer";
import { serveProvider } from "./providerServer";
import type { Sdk } from "./sdk";
import { initStack } from "./initStack";
import type { RandomPlugin } from "./randomPlugin";
import { tenantProviders } from "./tenantProviders";

export interface DirectEngineOptions {
  sdk: Sdk;
  /** The fleet's name, which is the Pulumi project's. */
  project: string;
  /** One folder for all tenants; prepared by `prepareWorkFolder`. */
  workFolder: string;
  backendUrl: string;
  secrets: StackSecrets;
  /** The `pulumi` program. */
  program: string;
  /** What every engine process gets. */
  env: Record<string, string>;
  /** Key, organization and host of a tenant's organization, for the provider in this process. */
  apiEnvOf: (spec: TenantSpec) => Record<string, string>;
  /** The one random plugin of the run, for tenants whose passwords it makes; without it the engine starts one per stack. */
  random?: Pick<RandomPlugin, "port" | "close">;
  /** How long one engine process may take, in milliseconds. Default 900,000. */
  limitMs?: number;
  /** How long one that was asked to stop may take before it is killed, in milliseconds. Default 30,000. */
  graceMs?: number;
  /** The program of an operation. Default {@link handedProgram}. */
  programFor?: (operation: StackOperation) => () => Promise<unknown>;
}

/** A process of a second or two needs no garbage collection; a checkpoint of unusual size still gets one. The user's own settings win. */
const lean = { GOGC: "off", GOMEMLIMIT: "512MiB" };

const yes = ["--yes", "--skip-preview"];
const quiet = ["--non-interactive", "--color=never"];

/**
 * One engine process per stack operation and nothing else: the program and its provider run in this process, each operation with a
 * server and a provider of its own, so that neither configuration nor errors of one tenant reach another.
 */
export class DirectEngine implements StackEngine {
  readonly name = "direct";
  private stopGuarding: (() => void) | undefined;

  constructor(private readonly options: DirectEngineOptions) {}

  async run(operation: StackOperation): Promise<StackResult> {
    const { sdk, project } = this.options;
    this.stopGuarding ??= guardErrors();
    const owner = new ErrorOwner((error) => operation.onLine?.(`error that nobody awaited: ${error.message}`));
    const env = this.options.apiEnvOf(operation.spec);
    const providerFor = tenantProviders(operation, { env, project });
    const provider = await serveProvider({ sdk, providerFor, project, owner });
    try {
      const output = await this.withProgram(operation, provider.port, owner);
      return { changes: changesIn(output) };
    } finally {
      provider.close();
    }
  }

  async outputs(stack: string): Promise<Record<string, unknown>> {
    this.writeStackFile(stack);
    const output = await this.cli(
      ["stack", "output", "--json", "--show-secrets", "--stack", stack, "--non-interactive"],
      {},
    );
    return JSON.parse(output) as Record<string, unknown>;
  }

  async cancel(stack: string): Promise<void> {
    await this.cli(["cancel", "--yes", "--stack", stack, ...quiet], {});
  }

  async close(): Promise<void> {
    this.stopGuarding?.();
    this.stopGuarding = undefined;
    await this.options.random?.close();
  }

  /** Refresh and destroy do not run the program; with a server for it they need no language host either. */
  private async withProgram(operation: StackOperation, providerPort: number, owner: ErrorOwner): Promise<string> {
    const { spec, verb, clearPendingCreates } = operation;
    const { sdk, programFor = handedProgram } = this.options;
    if (verb === "up" || verb === "preview") await this.ensureStack(spec.tenant);
    else this.writeStackFile(spec.tenant);
    const program = await serveProgram(sdk, programFor(operation), owner);
    try {
      const inline = [`--client=127.0.0.1:${program.port}`, "--exec-kind", "auto.inline"];
      const display = verb === "up" ? ["--suppress-outputs", "--suppress-progress"] : [];
      const clear = verb === "refresh" && clearPendingCreates ? ["--clear-pending-creates"] : [];
      const args = [verb, ...(verb === "preview" ? [] : yes), ...clear, ...quiet, "--stack", spec.tenant];
      return await this.operate([...args, ...inline, ...display], operation, providerPort);
    } finally {
      program.close();
    }
  }

  private async operate(args: string[], operation: StackOperation, providerPort: number): Promise<string> {
    const attached = [`pulumi-nodejs:${providerPort}`];
    const { random } = this.options;
    if (random && operation.spec.appRoles.length > 0) attached.push(`random:${await random.port()}`);
    return this.cli(args, { PULUMI_DEBUG_PROVIDERS: attached.join(",") }, operation);
  }

  private async cli(args: string[], env: Record<string, string>, operation?: StackOperation): Promise<string> {
    const { program, workFolder, backendUrl, limitMs = 900_000, graceMs } = this.options;
    try {
      return await runEngineProcess(args, {
        program,
        cwd: workFolder,
        env: {
          ...lean,
          ...process.env,
          ...this.options.env,
          PULUMI_BACKEND_URL: backendUrl,
          PULUMI_AUTOMATION_API: "true",
          ...env,
        },
        onLine: operation?.onLine,
        signal: operation?.signal,
        limitMs,
        graceMs,
      });
    } catch (error) {
      throw error instanceof EngineExit ? explain(error, operation?.signal) : error;
    }
  }

  private async ensureStack(stack: string): Promise<void> {
    const { backendUrl, project } = this.options;
    this.writeStackFile(stack);
    if (initStack(backendUrl, project, stack) === "unsupported") {
      // Another kind of backend: making a stack that is there already is told apart by its text.
      await this.cli(["stack", "init", stack, "--no-select", ...quiet], {}).catch((error: unknown) => {
        if (!(error instanceof StackError) || !error.output.includes("already exists")) throw error;
      });
    }
  }

  /** Somebody may have deleted the work folder, at any time: everything in it can be made again. */
  private writeStackFile(stack: string): void {
    const { workFolder, project, secrets } = this.options;
    const parts = ["Pulumi.yaml", "node_modules/@pulumi/pulumi", "node_modules/neon-tenants"];
    if (!parts.every((part) => existsSync(path.join(workFolder, part)))) prepareWorkFolder(workFolder, project);
    writeStackFile(workFolder, stack, secrets);
  }
}

/** Where the direct engine keeps the file of a `pulumi` program. */
export function programIn(binFolder: string): string {
  return path.join(binFolder, process.platform === "win32" ? "pulumi.exe" : "pulumi");
}

function explain(error: EngineExit, signal?: AbortSignal): StackError {
  const found = diagnose(error.output, error);
  if (signal?.aborted && found.kind === "failed") {
    return new StackError("interrupted", "FLEET_INTERRUPTED", "stopped before it ended", found.output, [], {
      cause: error,
    });
  }
  return found;
}
