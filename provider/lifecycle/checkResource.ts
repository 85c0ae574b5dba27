import { NeonError } from "../api/errors";
import {
  checkFields,
  declaredIn,
  declaredOf,
  diffFields,
  diffSecrets,
  type FieldChange,
  type Fields,
  type Problem,
  type Values,
} from "../fields";

/** Places that Neon itself may have changed, which only a look tells: `diff` refuses a move of the user's. */
const places = ["projectId", "branchId", "parentId"];

/** The problems of one resource's inputs, with those of a change that Neon cannot make where old inputs are given. */
export function checkResource(fields: Fields, olds: Values, news: Values): Problem[] {
  const problems = checkFields(fields, newsOf(fields, news));
  const wrong = new Set(problems.map((problem) => problem.path));
  if (Object.keys(olds).length === 0) return problems;
  const refused = diffFields(fields, {}, olds, news).filter((change) => change.class === "refused");
  return [
    ...problems,
    ...refused
      .filter((change) => !wrong.has(change.path) && !places.includes(change.path))
      .map((change) => ({ path: change.path, reason: `NEON_IMMUTABLE: ${sentence(change)}` })),
  ];
}

/** What changed; throws `NEON_IMMUTABLE` naming every field that cannot. */
export function diffResource(fields: Fields, outputs: Values, news: Values): FieldChange[] {
  const changes = [
    ...diffFields(fields, outputs, declaredIn(outputs), declaredOf(fields, news)),
    ...diffSecrets(fields, outputs, news),
  ];
  refuse(changes);
  return changes;
}

/** Throws `NEON_IMMUTABLE` where any change is refused. */
export function refuse(changes: readonly FieldChange[]): void {
  const refused = changes.filter((change) => change.class === "refused");
  if (refused.length === 0) return;
  throw new NeonError("NEON_IMMUTABLE", refused.map(sentence).join(" "));
}

function sentence({ path, from, to, refusal }: FieldChange): string {
  const what =
    to === undefined ? `${path} cannot be removed` : `${path} cannot change from ${show(from)} to ${show(to)}`;
  return refusal ? `${what}: ${refusal.reason}. ${refusal.wayOut}` : `${what}.`;
}

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** What is not the user's is not checked as theirs. */
const foreign = new Set(["__provider", "mark"]);

function newsOf(fields: Fields, news: Values): Values {
  return Object.fromEntries(Object.entries(news).filter(([key]) => key in fields || !foreign.has(key)));
}
