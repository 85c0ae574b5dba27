import { crossChecks, saltCheck } from "./crossChecks";
import type { Fleet } from "./fleet";
import { FleetConfigError } from "./fleetError";
import { fleetSchema, type FleetFile } from "./fleetSchema";
import { inOrder } from "./inOrder";
import { parseLeniently } from "./parseLeniently";
import type { Problem } from "./problem";
import { readSource } from "./readSource";
import { readState, stateFileOf } from "./stateFile";
import { toFleet } from "./toFleet";
import { overlaps } from "./overlaps";

/**
 * Reads a fleet file (YAML, or JSON, which is YAML too) and the facts beside it, checks them, and brings them into API units.
 * Throws a {@link FleetConfigError} that holds every problem of both files. It calls nothing and writes nothing.
 */
export function loadFleet(file: string): Fleet {
  const { source, problems } = readSource(file);
  const stateFile = stateFileOf(file);
  const state = readState(stateFile);
  problems.push(...source.problems);
  const parsed = isReadable(source.value, problems) ? parseLeniently(fleetSchema, source) : undefined;
  const sound = parsed?.value ?? {};
  if (parsed !== undefined) {
    const isCut = overlaps(parsed.cut);
    problems.push(...parsed.problems, ...crossChecks(sound, source, isCut));
  }
  problems.push(...state.problems, ...saltCheck(sound, state.value, state.source));
  if (problems.length > 0) throw new FleetConfigError(inOrder(problems, [file, stateFile]));
  const order = { tenants: source.keysOf(["tenants"]), organizations: source.keysOf(["organizations"]) };
  return toFleet({ file, stateFile }, sound as FleetFile, state.value, order);
}

/** After an error of YAML itself there is nothing to check; findings about keys and aliases leave a value behind. */
function isReadable(value: unknown, problems: readonly Problem[]): boolean {
  return value !== undefined || problems.length === 0;
}
