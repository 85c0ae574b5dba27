import { isNeonError, NeonError, type NeonErrorCode } from "../api/errors";
import type { Values } from "../fields";

/**
 * A failure that left something behind. The engine stores `properties` under `id`, so that refresh, the next `up` and destroy work on
 * what exists; they need `__provider` (without it the engine cannot run the resource) and everything known, passwords included.
 */
export class PartialFailure extends NeonError {
  readonly id: string;
  readonly properties: Values;
  readonly reasons: string[];

  constructor(id: string, properties: Values, cause: unknown) {
    const known = isNeonError(cause) ? cause : undefined;
    const code: NeonErrorCode = known?.code ?? "NEON_UNEXPECTED_RESPONSE";
    super(code, sentenceOf(cause, code), {
      hint: known ? undefined : "It is in the state; run the same command again.",
      tenant: known?.tenant,
      status: known?.status,
      neonCode: known?.neonCode,
      operation: known?.operation,
      unanswered: known?.unanswered,
      cause,
    });
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
    // What holds a password must not be printed by an inspecting logger.
    Object.defineProperty(this, "properties", { enumerable: false });
  }
}

/** The message of a NeonError starts with its code, which the constructor writes again. */
function sentenceOf(cause: unknown, code: string): string {
  const message = cause instanceof Error ? cause.message : "an unexpected failure";
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
}

/** Keeps the text that the engine needs with every stored state. */
export function withProvider(outputs: Values, source: Values): Values {
  return source.__provider === undefined ? outputs : { ...outputs, __provider: source.__provider };
}
