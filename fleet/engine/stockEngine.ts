import path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { FleetError, type TenantSpec } from "../config";
import type { StackSecrets } from "../secrets/secretsOf";
import type { HandedTenant } from "../program";
import { diagnose, StackError } from "./stackError";
import type { StackEngine, StackOperation, StackResult } from "./stackEngine";
import { prepareWorkFolder, writeStackFile } from "./workFolder";

export interface StockEngineOptions {
  /** The fleet's name, which is the Pulumi project's. */
  project: string;
  /** Folder for one work folder per tenant. */
  workFolder: string;
  backendUrl: string;
  secrets: StackSecrets;
  pulumi: PulumiCommand;
  /** What an engine process gets: `PATH`, `PULUMI_HOME`, API key and host of the tenant's organization, rate share. */
  envOf: (spec: TenantSpec | undefined) => Record<string, string>;
}

/**
 * The public Automation API and nothing else: the program runs in the engine's own language host, as under `pulumi up`, because
 * concurrent inline programs of one process fail each other. One work folder per tenant, because the CLI keeps the selected stack
 * per folder.
 */
export class StockEngine implements StackEngine {
  readonly name = "stock";
  constructor(private readonly options: StockEngineOptions) {}

  async run(operation: StackOperation): Promise<StackResult> {
    let output = "";
    const onOutput = (text: string): void => {
      output += text;
      for (const line of text.split("\n")) if (line.trim()) operation.onLine?.(line);
    };
    const common = { onOutput, onError: onOutput, color: "never" as const, signal: operation.signal };
    try {
      const stack = await this.stack(operation);
      switch (operation.verb) {
        case "up": {
          const result = await stack.up({ ...common, suppressOutputs: true });
          return { changes: { ...result.summary.resourceChanges } };
        }
        case "preview": {
          const result = await stack.preview(common);
          return { changes: { ...result.changeSummary } };
        }
        case "refresh": {
          const result = await stack.refresh({
            ...common,
            clearPendingCreates: operation.clearPendingCreates ?? false,
          });
          return { changes: { ...result.summary.resourceChanges } };
        }
        case "destroy": {
          const result = await stack.destroy(common);
          return { changes: { ...result.summary.resourceChanges } };
        }
      }
    } catch (error) {
      throw explain(error, output, operation.signal);
    }
  }

  async outputs(stack: string): Promise<Record<string, unknown>> {
    try {
      const selected = await LocalWorkspace.selectStack(
        { stackName: stack, workDir: this.folder(stack) },
        this.workspace(),
      );
      const outputs = await selected.outputs();
      return Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, output.value as unknown]));
    } catch (error) {
      if (error instanceof StackNotFoundError) {
        throw new FleetError("FLEET_NOT_APPLIED", `tenant ${stack} has no stack yet`, {
          hint: `Run neon-tenants apply --only ${stack} first.`,
          cause: error,
        });
      }
      throw explain(error, "");
    }
  }

  async cancel(stack: string): Promise<void> {
    const selected = await LocalWorkspace.selectStack(
      { stackName: stack, workDir: this.folder(stack) },
      this.workspace(),
    );
    await selected.cancel();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private stack({ verb, spec, mark, fleet }: StackOperation): Promise<Stack> {
    const stackName = spec.tenant;
    const args = { stackName, workDir: this.folder(stackName) };
    const options = this.workspace(spec, {
      NEON_TENANTS_SPEC: JSON.stringify({ spec, mark, fleet } satisfies HandedTenant),
    });
    return verb === "destroy" || verb === "refresh"
      ? LocalWorkspace.selectStack(args, options)
      : LocalWorkspace.createOrSelectStack(args, options);
  }

  private folder(stack: string): string {
    const folder = path.join(this.options.workFolder, stack);
    prepareWorkFolder(folder, this.options.project);
    writeStackFile(folder, stack, this.options.secrets);
    return folder;
  }

  private workspace(spec?: TenantSpec, extra: Record<string, string> = {}) {
    const { envOf, backendUrl, pulumi } = this.options;
    return { pulumiCommand: pulumi, envVars: { ...envOf(spec), PULUMI_BACKEND_URL: backendUrl, ...extra } };
  }
}

function explain(error: unknown, output: string, signal?: AbortSignal): StackError {
  const text = error instanceof Error ? error.message : String(error);
  const found = diagnose(`${output}\n${text}`, error);
  if (signal?.aborted && found.kind === "failed") {
    return new StackError("interrupted", "FLEET_INTERRUPTED", "stopped before it ended", found.output, [], {
      cause: error,
    });
  }
  return found;
}

/** The `pulumi` program of a folder, as the Automation API wants it; its version was checked when it was found. */
export function pulumiCommandIn(binFolder: string): Promise<PulumiCommand> {
  return PulumiCommand.get({ root: path.dirname(binFolder), skipVersionCheck: true });
}
