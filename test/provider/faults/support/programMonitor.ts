import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { DeploymentInfo, RegisterResourceResponse, ResourceMonitorFeature } from "@pulumi/pulumi/proto/resource_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";
import { isRecord, type Values } from "../../../../provider/fields";

/** The SDK's own, for the language host, and not in its typings. */
const { waitForRPCs } = settings as unknown as { waitForRPCs: () => Promise<void> };
const { getStore, withLocalStorage } = state as unknown as {
  getStore: () => object;
  withLocalStorage: <T>(work: () => T) => T;
};

/** What a program asks of the engine for one resource. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Without what is undefined; secrets opened. */
  readonly inputs: Values;
  /** Names of the inputs that are secret, or hold something secret. */
  readonly secretInputs: readonly string[];
  readonly secretOutputs: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** URN of the resource with which it goes. */
  readonly deletedWith: string;
}

/** What the engine answers; the named outputs are secret. */
export interface Registered {
  readonly id?: string;
  readonly outputs: Values;
  readonly secrets: readonly string[];
}

export interface ProgramRun {
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  readonly register: (registration: Registration) => Promise<Registered>;
}

/**
 * Runs a program of the Pulumi SDK against an engine of ours. It ends with the program, or with the first failure of `register`: like a
 * program whose engine went away, what waits for that resource then never goes on.
 */
export function runProgram(program: () => void, run: ProgramRun): Promise<void> {
  return withLocalStorage(async () => {
    const failed = new Promise<never>((_resolve, reject) => {
      settings.setMockOptions(monitorOf(run, reject), run.project, run.stack, run.preview);
    });
    Object.assign(getStore(), {
      supportsSecrets: true,
      supportsResourceReferences: true,
      supportsDeletedWith: true,
      supportsAliasSpecs: true,
      supportsParameterization: true,
    });
    withoutStacks(program);
    await Promise.race([failed, waitForRPCs()]);
  });
}

/** Each registration takes a stack trace to name its place in the program, which takes longer than all the rest. */
function withoutStacks(program: () => void): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    program();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

type Callback<T> = (error: unknown, answer: T | undefined) => void;

function monitorOf({ project, stack, preview, register }: ProgramRun, fail: (error: unknown) => void): object {
  const known = new Map<string, string>();
  const registrationOf = (request: RegisterResourceRequest): Registration => {
    const parent = known.get(request.getParent());
    const type = parent === undefined ? request.getType() : `${parent}$${request.getType()}`;
    const urn = `urn:pulumi:${stack}::${project}::${type}::${request.getName()}`;
    known.set(urn, type);
    const raw = (request.getObject()?.toJavaScript() ?? {}) as Values;
    return {
      urn,
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      inputs: opened(raw) as Values,
      secretInputs: Object.keys(raw).filter((key) => holdsSecret(raw[key])),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      deletedWith: request.getDeletedwith(),
    };
  };
  return {
    registerResource: (request: RegisterResourceRequest, callback: Callback<RegisterResourceResponse>) => {
      const registration = registrationOf(request);
      register(registration).then(({ id, outputs, secrets }) => {
        const answer = new RegisterResourceResponse();
        answer.setUrn(registration.urn);
        answer.setId(id ?? "");
        const closed = Object.entries(plain(outputs)).map(([key, value]) => [
          key,
          secrets.includes(key) && !preview ? { [specialSigKey]: specialSecretSig, value } : value,
        ]);
        answer.setObject(Struct.fromJavaScript(Object.fromEntries(closed) as Record<string, never>));
        callback(null, answer);
      }, fail);
    },
    registerResourceOutputs: (_request: unknown, callback: Callback<object>) => callback(null, {}),
    supportsFeature: (request: { getId(): string }, callback: Callback<object>) =>
      callback(null, { getHassupport: () => request.getId() !== "outputValues" }),
    getDeploymentInfo: (_request: unknown, callback: Callback<DeploymentInfo>) => {
      const info = new DeploymentInfo();
      info.setSupportedfeaturesList([
        ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
        ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
        ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
        ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
      ]);
      callback(null, info);
    },
  };
}

/** As it goes over the wire: nothing that is undefined. */
const plain = (values: Values): Values => JSON.parse(JSON.stringify(values)) as Values;

const isSecret = (value: unknown): value is Values => isRecord(value) && value[specialSigKey] === specialSecretSig;

function holdsSecret(value: unknown): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isRecord(value) && Object.values(value).some(holdsSecret);
}

function opened(value: unknown): unknown {
  if (isSecret(value)) return opened(value.value);
  if (Array.isArray(value)) return value.map(opened);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, opened(item)]),
  );
}
