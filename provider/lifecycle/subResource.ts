import type { Operation } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../api/errors";
import { outcomeOf } from "../api/operations";
import { declaredOf, type FieldChange, type Fields, type Values, withValueAt } from "../fields";
import type { Created, LifecycleContext } from "./context";
import { PartialFailure, withProvider } from "./partialFailure";

/** Outputs without the text that names the implementation. */
export function stateOf(outputs: Values): Values {
  const { __provider: _text, ...state } = outputs;
  return state;
}

/** A text output or input; `""` where it is missing, which no call of the API takes for an id. */
export function text(values: Values, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}

/**
 * The parts of an id such as `project/branch/name`, by their names; the last part takes what is left, because names of roles and
 * databases may hold slashes. The state wins over the id, which keeps the name that a database had when it was made.
 */
export function placeOf<K extends string>(id: string, outputs: Values, names: readonly K[]): Record<K, string> {
  const parts = id.split("/");
  const place = names.map((name, index): [string, string] => {
    const part = index === names.length - 1 ? parts.slice(index).join("/") : (parts[index] ?? "");
    return [name, text(outputs, name) || part];
  });
  const missing = place.filter(([, value]) => value === "").map(([name]) => name);
  if (missing.length > 0) {
    throw new NeonError("NEON_INVALID_INPUT", `the id "${id}" does not name ${missing.join(" and ")}`, {
      hint: `It must look like ${names.map((name) => `{${name}}`).join("/")}.`,
    });
  }
  return Object.fromEntries(place) as Record<K, string>;
}

/** Waits for the operations of a create; where they fail, what was made is kept in the state. */
export async function finished(
  context: LifecycleContext,
  made: Created,
  operations: readonly Operation[],
  inputs: Values,
): Promise<Created> {
  return keeping(made.id, made.outputs, inputs, async () => {
    await context.api.waitForOperations(operations);
    return made;
  });
}

/** Runs a step of a create or update; where it fails, the given outputs are kept in the state. */
export async function keeping<T>(id: string, outputs: Values, inputs: Values, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new PartialFailure(id, withProvider(outputs, inputs), error);
  }
}

/** Waits for what still runs in a project: an update without a change follows a create or update that failed half-way. */
export async function waitForRunning(context: LifecycleContext, projectId: string): Promise<void> {
  const operations = await context.api.listOperations(projectId);
  await context.api.waitForOperations(operations.filter((operation) => outcomeOf(operation.status) === "pending"));
}

/** What a change shall lead to: the inputs now, with the values that removed fields go back to. */
export function targetOf(fields: Fields, news: Values, changes: readonly FieldChange[]): Values {
  return changes.reduce(
    (values, { path, to }) => (to === undefined ? values : withValueAt(values, path, to)),
    declaredOf(fields, news),
  );
}

/** The result of a read; undefined where Neon does not know the thing. */
export async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNeonError(error) && error.code === "NEON_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Refuses a delete of what this run took over, and of what holds data and was not unlocked by an earlier `up`. */
export function refuseLockedDelete(
  context: LifecycleContext,
  id: string,
  lock: { what: string; open: boolean; unlock: string; why?: string },
): void {
  const refusal = context.run.refusalOf(id);
  if (refusal !== undefined) {
    throw new NeonError("NEON_DELETE_PROTECTED", `${lock.what} is not deleted in this run: ${refusal}`, {
      hint: "Use an alias for a rename; to forget a stale entry use `pulumi state delete`, which deletes nothing at Neon.",
    });
  }
  if (lock.open) return;
  throw new NeonError(
    "NEON_DELETE_PROTECTED",
    `${lock.what} ${lock.why ?? "may hold a customer's data"} and is locked`,
    {
      hint: `To delete it, write ${lock.unlock} and run \`pulumi up\`; then destroy, or remove it and run \`pulumi up\` again.`,
    },
  );
}

/** Taking over something and being allowed to delete it do not go together: a rename would delete what it just took over. */
export const adoptedInThisRun = "a create of this run took it over";
