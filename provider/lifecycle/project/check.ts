import { computeLimitProblems, declaredIn, isRecord, type Problem, projectFields, type Values } from "../../fields";
import { checkResource } from "../checkResource";
import type { Checked } from "../context";
import { markIn, markProblems, nameKey, placeKey } from "../mark";
import type { RunMemory } from "../runMemory";
import { normalizeProjectInputs } from "./requests";
import { replaceSentence } from "./replacement";

/** Every problem of a project's inputs at once, changes that Neon cannot make included. */
export function checkProject(run: RunMemory, olds: Values, news: Values): Checked {
  const inputs = normalizeProjectInputs(news);
  keepAdopted(run, inputs);
  const problems = [
    ...checkResource(projectFields, normalizeProjectInputs(olds), inputs),
    ...markProblems(inputs),
    ...(isRecord(inputs.compute) ? computeLimitProblems(inputs.compute, "compute.") : []),
    ...ipListProblems(inputs),
    ...replaceProblems(run, olds, inputs),
  ];
  return { inputs, problems };
}

function ipListProblems({ allowedIps, allowedIpsProtectedBranchesOnly: only }: Values): Problem[] {
  if (only === undefined || only === null || (allowedIps !== undefined && allowedIps !== null)) return [];
  return [{ path: "allowedIpsProtectedBranchesOnly", reason: "needs allowedIps, the list that it narrows" }];
}

/**
 * An adopted project carries no mark, so a rename in the program adopts it a second time. The former entry of the state then goes,
 * in this run or a later one, and must not take the project with it.
 */
function keepAdopted(run: RunMemory, { adopt, name, ...inputs }: Values): void {
  if (!isRecord(adopt)) return;
  const reason = "the program adopts it under another resource name; use an alias for a rename";
  const mark = markIn(inputs);
  if (typeof adopt.projectId === "string") run.refuseDelete(adopt.projectId, reason);
  if (adopt.byName === true && mark && typeof name === "string") run.refuseDelete(nameKey(mark, name), reason);
}

function replaceProblems(run: RunMemory, olds: Values, news: Values): Problem[] {
  const mark = markIn(news);
  const key = mark && placeKey(mark);
  if (Object.keys(olds).length > 0) {
    const oldMark = markIn(olds);
    run.noteKnown([...(key ? [key] : []), ...(oldMark ? [placeKey(oldMark)] : [])]);
    return [];
  }
  if (!mark || !key) return [];
  run.noteNew([key, ...(typeof news.name === "string" ? [nameKey(mark, news.name)] : [])]);
  return run.isKnown(key) ? [{ path: "name", reason: `NEON_REPLACE_REFUSED: ${replaceSentence}` }] : [];
}

/** True where a delete of this project is half of a replacement in the same run. */
export function isReplacement(run: RunMemory, outputs: Values): boolean {
  const mark = markIn(outputs);
  if (!mark) return false;
  const names = [outputs.name, declaredIn(outputs).name].filter((name) => typeof name === "string");
  return run.wasCheckedAsNew([placeKey(mark), ...names.map((name) => nameKey(mark, name))]);
}
