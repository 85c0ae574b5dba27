#!/usr/bin/env node
import "./checkNode";
import "./compileCache";
import { Command } from "commander";
import { addFleetCommands } from "./fleetCommands";
import { addLocalCommand } from "./localCommand";
import { addEngineCommand, addPulumiCommand } from "./pulumiCommand";
import { reportFailure } from "./reportFailure";
import { programVersion } from "../version";

const exitCodes = `
Exit codes: 0 done; 1 some tenants failed; 2 bad input, nothing was changed; 3 unlisted tenants, drift or an alert; 130 interrupted.`;

/** The command line: every command is a function of `neon-tenants/fleet` and a page of text. */
export function createProgram(): Command {
  const program = new Command("neon-tenants")
    .description("A Neon Postgres database of their own for every customer in tenants.yaml.")
    .version(programVersion)
    .option(
      "-f, --file <file>",
      "the fleet file (default: NEON_TENANTS_FILE, ./tenants.yaml, or beside the program of Pulumi.yaml)",
    )
    .enablePositionalOptions()
    // Commands take it over when they are added: a wrong option of one is bad input too.
    .exitOverride()
    .showHelpAfterError("(neon-tenants --help shows every command)")
    .addHelpText("after", exitCodes);
  addFleetCommands(program);
  addPulumiCommand(program);
  addEngineCommand(program);
  addLocalCommand(program);
  return program;
}

if (require.main === module) {
  createProgram()
    .parseAsync()
    .catch((error: unknown) => {
      process.exitCode = reportFailure(error, process.stderr);
    });
}
