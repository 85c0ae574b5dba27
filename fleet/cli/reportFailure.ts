import { CommanderError } from "commander";
import { isNeonError } from "../../provider/api";
import { isFleetError } from "../config";
import { StackError } from "../engine/stackError";

/** A file that lost tenants is no bad input but a finding, like the tenants it lost. */
const exitCodes: Record<string, number> = { FLEET_TENANTS_LOST: 3 };

/** Prints an error as its reader needs it and returns the exit code: a user's error without a stack, ours with one. */
export function reportFailure(error: unknown, stream: NodeJS.WritableStream): number {
  // Commander has printed its own message already; help and version end well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isFleetError(error)) {
    stream.write(`${error.code}: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`);
    return exitCodes[error.code] ?? 2;
  }
  if (isNeonError(error)) {
    stream.write(`${error.message}\n`);
    return 1;
  }
  if (error instanceof StackError) {
    stream.write(`${error.code}: ${error.message}\n`);
    return 1;
  }
  if (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^(NEON|LOCAL)_/.test(error.code)
  ) {
    stream.write(`${error.message.startsWith(error.code) ? "" : `${error.code}: `}${error.message}\n`);
    return 2;
  }
  stream.write(`FLEET_UNEXPECTED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
