import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as pulumi from "@pulumi/pulumi";
import type { ErrorOwner } from "./errorOwner";
import { halfMadeStatus, messageClass, plainStatus, providerKey, readStatus } from "./failureStatus";
import type { Sdk, SdkMessage } from "./sdk";
import { serve, type Served } from "./serve";

type Provider = pulumi.dynamic.ResourceProvider;
type Properties = Record<string, unknown>;

/** Finds the implementation that a `__provider` text names; one set per stack, so that configurations never meet. */
export type ProviderFor = (text: string) => Provider;

export interface ProviderServerOptions {
  sdk: Sdk;
  providerFor: ProviderFor;
  /** The Pulumi project: a configuration key without a namespace is one of it. */
  project: string;
  /** Errors that the provider does not await go to it. */
  owner: ErrorOwner;
}

/**
 * Serves the dynamic provider of one stack inside the driver (`PULUMI_DEBUG_PROVIDERS`), which saves the process that the engine would
 * start for each stack. Answers what the SDK's own dynamic-provider process answers, and `attach`, which that one refuses.
 */
export function serveProvider(options: ProviderServerOptions): Promise<Served> {
  return serve(options.sdk, options.sdk.providerService, methods(options));
}

function methods(options: ProviderServerOptions): UntypedServiceImplementation {
  const { sdk, providerFor, project } = options;
  const unary = (answer: Answer, explain = plainStatus) => unaryMethod(options, answer, explain);
  const message = (name: string): SdkMessage => new (messageClass(sdk.provider, name))();
  const struct = (value: Properties): SdkMessage => sdk.struct.fromJavaScript(value);
  const configured = new Map<string, Promise<Provider>>();
  let config: Record<string, string> = {};

  const provider = (properties: Properties): Promise<Provider> => {
    const text = String(properties[providerKey]);
    const known = configured.get(text) ?? configure(providerFor(text), config, project);
    configured.set(text, known);
    return known;
  };
  /** A text that is unknown during a preview is taken from what was there before. */
  const providerOf = (olds: Properties, news: Properties) =>
    provider(news[providerKey] === sdk.unknownValue ? olds : news);

  return {
    ...unimplemented(sdk),
    attach: unary(() => Promise.resolve(new sdk.empty())),
    cancel: unary(() => Promise.resolve(new sdk.empty())),
    getPluginInfo: unary(() =>
      Promise.resolve(set(new (messageClass(sdk.plugin, "PluginInfo"))(), { setVersion: sdk.version })),
    ),
    invoke: unary((request) => Promise.reject(new Error(`unknown function ${text(request, "getTok")}`))),
    configure: unary(async (request) => {
      const args = properties(request, "getArgs");
      config = Object.fromEntries(
        Object.entries(args).flatMap(([key, value]) =>
          key === providerKey ? [] : [[key, sdk.unwrapSecret(value) as string]],
        ),
      );
      configured.clear();
      return set(message("ConfigureResponse"), { setAcceptsecrets: false });
    }),
    check: unary(async (request) => {
      const [olds, news] = [properties(request, "getOlds"), properties(request, "getNews")];
      const checked = await (await providerOf(olds, news)).check?.(olds, news);
      const inputs = { ...((checked?.inputs as Properties | undefined) ?? news), [providerKey]: news[providerKey] };
      const failures = (checked?.failures ?? []).map(({ property, reason }) =>
        set(message("CheckFailure"), { setProperty: property, setReason: reason }),
      );
      return set(message("CheckResponse"), { setInputs: struct(inputs), setFailuresList: failures });
    }),
    diff: unary(async (request) => {
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
    create: unary(async (request) => {
      const inputs = properties(request, "getProperties");
      const created = await (await provider(inputs)).create(inputs);
      return set(message("CreateResponse"), {
        setId: created.id,
        setProperties: struct(including(created.outs as Properties | undefined, inputs)),
      });
    }, halfMadeStatus),
    read: unary(async (request) => {
      const state = properties(request, "getProperties");
      const id = text(request, "getId");
      const found = (await (await provider(state)).read?.(id, state)) ?? { id, props: state };
      return set(message("ReadResponse"), {
        setId: found.id,
        setProperties: struct(including(found.props as Properties, state)),
        ...(found.inputs ? { setInputs: struct(including(found.inputs as Properties, state)) } : {}),
      });
    }, readStatus),
    update: unary(async (request) => {
      const [olds, news] = [properties(request, "getOlds"), properties(request, "getNews")];
      const updated = await (await provider(news)).update?.(text(request, "getId"), olds, news);
      return set(message("UpdateResponse"), {
        setProperties: struct(including(updated?.outs as Properties | undefined, news)),
      });
    }, halfMadeStatus),
    delete: unary(async (request) => {
      const state = properties(request, "getProperties");
      await (await provider(state)).delete?.(text(request, "getId"), state);
      return new sdk.empty();
    }),
  };
}

async function configure(provider: Provider, config: Record<string, string>, project: string): Promise<Provider> {
  const get = (key: string): string | undefined => config[key.includes(":") ? key : `${project}:${key}`];
  const require = (key: string): string => {
    const value = get(key);
    if (value === undefined) throw new Error(`Missing required configuration key: ${key}`);
    return value;
  };
  await provider.configure?.({ config: { get, require } });
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
  const value = request[getter]?.();
  return typeof value === "string" ? value : "";
}

function set(message: SdkMessage, values: Record<string, unknown>): SdkMessage {
  for (const [setter, value] of Object.entries(values)) message[setter]?.(value);
  return message;
}

type Answer = (request: SdkMessage) => Promise<SdkMessage>;

function unaryMethod({ sdk, owner }: ProviderServerOptions, answer: Answer, explain: typeof plainStatus) {
  return (call: ServerUnaryCall<SdkMessage, SdkMessage>, callback: sendUnaryData<SdkMessage>): void =>
    owner.run(() => {
      answer(call.request).then(
        (response) => callback(null, response),
        (error: unknown) => callback(explain(sdk, error)),
      );
    });
}

const notServed = [
  "handshake",
  "parameterize",
  "getSchema",
  "checkConfig",
  "diffConfig",
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
  return { ...Object.fromEntries(notServed.map((name) => [name, refuse(name)])), list };
}
