import { readFileSync } from "node:fs";
import path from "node:path";
import { type Answer, ProviderPair, type Request } from "./providerPair";

const stub = readFileSync(path.join(__dirname, "stubProvider.js"), "utf8");
const bare = 'exports.handler = () => ({ create: async (inputs) => ({ id: "bare", outs: inputs }) });';
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

let pair: ProviderPair;
beforeAll(async () => {
  pair = await ProviderPair.start("shop");
  await pair.ask({
    method: "configure",
    message: "ConfigureRequest",
    set: { setArgs: { "neon:apiKey": secret("napi_1"), "shop:tenant": "acme", __provider: stub } },
  });
});
afterAll(() => pair.stop());

const news = (values: object, text = stub) => ({ ...values, __provider: text });
const check = (olds: object, values: object, text?: string): Request => ({
  method: "check",
  message: "CheckRequest",
  set: { setUrn: "urn:1", setOlds: news(olds, text), setNews: news(values, text) },
});
const diff = (values: object, olds: object = {}): Request => ({
  method: "diff",
  message: "DiffRequest",
  set: { setId: "p-1", setOlds: news(olds), setNews: news(values) },
});
const create = (values: object, text?: string): Request => ({
  method: "create",
  message: "CreateRequest",
  set: { setProperties: news(values, text) },
});
const read = (values: object, text?: string): Request => ({
  method: "read",
  message: "ReadRequest",
  set: { setId: "p-1", setProperties: news(values, text) },
});
const update = (values: object, olds: object = {}, text?: string): Request => ({
  method: "update",
  message: "UpdateRequest",
  set: { setId: "p-1", setOlds: news(olds, text), setNews: news(values, text) },
});
const remove = (values: object, text?: string): Request => ({
  method: "delete",
  message: "DeleteRequest",
  set: { setId: "p-1", setProperties: news(values, text) },
});
const nested = {
  list: [1, "two", null, { deep: [true, { er: "ü" }] }],
  empty: {},
  none: [],
  nothing: null,
  number: 1e21,
};

const answered: [string, Request][] = [
  [
    "a check that changes inputs, sees the old ones and the configuration",
    check({ old: 1 }, { name: "acme", ...nested }),
  ],
  ["a check that returns nothing", check({}, { does: "nothing", name: "acme" })],
  ["check failures, one without a property", check({}, { does: "fail", name: "acme" })],
  [
    "a check with unknown values and nested secrets",
    check({}, { name: unknown, deep: { uri: secret({ a: [unknown] }) } }),
  ],
  [
    "a check whose provider text is unknown in a preview",
    { ...check({}, {}), set: { setOlds: news({}), setNews: { __provider: unknown } } },
  ],
  ["a check of a provider without check", check({}, { name: "acme" }, bare)],
  ["a diff without an opinion", diff({})],
  ["a diff with changes", diff({ changes: true })],
  ["a diff without changes", diff({ changes: false })],
  ["a diff that replaces", diff({ changes: true, replaces: ["region", "org"], deleteBeforeReplace: true })],
  ["a diff with an empty list of replaces", diff({ changes: true, replaces: [], deleteBeforeReplace: false })],
  [
    "a diff whose provider text is unknown in a preview",
    { ...diff({}), set: { setId: "p-1", setOlds: news({}), setNews: { changes: true, __provider: unknown } } },
  ],
  [
    "a diff of a provider without diff",
    { ...diff({}), set: { setId: "i", setOlds: news({}, bare), setNews: news({ a: 1 }, bare) } },
  ],
  ["a create with nested values", create({ name: "acme", ...nested })],
  ["a create with secrets inside", create({ uri: secret("s"), deep: [secret({ a: 1 })] })],
  ["a create without outputs", create({ does: "noOutputs" })],
  ["a read with inputs", read({ does: "inputs", name: "acme", ...nested })],
  ["a read without inputs", read({ name: "acme" })],
  ["a read of what is gone", read({ does: "gone" })],
  ["a read of a provider without read", read({ name: "acme", ...nested }, bare)],
  ["an update", update({ name: "new", ...nested }, { name: "old" })],
  ["an update that returns nothing", update({ does: "nothing" })],
  ["an update of a provider without update", update({ name: "new" }, {}, bare)],
  ["a delete", remove({})],
  ["a delete of a provider without delete", remove({}, bare)],
  ["cancel", { method: "cancel", message: "Empty", set: {} }],
  ["getPluginInfo", { method: "getPluginInfo", message: "Empty", set: {} }],
];

