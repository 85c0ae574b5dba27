import path from "node:path";
import { createProvider, providerKindOf } from "../../../provider";
import { FleetError, type TenantSpec } from "../../config";
import { handedProgram } from "../../program";
import { changesIn } from "../changes";
import { diagnose, StackError } from "../stackError";
import type { StackEngine, StackOperation, StackResult } from "../stackEngine";
import { writeStackFile } from "../workFolder";
import type { StackSecrets } from "../../secrets/secretsOf";
import { EngineExit, runEngineProcess } from "./engineProcess";
import { serveProgram } from "./programServer";
import { serveProvider, type ProviderFor } from "./providerServer";
import type { Sdk } from "./sdk";
import { initStack } from "./initStack";

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
  /** Default 900,000. */
  limitMs?: number;
}

const yes = ["--yes", "--skip-preview"];
const quiet = ["--non-interactive", "--color=never"];

/**
 * One engine process per stack operation and nothing else: the program and its provider run in this process, each operation with a
 * server and a provider of its own, so that neither configuration nor errors of one tenant reach another.
 */
export class DirectEngine implements StackEngine {
  readonly name = "direct";
  constructor(private readonly options: DirectEngineOptions) {}

  async run(operation: StackOperation): Promise<StackResult> {
    const { sdk } = this.options;
    const provider = await serveProvider(sdk, this.providersOf(operation.spec));
    try {
      const output = await (operation.verb === "up" || operation.verb === "preview"
        ? this.withProgram(operation, provider.port)
        : this.withoutProgram(operation, provider.port));
      return { changes: changesIn(output) };
    } finally {
      provider.close();
    }
  }

  async outputs(stack: string): Promise<Record<string, unknown>> {
    writeStackFile(this.options.workFolder, stack, this.options.secrets);
    const output = await this.cli(
      ["stack", "output", "--json", "--show-secrets", "--stack", stack, "--non-interactive"],
      {},
    );
    return JSON.parse(output) as Record<string, unknown>;
  }

  async cancel(stack: string): Promise<void> {
    await this.cli(["cancel", "--yes", "--stack", stack, ...quiet], {});
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async withProgram(operation: StackOperation, providerPort: number): Promise<string> {
    const { spec, mark, fleet, verb } = operation;
    await this.ensureStack(spec.tenant);
    const program = await serveProgram(this.options.sdk, handedProgram({ spec, mark, fleet }));
    try {
      const args = [verb, ...(verb === "up" ? yes : []), ...quiet, "--stack", spec.tenant];
      const inline = [`--client=127.0.0.1:${program.port}`, "--exec-kind", "auto.inline"];
      const display = verb === "up" ? ["--suppress-outputs", "--suppress-progress"] : [];
      return await this.operate([...args, ...inline, ...display], operation, providerPort);
    } finally {
      program.close();
    }
  }

  private withoutProgram(operation: StackOperation, providerPort: number): Promise<string> {
    const { spec, verb, clearPendingCreates } = operation;
    writeStackFile(this.options.workFolder, spec.tenant, this.options.secrets);
    const clear = clearPendingCreates ? ["--clear-pending-creates"] : [];
    return this.operate([verb, ...yes, ...clear, ...quiet, "--stack", spec.tenant], operation, providerPort);
  }

  private async operate(args: string[], operation: StackOperation, providerPort: number): Promise<string> {
    const env = { PULUMI_DEBUG_PROVIDERS: `pulumi-nodejs:${providerPort}` };
    return this.cli(args, env, operation);
  }

  private async cli(args: string[], env: Record<string, string>, operation?: StackOperation): Promise<string> {
    const { program, workFolder, backendUrl, limitMs = 900_000 } = this.options;
    try {
      return await runEngineProcess(args, {
        program,
        cwd: workFolder,
        env: {
          ...process.env,
          ...this.options.env,
          PULUMI_BACKEND_URL: backendUrl,
          PULUMI_AUTOMATION_API: "true",
          ...env,
        },
        onLine: operation?.onLine,
        signal: operation?.signal,
        limitMs,
      });
    } catch (error) {
      throw error instanceof EngineExit ? explain(error, operation?.signal) : error;
    }
  }

  private async ensureStack(stack: string): Promise<void> {
    const { workFolder, secrets, backendUrl, project } = this.options;
    writeStackFile(workFolder, stack, secrets);
    if (initStack(backendUrl, project, stack) === "unsupported") {
      // Another kind of backend: making a stack that is there already is told apart by its text.
      await this.cli(["stack", "init", stack, "--no-select", ...quiet], {}).catch((error: unknown) => {
        if (!(error instanceof StackError) || !error.output.includes("already exists")) throw error;
      });
    }
  }

  /** A state names its provider by a constant text; one that we never wrote is not run. */
  private providersOf(spec: TenantSpec): ProviderFor {
    const env = this.options.apiEnvOf(spec);
    return (text) => {
      const kind = providerKindOf(text);
      if (kind) return createProvider(kind, { env, pulumiProject: this.options.project });
      throw new FleetError("FLEET_PROVIDER_UNKNOWN", "the state holds a resource of a provider that is not ours", {
        hint: "Run this stack with `neon-tenants pulumi`, which starts whatever the program needs.",
      });
    };
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
