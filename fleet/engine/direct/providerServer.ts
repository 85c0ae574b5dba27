import type { sendUnaryData, ServerUnaryCall, ServiceError, UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as pulumi from "@pulumi/pulumi";
import type { Sdk, SdkMessage } from "./sdk";
import { serve, type Served } from "./serve";

type Provider = pulumi.dynamic.ResourceProvider;
type Properties = Record<string, unknown>;

/** Finds the implementation that a `__provider` text names; one set per stack, so that configurations never meet. */
export type ProviderFor = (text: string) => Provider;

const providerKey = "__provider";

/** What a `create` or `update` that failed half-way throws: what exists must be in the state. */
interface HalfMade {
  message: string;
  id: string;
  properties?: Properties;
  reasons?: string[];
}

/**
 * Serves the dynamic provider of one stack inside the driver (`PULUMI_DEBUG_PROVIDERS`), which saves the process that the engine would
 * start for each stack. Answers what the SDK's own dynamic-provider process answers, and `attach`, which that one refuses.
 */
export function serveProvider(sdk: Sdk, providerFor: ProviderFor): Promise<Served> {
  return serve(sdk, sdk.providerService, methods(sdk, providerFor));
}

function methods(sdk: Sdk, providerFor: ProviderFor): UntypedServiceImplementation {
  const message = (name: string): SdkMessage => construct(sdk.provider, name);
  const struct = (value: Properties): SdkMessage => sdk.struct.fromJavaScript(value);
  const configured = new Map<string, Promise<Provider>>();
  let config: Record<string, string> = {};

  const provider = (properties: Properties): Promise<Provider> => {
    const text = String(properties[providerKey]);
    const known = configured.get(text) ?? configure(providerFor(text), config);
    configured.set(text, known);
    return known;
  };
  /** A text that is unknown during a preview is taken from what was there before. */
  const providerOf = (olds: Properties, news: Properties) =>
    provider(news[providerKey] === sdk.unknownValue ? olds : news);

  return {
    ...unimplemented(sdk),
    attach: unary(sdk, () => Promise.resolve(new sdk.empty())),
    cancel: unary(sdk, () => Promise.resolve(new sdk.empty())),
    getPluginInfo: unary(sdk, () =>
      Promise.resolve(set(construct(sdk.plugin, "PluginInfo"), { setVersion: sdk.version })),
    ),
    configure: unary(sdk, async (request) => {
      const args = properties(request, "getArgs");
      config = Object.fromEntries(
        Object.entries(args).flatMap(([key, value]) =>
          key === providerKey ? [] : [[key, sdk.unwrapSecret(value) as string]],
        ),
      );
      configured.clear();
      return set(message("ConfigureResponse"), { setAcceptsecrets: false });
    }),
    check: unary(sdk, async (request) => {
      const [olds, news] = [properties(request, "getOlds"), properties(request, "getNews")];
      const checked = await (await providerOf(olds, news)).check?.(olds, news);
      const inputs = { ...((checked?.inputs as Properties | undefined) ?? news), [providerKey]: news[providerKey] };
      const failures = (checked?.failures ?? []).map(({ property, reason }) =>
        set(message("CheckFailure"), { setProperty: property, setReason: reason }),
      );
      return set(message("CheckResponse"), { setInputs: struct(inputs), setFailuresList: failures });
    }),
    diff: unary(sdk, async (request) => {
      const [olds, news] = [properties(request, "getOlds"), properties(request, "getNews")];
      const diff = await (await providerOf(olds, news)).diff?.(text(request, "getId"), olds, news);
      return set(message("DiffResponse"), {
        ...(diff?.changes === undefined
          ? {}
          : { setChanges: diff.changes ? sdk.diffChanges.DIFF_SOME : sdk.diffChanges.DIFF_NONE }),
        ...(diff?.replaces?.length ? { setReplacesList: diff.replaces } : {}),
        ...(diff?.deleteBeforeReplace ? { setDeletebeforereplace: true } : {}),
      });
    }),
    create: unary(sdk, async (request) => {
      const inputs = properties(request, "getProperties");
      const { id, outs } = await (await provider(inputs)).create(inputs);
      return set(message("CreateResponse"), {
        setId: id,
        setProperties: struct(including(outs as Properties, inputs)),
      });
    }),
    read: unary(sdk, async (request) => {
      const state = properties(request, "getProperties");
      const id = text(request, "getId");
      const found = (await (await provider(state)).read?.(id, state)) ?? { id, props: state };
      return set(message("ReadResponse"), {
        setId: found.id,
        setProperties: struct(including(found.props as Properties, state)),
        ...(found.inputs ? { setInputs: struct(including(found.inputs as Properties, state)) } : {}),
      });
    }),
    update: unary(sdk, async (request) => {
      const [olds, news] = [properties(request, "getOlds"), properties(request, "getNews")];
      const updated = await (await provider(news)).update?.(text(request, "getId"), olds, news);
      return set(message("UpdateResponse"), {
        setProperties: struct(including(updated?.outs as Properties | undefined, news)),
      });
    }),
    delete: unary(sdk, async (request) => {
      const state = properties(request, "getProperties");
      await (await provider(state)).delete?.(text(request, "getId"), state);
      return new sdk.empty();
    }),
  };
}

async function configure(provider: Provider, config: Record<string, string>): Promise<Provider> {
  const get = (key: string): string | undefined => config[key];
  const require = (key: string): string => {
    const value = config[key];
    if (value === undefined) throw new Error(`missing configuration: ${key}`);
    return value;
  };
  await provider.configure?.({ config: { get, require } as pulumi.dynamic.Config });
  return provider;
}

function including(result: Properties | undefined, from: Properties): Properties {
  return { ...result, [providerKey]: from[providerKey] };
}

function properties(request: SdkMessage, getter: string): Properties {
  const struct = request[getter]?.() as { toJavaScript(): Properties } | undefined;
  return struct?.toJavaScript() ?? {};
}

function text(request: SdkMessage, getter: string): string {
  return String(request[getter]?.() ?? "");
}

function construct(classes: Record<string, new () => SdkMessage>, name: string): SdkMessage {
  const Class = classes[name];
  if (!Class) throw new Error(`the SDK has no message ${name}`);
  return new Class();
}

function set(message: SdkMessage, values: Record<string, unknown>): SdkMessage {
  for (const [setter, value] of Object.entries(values)) message[setter]?.(value);
  return message;
}

function unary(sdk: Sdk, answer: (request: SdkMessage) => Promise<SdkMessage>) {
  return (call: ServerUnaryCall<SdkMessage, SdkMessage>, callback: sendUnaryData<SdkMessage>): void => {
    answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(sdk, error)),
    );
  };
}

