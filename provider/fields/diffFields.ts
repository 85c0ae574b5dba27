import { type ChangeClass, changeClasses, type Field, type Fields, leaves } from "./field";
import { hasUnknown, isRecord, sameValue, valueAt, type Values, withValueAt } from "./values";

/** One field that the user set otherwise than before. */
export interface FieldChange {
  readonly path: string;
  readonly from: unknown;
  /** What the field shall be at Neon; undefined where it is left as it is there. */
  readonly to: unknown;
  readonly class: ChangeClass;
  /** True where nothing has to be sent: only what we remember of the user's inputs changes. */
  readonly rememberOnly: boolean;
  /** Why it is refused and what to do, with class `refused`. */
  readonly refusal?: { reason: string; wayOut: string };
}

/**
 * What changed between the user's inputs then (`declared`) and now. `actual` are the outputs: a field that cannot change is compared
 * with what is there, so that declaring it later with the same value is no change. With nothing declared, as of something imported, there
 * is nothing to compare with.
 */
export function diffFields(fields: Fields, actual: Values, declared: Values, news: Values): FieldChange[] {
  return leaves(fields).flatMap(({ path, field }): FieldChange[] => {
    const late = field.createOnly && Object.keys(declared).length > 0;
    const change = diffField(path, field, actual, valueAt(declared, path), valueAt(news, path), late);
    return change ? [change] : [];
  });
}

function diffField(
  path: string,
  field: Field<unknown>,
  actual: Values,
  from: unknown,
  to: unknown,
  late: boolean,
): FieldChange | undefined {
  if (sameValue(from, to, field.asSet)) return undefined;
  if (to === undefined) return removal(path, field, from);
  if (hasUnknown(to)) return { path, from, to, class: "inPlace", rememberOnly: false };
  const before = from ?? valueAt(actual, path);
  const changeClass = classOf(field, before, to);
  if (changeClass !== "refused") return { path, from, to, class: changeClass, rememberOnly: false };
  // Outputs that do not hold the field say nothing about it; the API then has the last word.
  if ((before === undefined && !late) || sameValue(before, to))
    return { path, from, to, class: "inPlace", rememberOnly: true };
  return { path, from: before, to, class: "refused", rememberOnly: true, refusal: field.refusal };
}

function removal(path: string, field: Field<unknown>, from: unknown): FieldChange {
  const { removed } = field;
  if (removed === "leftAlone") return { path, from, to: undefined, class: "inPlace", rememberOnly: true };
  if (removed === "refused") {
    // What was written as the default may be removed: nothing is opened by it.
    const harmless = from === "any";
    return {
      path,
      from,
      to: undefined,
      class: harmless ? "inPlace" : "refused",
      rememberOnly: true,
      refusal: field.refusal,
    };
  }
  const same = sameValue(from, removed.to, field.asSet);
  const changeClass = same ? "inPlace" : classOf(field, from, removed.to);
  return { path, from, to: removed.to, class: changeClass, rememberOnly: same || field.api === undefined };
}

/** Class functions take valid values; what an old state or a wrong input holds instead says nothing about the direction. */
function classOf(field: Field<unknown>, from: unknown, to: unknown): ChangeClass {
  const isValid = (value: unknown): boolean => field.schema.safeParse(value).success;
  if (to !== null && !isValid(to)) return "inPlace";
  return field.change(isValid(from) ? from : undefined, to);
}

/** What a secret that is compared is called wherever a change is shown. */
const hidden = "[secret]";

/**
 * The secret inputs that changed. They are not in `declared`: they are compared with the outputs of the same name, which hold what was
 * applied. The values stay out of the change.
 */
export function diffSecrets(fields: Fields, outputs: Values, news: Values): FieldChange[] {
  return leaves(fields).flatMap(({ path, field }): FieldChange[] => {
    const to = valueAt(news, path);
    if (!field.secret || to === undefined || sameValue(valueAt(outputs, path), to)) return [];
    return [{ path, from: hidden, to: hidden, class: "inPlace", rememberOnly: false }];
  });
}

/** The class that hurts most; undefined without changes. */
export function worstClass(changes: readonly FieldChange[]): ChangeClass | undefined {
  const ranks = changes.map((change) => changeClasses.indexOf(change.class));
  return ranks.length === 0 ? undefined : changeClasses[Math.max(...ranks)];
}

/** The user's inputs as they go into the output `declared`: the declared fields and nothing else, secrets left out. */
export function declaredOf(fields: Fields, inputs: Values): Values {
  return leaves(fields).reduce<Values>((declared, { path, field }) => {
    const value = field.secret ? undefined : valueAt(inputs, path);
    return value === undefined ? declared : withValueAt(declared, path, value);
  }, {});
}

/**
 * `declared` brought up to what is at Neon: a field that the user set and that is otherwise there takes the value found, so that a
 * refresh shows the drift and the next `up` repairs it. Fields that were not looked at stay.
 */
export function driftedDeclared(fields: Fields, declared: Values, observed: Values): Values {
  return leaves(fields).reduce<Values>((result, { path, field }) => {
    const then = valueAt(declared, path);
    const now = valueAt(observed, path);
    if (then === undefined || now === undefined || sameValue(then, now, field.asSet)) return result;
    return withValueAt(result, path, now);
  }, declared);
}

/** The fields in which what is at Neon differs from what the user set. */
export function driftOf(fields: Fields, declared: Values, observed: Values): FieldChange[] {
  const drifted = driftedDeclared(fields, declared, observed);
  return leaves(fields).flatMap(({ path, field }): FieldChange[] => {
    const from = valueAt(drifted, path);
    const to = valueAt(declared, path);
    if (sameValue(from, to, field.asSet)) return [];
    return [{ path, from, to, class: classOf(field, from, to), rememberOnly: false, refusal: field.refusal }];
  });
}

/** The output `declared` of a resource, empty where a state does not have it. */
export function declaredIn(outputs: Values): Values {
  return isRecord(outputs.declared) ? outputs.declared : {};
}
