"use strict";
// A provider text for the differential test: what each method does is said by the property `does` of what it is given. Both servers
// evaluate this text in a process of their own, so it may use nothing but itself.

let configured;

/** The object that `does` asks to throw. */
function thrown(does) {
  const kinds = {
    error: () => new Error("it failed"),
    empty: () => new Error(""),
    coded: () => Object.assign(new Error("not there"), { code: 5 }),
    detailed: () => Object.assign(new Error("not there"), { code: 5, details: "said in details" }),
    stringCode: () => Object.assign(new Error("with a string code"), { code: "NEON_BUSY" }),
    half: () =>
      Object.assign(new Error("half made"), {
        id: "p-1",
        properties: { name: "acme", deep: { list: [1, null, { a: true }] }, __provider: "kept" },
        reasons: ["first", "second ü"],
      }),
    bareHalf: () => Object.assign(new Error("half made, nothing known"), { id: "p-2" }),
    halfObject: () => ({ message: "no Error object", id: "p-3", reasons: ["one"], properties: { a: 1 } }),
    word: () => "only a word",
    nothing: () => undefined,
    undefinedInside: () =>
      Object.assign(new Error("half made"), { id: "p-4", properties: { a: 1, b: undefined, __provider: "kept" } }),
    bigInside: () => Object.assign(new Error("half made"), { id: "p-5", properties: { a: 1n, __provider: "kept" } }),
    emptyId: () => Object.assign(new Error("nothing made"), { id: "", reasons: ["one"] }),
  };
  return kinds[does.slice("throw:".length)]();
}

function act(given) {
  if (typeof given.does === "string" && given.does.startsWith("throw:")) throw thrown(given.does);
}

exports.handler = () => ({
  async configure({ config }) {
    configured = {
      named: config.get("neon:apiKey"),
      own: config.get("tenant"),
      missing: config.get("nothing") ?? "none",
      required: tried(() => config.require("neon:apiKey")),
      refused: tried(() => config.require("nothing")),
    };
  },
  async check(olds, news) {
    act(news);
    if (news.does === "nothing") return {};
    if (news.does === "fail") {
      return {
        inputs: news,
        failures: [
          { property: "name", reason: "is taken" },
          { property: "", reason: "no property" },
        ],
      };
    }
    return { inputs: { ...news, seen: olds, configured } };
  },
  async diff(id, olds, news) {
    act(news);
    return {
      changes: news.changes,
      replaces: news.replaces,
      deleteBeforeReplace: news.deleteBeforeReplace,
      stables: ["x"],
    };
  },
  async create(inputs) {
    act(inputs);
    if (inputs.does === "noOutputs") return { id: "made" };
    return { id: "made", outs: { ...inputs, configured } };
  },
  async read(id, props) {
    act(props);
    if (props.does === "gone") return { id: "", props: {} };
    if (props.does === "inputs") return { id, props: { ...props, fresh: 1 }, inputs: { name: "as found" } };
    return { id, props: { id, name: "no inputs" } };
  },
  async update(id, olds, news) {
    act(news);
    if (news.does === "nothing") return undefined;
    return { outs: { id, olds, news } };
  },
  async delete(id, props) {
    act(props);
  },
});

function tried(work) {
  try {
    return work();
  } catch (error) {
    return error.message;
  }
}
