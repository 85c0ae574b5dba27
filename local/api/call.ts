import type { Caller } from "./callers";
import type { ApiContext } from "./context";

/** One request that Neon's document allows, from a caller that is known. */
export interface Call {
  operationId: string;
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  caller: Caller;
}

export interface Reply {
  status: number;
  body?: unknown;
  /** Instead of `body`, where reading takes time: called after the transaction. */
  bodyLater?: () => Promise<unknown>;
}

/**
 * Answers one operation. It is synchronous, so that it is one transaction; what takes time is scheduled as an operation of the
 * project. It throws an ApiError to refuse.
 */
export interface Handler {
  (call: Call, context: ApiContext): Reply;
  /** What only Postgres knows, asked before the transaction: changes nothing, and throws an ApiError to refuse. */
  before?: (call: Call, context: ApiContext) => Promise<void>;
}
export type Handlers = Record<string, Handler>;

/** The body as the client's type: the document has been checked already. The one place where a type is only claimed. */
export function bodyOf<T>(call: Call): T {
  return call.body as T;
}

/** A parameter that the document requires. */
export function pathOf(call: Call, name: string): string {
  const value = call.path[name];
  if (value === undefined) throw new Error(`${call.operationId} has no path parameter ${name}`);
  return value;
}

/** An optional query parameter, converted already as the document says. */
export function queryOf<T extends string | number | boolean>(call: Call, name: string): T | undefined {
  return call.query[name] as T | undefined;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const accepted = (body: unknown): Reply => ({ status: 202, body });
export const noContent: Reply = { status: 204 };
