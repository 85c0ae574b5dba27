import { basename, dirname, extname, join } from "node:path";
import { parseLeniently } from "./parseLeniently";
import type { Problem } from "./problem";
import { readSource } from "./readSource";
import { stateSchema, type StateFile } from "./stateSchema";
import type { YamlSource } from "./yamlSource";

/** The facts beside a fleet file: `tenants.state.yaml` for `tenants.yaml` and for `tenants.json`. */
export function stateFileOf(file: string): string {
  return join(dirname(file), `${basename(file, extname(file))}.state.yaml`);
}

/** The facts, checked. A file that is not there, or empty, holds none. */
export function readState(file: string): { value: Partial<StateFile>; source: YamlSource; problems: Problem[] } {
  const { source, problems } = readSource(file, { optional: true });
  const all = [...problems, ...source.problems];
  if (source.value === undefined || source.value === null) return { value: {}, source, problems: all };
  const parsed = parseLeniently(stateSchema, source);
  return { value: parsed.value ?? {}, source, problems: [...all, ...parsed.problems] };
}