/** A failure that carries an id becomes `ErrorResourceInitFailed`, so that the engine keeps the resource in the state. */
function statusOf(sdk: Sdk, error: unknown): Partial<ServiceError> {
  const code = sdk.grpc.status.UNKNOWN;
  const text = error instanceof Error ? error.message : String(error);
  if (!isHalfMade(error)) return { code, message: text, details: text };
  const detail = set(construct(sdk.provider, "ErrorResourceInitFailed"), {
    setId: error.id,
    setProperties: sdk.struct.fromJavaScript(error.properties ?? {}),
    setReasonsList: error.reasons ?? [],
  });
  const any = new sdk.any();
  any.pack?.(detail.serializeBinary?.(), "pulumirpc.ErrorResourceInitFailed");
  const status = set(construct(sdk.status, "Status"), { setCode: code, setMessage: text });
  status.addDetails?.(any);
  const metadata = new sdk.grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary?.() as Uint8Array));
  return { code, message: text, details: text, metadata };
}

function isHalfMade(error: unknown): error is HalfMade {
  return (
    error instanceof Error &&
    typeof (error as Partial<HalfMade>).id === "string" &&
    (error as Partial<HalfMade>).id !== ""
  );
}

const notServed = [
  "handshake",
  "parameterize",
  "getSchema",
  "checkConfig",
  "diffConfig",
  "invoke",
  "call",
  "construct",
  "getMapping",
  "getMappings",
];

function unimplemented(sdk: Sdk): UntypedServiceImplementation {
  const refuse = (name: string) => (_call: unknown, callback: sendUnaryData<unknown>) =>
    callback({ code: sdk.grpc.status.UNIMPLEMENTED, details: `${name} is not implemented by the dynamic provider` });
  const list = (call: { emit(event: string, error: unknown): void }) =>
    call.emit("error", {
      code: sdk.grpc.status.UNIMPLEMENTED,
      details: "list is not implemented by the dynamic provider",
    });
  return { ...Object.fromEntries(notServed.map((name) => [name, refuse(name)])), list } as UntypedServiceImplementation;
}
