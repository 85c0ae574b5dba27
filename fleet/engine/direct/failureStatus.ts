import type { ServiceError } from "@grpc/grpc-js";
import { inspect } from "node:util";
import type { Sdk, SdkMessage } from "./sdk";

/** What a `create` or `update` that failed half-way throws: what exists must be in the state. */
interface HalfMade {
  id: string;
  properties?: Record<string, unknown>;
  /** With a read: the inputs that describe what was found. */
  inputs?: Record<string, unknown>;
  reasons?: string[];
}

/** What a read throws for a resource that is there and not ready. The SDK's own process has no way to say it; the engine has. */
export class UnreadyResource extends Error {
  constructor(
    readonly id: string,
    readonly properties: Record<string, unknown>,
    readonly inputs: Record<string, unknown> | undefined,
    readonly reasons: string[],
  ) {
    super(reasons.join("; "));
    this.name = "UnreadyResource";
  }
}

/** Where a resource keeps the text of its provider: without it neither refresh nor destroy can handle the resource. */
export const providerKey = "__provider";

const initFailed = "pulumirpc.ErrorResourceInitFailed";

/** The status of a failed check, diff, read or delete: its message, and code and details of an error that is a gRPC status itself. */
export function plainStatus(sdk: Sdk, error: unknown): Partial<ServiceError> {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: unknown };
  if (typeof code !== "number" || !Number.isInteger(code)) {
    return { code: sdk.grpc.status.UNKNOWN, details: messageOf(error) };
  }
  return { code, details: typeof details === "string" ? details : messageOf(error) };
}

/** The status of a failed create or update. One that carries an id becomes `ErrorResourceInitFailed`: the engine keeps the resource in the state. */
export function halfMadeStatus(sdk: Sdk, error: unknown): Partial<ServiceError> {
  const code = sdk.grpc.status.UNKNOWN;
  const details = messageOf(error);
  if (!isHalfMade(error)) return { code, details };
  const any = new sdk.any();
  any.pack?.(initFailure(sdk, error).serializeBinary?.(), initFailed);
  const status = new (messageClass(sdk.status, "Status"))();
  status.setCode?.(code);
  status.setMessage?.(details);
  status.addDetails?.(any);
  const metadata = new sdk.grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary?.() as Uint8Array));
  return { code, details, metadata };
}

/** The status of a failed read: as of any other method, except for an {@link UnreadyResource}. */
export function readStatus(sdk: Sdk, error: unknown): Partial<ServiceError> {
  return error instanceof UnreadyResource ? halfMadeStatus(sdk, error) : plainStatus(sdk, error);
}

function initFailure(sdk: Sdk, { id, properties, inputs, reasons }: HalfMade): SdkMessage {
  const detail = new (messageClass(sdk.provider, "ErrorResourceInitFailed"))();
  detail.setId?.(id);
  detail.setProperties?.(encoded(sdk, properties ?? {}));
  if (inputs) detail.setInputs?.(encoded(sdk, inputs));
  detail.setReasonsList?.(reasons ?? []);
  return detail;
}

export function messageClass(classes: Record<string, new () => SdkMessage>, name: string): new () => SdkMessage {
  const Class = classes[name];
  if (!Class) throw new Error(`the SDK has no message ${name}`);
  return Class;
}

function isHalfMade(error: unknown): error is HalfMade {
  return (
    typeof error === "object" &&
    error !== null &&
    typeof (error as Partial<HalfMade>).id === "string" &&
    (error as HalfMade).id !== ""
  );
}

/** `undefined` has no place in the protocol, and an id must not be lost for it, nor for anything else that cannot be encoded. */
function encoded(sdk: Sdk, properties: Record<string, unknown>): SdkMessage {
  try {
    return sdk.struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, unknown>);
  } catch {
    const text = properties[providerKey];
    return sdk.struct.fromJavaScript(typeof text === "string" ? { [providerKey]: text } : {});
  }
}

function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : inspect(error);
}