const failures = ["error", "empty", "coded", "detailed", "stringCode", "half", "bareHalf", "halfObject", "emptyId"];
const methods: [string, (values: object) => Request][] = [
  ["check", (values) => check({}, values)],
  ["diff", (values) => diff(values)],
  ["create", (values) => create(values)],
  ["read", (values) => read(values)],
  ["update", (values) => update(values)],
  ["delete", (values) => remove(values)],
];

const refused: [string, Request][] = [
  ["invoke", { method: "invoke", message: "InvokeRequest", set: { setTok: "neon:index:x" } }],
  ["call", { method: "call", message: "CallRequest", set: {} }],
  ["construct", { method: "construct", message: "ConstructRequest", set: {} }],
  ["checkConfig", { method: "checkConfig", message: "CheckRequest", set: {} }],
  ["diffConfig", { method: "diffConfig", message: "DiffRequest", set: {} }],
  ["getSchema", { method: "getSchema", message: "GetSchemaRequest", set: {} }],
  ["handshake", { method: "handshake", message: "ProviderHandshakeRequest", set: {} }],
  ["parameterize", { method: "parameterize", message: "ParameterizeRequest", set: {} }],
  ["getMapping", { method: "getMapping", message: "GetMappingRequest", set: {} }],
  ["getMappings", { method: "getMappings", message: "GetMappingsRequest", set: {} }],
];

describe("the provider in the driver answers what the SDK's own process answers", () => {
  it.each(answered)("%s", async (_name, request) => {
    const { sdk, own } = await pair.ask(request);
    expect(sdk).toHaveProperty("response");
    expect(own).toEqual(sdk);
  });

  describe.each(methods)("%s that throws", (_method, request) => {
    it.each(failures)("%s", async (kind) => {
      const { sdk, own } = await pair.ask(request({ does: `throw:${kind}` }));
      expect(sdk).toHaveProperty("code");
      expect(own).toEqual(sdk);
    });
  });

  it.each(refused)("%s, which it does not serve", async (_name, request) => {
    const { sdk, own } = await pair.ask(request);
    expect(sdk).toHaveProperty("code");
    expect(own).toEqual({ ...sdk, details: expect.stringMatching(sameWords(sdk)) as string });
  });

  it("a configuration that secrets and namespaces are taken out of", async () => {
    const { own } = await pair.ask(create({}));
    expect(own).toMatchObject({
      response: {
        getProperties: {
          configured: {
            named: "napi_1",
            own: "acme",
            missing: "none",
            required: "napi_1",
            refused: "Missing required configuration key: nothing",
          },
        },
      },
    });
  });
});

describe("the provider in the driver, where the SDK's own process refuses or never answers", () => {
  it("answers attach, which lets an engine use it", async () => {
    const { sdk, own } = await pair.ask({
      method: "attach",
      message: "PluginAttach",
      set: { setAddress: "127.0.0.1:1" },
    });
    expect(sdk).toHaveProperty("code");
    expect(own).toHaveProperty("response");
  });

  it.each(methods)("%s that throws what is no error", async (_method, request) => {
    expect(await pair.askOwn(request({ does: "throw:word" }))).toEqual({ code: 2, details: "only a word" });
    expect(await pair.askOwn(request({ does: "throw:nothing" }))).toEqual({ code: 2, details: "undefined" });
  });

  it.each(methods.filter(([method]) => method === "create" || method === "update"))(
    "keeps the id of a half-done %s whose properties cannot be encoded",
    async (_method, request) => {
      expect(await pair.askOwn(request({ does: "throw:undefinedInside" }))).toMatchObject({
        half: { id: "p-4", properties: { a: 1, __provider: "kept" } },
      });
      expect(await pair.askOwn(request({ does: "throw:bigInside" }))).toMatchObject({
        half: { id: "p-5", properties: { __provider: "kept" } },
      });
    },
  );
});

/** The SDK writes the names of the methods with a capital letter. */
function sameWords(answer: Answer): RegExp {
  return new RegExp(`^${"details" in answer ? answer.details : ""}$`, "i");
}
