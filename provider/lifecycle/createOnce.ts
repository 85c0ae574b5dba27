import { isNeonError, NeonError } from "../api/errors";
import type { LifecycleContext } from "./context";

/** A create that must not be sent twice. */
export interface OnceOptions<T> {
  /** What is made, for messages: `role app on branch br-x`. */
  readonly what: string;
  readonly post: () => Promise<T>;
  /** What the POST may have made, found by its name; undefined where there is no such thing. */
  readonly find: () => Promise<T | undefined>;
  /** The user's consent to take over what is there already. */
  readonly adoptExisting: boolean;
  /**
   * True where names are not unique at Neon, so that no answer says that it is there already: a create of an earlier run that was carried
   * out late is found by a look before the POST.
   */
  readonly lookFirst?: boolean;
}

export interface OnceResult<T> {
  readonly value: T;
  /** True where it was found instead of made by an answered POST. */
  readonly found: boolean;
}

const watchMs = 60_000;

/**
 * Sends the POST once. One that was not answered may have been carried out: it is looked for by name for up to a minute, and what
 * is found is taken over. Something that was there before is an error, unless the user wants it taken over.
 */
export async function createOnce<T>(context: LifecycleContext, options: OnceOptions<T>): Promise<OnceResult<T>> {
  const earlier = options.lookFirst && options.adoptExisting ? await options.find() : undefined;
  if (earlier !== undefined) return { value: earlier, found: true };
  try {
    return { value: await options.post(), found: false };
  } catch (error) {
    if (!isNeonError(error)) throw error;
    if (error.unanswered) return { value: await findUnanswered(context, options, error), found: true };
    if (error.code !== "NEON_ALREADY_EXISTS") throw error;
    const existing = options.adoptExisting ? await options.find() : undefined;
    if (existing !== undefined) return { value: existing, found: true };
    throw alreadyExists(options.what, error);
  }
}

async function findUnanswered<T>(context: LifecycleContext, options: OnceOptions<T>, cause: NeonError): Promise<T> {
  const deadline = context.clock.now() + watchMs;
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const found = await quietly(options.find);
    if (found !== undefined) return found;
    const leftMs = deadline - context.clock.now();
    if (leftMs <= 0) break;
    await context.clock.sleep(Math.min(pauseMs, leftMs));
  }
  throw new NeonError("NEON_UNANSWERED", `Neon did not answer the creation of ${options.what}, and it did not appear`, {
    hint: "Run the same command again; if it then exists already, set adoptExisting: true.",
    operation: cause.operation,
    requestId: cause.requestId,
    unanswered: true,
    cause,
  });
}

/** A look that fails itself says nothing; the next one follows. */
async function quietly<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (isNeonError(error)) return undefined;
    throw error;
  }
}

/** The error for something that is there and not ours. */
export function alreadyExists(what: string, cause?: NeonError, detail = "is there already"): NeonError {
  return new NeonError("NEON_ALREADY_EXISTS", `${what} ${detail}`, {
    hint: "Choose another name, or set adoptExisting: true to take over what is there.",
    operation: cause?.operation,
    requestId: cause?.requestId,
    cause,
  });
}
