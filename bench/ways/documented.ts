import path from "node:path";
import { LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import { openFleet, specHash } from "../../fleet";
import { prepareWorkFolder } from "../../fleet/engine/workFolder";
import { handedProgram } from "../../fleet/program";
import { checkChanges, type Changes, type Job } from "./job";

/**
 * The Automation API as Pulumi's documentation shows it: an inline program, one stack after another, `up` and then `outputs`. The work
 * folder is one in which the packages are found: in the default one the engine never ends.
 */
export async function runDocumented({ phase, fleetFile, workFolder }: Job): Promise<void> {
  const { fleet, specs, revision, programVersion } = openFleet({ file: fleetFile, cwd: path.dirname(fleetFile) });
  prepareWorkFolder(workFolder, fleet.name);
  const secretsProvider = fleet.secrets.provider === "passphrase" ? undefined : fleet.secrets.provider;
  for (const [stackName, spec] of specs) {
    const mark = { hash: specHash(spec, programVersion), revision, version: programVersion };
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: fleet.name, program: handedProgram({ spec, mark, fleet: fleet.fleet }) },
      { workDir: workFolder, secretsProvider },
    );
    checkChanges(stackName, phase, await operate(stack, phase));
  }
}

async function operate(stack: Stack, phase: Job["phase"]): Promise<Changes> {
  if (phase === "refresh") return (await stack.refresh()).summary.resourceChanges ?? {};
  if (phase === "destroy") return (await stack.destroy()).summary.resourceChanges ?? {};
  const { summary } = await stack.up();
  checkOutputs(stack.name, await stack.outputs());
  return summary.resourceChanges ?? {};
}

function checkOutputs(stackName: string, outputs: OutputMap): void {
  const uri: unknown = outputs.directUri?.value;
  if (typeof uri !== "string" || !uri.startsWith("postgres")) throw new Error(`${stackName} has no connection string`);
}
