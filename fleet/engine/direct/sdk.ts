import { createRequire } from "node:module";
import type {
  ServerUnaryCall,
  sendUnaryData,
  Server,
  UntypedServiceImplementation,
  ServiceDefinition,
} from "@grpc/grpc-js";
import { withLateModules } from "./lateModules";

/** Required by the SDK for its closure serializer alone. */
const serializerModules = ["typescript", "@npmcli/arborist"];

/** Versions of `@pulumi/pulumi` whose insides the direct engine was tested with. */
const testedMinor = /^3\.259\./;

/** A message of the SDK's generated protocol code, as far as it is used here. */
export type Message = Record<string, (...args: never[]) => unknown>;

/** The parts of `@pulumi/pulumi` that the Automation API itself is made of, and that are not in its public types. */
export interface Sdk {
  version: string;
  grpc: typeof import("@grpc/grpc-js");
  channelOptions: Record<string, unknown>;
  LanguageServer: new (program: () => Promise<unknown>) => LanguageServer;
  languageService: ServiceDefinition;
  providerService: ServiceDefinition;
  // The generated message classes are JavaScript without types.
  provider: Record<string, new () => SdkMessage>;
  diffChanges: { DIFF_NONE: number; DIFF_SOME: number };
  plugin: Record<string, new () => SdkMessage>;
  status: Record<string, new () => SdkMessage>;
  any: new () => SdkMessage;
  empty: new () => SdkMessage;
  struct: { fromJavaScript(value: Record<string, unknown>): SdkMessage };
  unwrapSecret: (value: unknown) => unknown;
  unknownValue: string;
}

/** Setters and getters of a generated message. */
export interface SdkMessage {
  [method: string]: (...args: unknown[]) => unknown;
}

/** The Automation API's own server for inline programs. */
export interface LanguageServer extends UntypedServiceImplementation {
  run(call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>): unknown;
}

export type { Server };

/** Loads a module of the SDK or of its dependencies. */
export type LoadModule = (name: string) => Record<string, unknown>;

/** The modules as the installed `@pulumi/pulumi` itself finds them. */
function installed(): LoadModule {
  const sdkRequire = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  return (name) => sdkRequire(name) as Record<string, unknown>;
}

/** Loads the SDK's insides, or says why this SDK is not one that the direct engine knows. */
export function loadSdk(load: LoadModule = installed()): Sdk | { misfit: string } {
  return withLateModules(serializerModules, () => findParts(load));
}

function findParts(load: LoadModule): Sdk | { misfit: string } {
  const { version } = load("@pulumi/pulumi/package.json") as { version: string };
  if (!testedMinor.test(version)) return { misfit: `@pulumi/pulumi ${version} is not one it was tested with` };
  try {
    const runtime = load("@pulumi/pulumi/runtime");
    const rpc = load("@pulumi/pulumi/runtime/rpc");
    const provider = load("@pulumi/pulumi/proto/provider_pb");
    const sdk: Sdk = {
      version,
      grpc: load("@grpc/grpc-js") as unknown as Sdk["grpc"],
      channelOptions: runtime.grpcChannelOptions as Sdk["channelOptions"],
      LanguageServer: load("@pulumi/pulumi/automation/server").LanguageServer as Sdk["LanguageServer"],
      languageService: load("@pulumi/pulumi/proto/language_grpc_pb").LanguageRuntimeService as ServiceDefinition,
      providerService: load("@pulumi/pulumi/proto/provider_grpc_pb").ResourceProviderService as ServiceDefinition,
      provider: provider as unknown as Sdk["provider"],
      diffChanges: (provider.DiffResponse as { DiffChanges: Sdk["diffChanges"] }).DiffChanges,
      plugin: load("@pulumi/pulumi/proto/plugin_pb") as Sdk["plugin"],
      status: load("@pulumi/pulumi/proto/status_pb") as Sdk["status"],
      any: load("google-protobuf/google/protobuf/any_pb").Any as Sdk["any"],
      empty: load("google-protobuf/google/protobuf/empty_pb").Empty as Sdk["empty"],
      struct: load("google-protobuf/google/protobuf/struct_pb").Struct as Sdk["struct"],
      unwrapSecret: rpc.unwrapRpcSecret as Sdk["unwrapSecret"],
      unknownValue: rpc.unknownValue as string,
    };
    const missing = Object.entries(sdk).flatMap(([name, part]) => (part === undefined ? [name] : []));
    return missing.length === 0 ? sdk : { misfit: `@pulumi/pulumi ${version} has no ${missing.join(", ")}` };
  } catch (error) {
    return { misfit: `@pulumi/pulumi ${version}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
