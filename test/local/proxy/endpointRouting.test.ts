import fc from "fast-check";
import { endpointOfServerName, NO_ENDPOINT, routeByClues } from "../../../local/proxy/endpointRouting";
import { parameter, type Startup } from "../../../local/proxy/startupPacket";

const startup = (options?: string): Startup => ({
  version: 0x00030000,
  parameters: [["user", "u"], ...(options === undefined ? [] : [["options", options] as [string, string]])],
});

function decide(clues: { byAddress?: string; serverName?: string; options?: string }) {
  const decision = routeByClues({ ...clues, startup: startup(clues.options) });
  return "refusal" in decision
    ? decision
    : { id: decision.endpointId, options: parameter(decision.startup, "options") };
}

test.each([
  [{ serverName: "ep-a.localhost" }, { id: "ep-a" }],
  [{ serverName: "ep-a-pooler.eu.aws.neon.tech" }, { id: "ep-a" }],
  [{ byAddress: "ep-a" }, { id: "ep-a" }],
  [{ byAddress: "ep-a", serverName: "db.example" }, { id: "ep-a" }],
  [{ options: "endpoint=ep-a" }, { id: "ep-a" }],
  [{ options: "project=ep-a" }, { id: "ep-a" }],
  [{ options: "-c endpoint=ep-a-pooler" }, { id: "ep-a" }],
  [{ serverName: "localhost", options: "endpoint=ep-a" }, { id: "ep-a" }],
  [
    { byAddress: "ep-a", options: "-c geqo=off endpoint=ep-a -c x=1" },
    { id: "ep-a", options: "-c geqo=off -c x=1" },
  ],
  [
    { byAddress: "ep-a", options: "-c  search_path=a\\ endpoint=b" },
    { id: "ep-a", options: "-c  search_path=a\\ endpoint=b" },
  ],
])("%j leads to %j", (clues, expected) => {
  expect(decide(clues)).toEqual({ options: undefined, ...expected });
});

test.each([
  [{}, NO_ENDPOINT],
  [{ serverName: "localhost" }, NO_ENDPOINT],
  [{ options: "-c search_path=x" }, NO_ENDPOINT],
  [
    { serverName: "ep-a.localhost", options: "endpoint=ep-b" },
    "Inconsistent project name inferred from SNI ('ep-a') and project option ('ep-b').",
  ],
  [
    { byAddress: "ep-a", options: "endpoint=ep-b" },
    "Inconsistent project name inferred from SNI ('ep-a') and project option ('ep-b').",
  ],
  [
    { options: "endpoint=ep-a project=ep-b" },
    "Inconsistent project name inferred from SNI ('ep-a') and project option ('ep-b').",
  ],
])("%j is refused", (clues, refusal) => {
  expect(decide(clues)).toEqual({ refusal });
});

test("options without an endpoint go on byte by byte", () => {
  fc.assert(
    fc.property(fc.string(), (options) => {
      fc.pre(!/endpoint=|project=/.test(options));
      expect(decide({ byAddress: "ep-a", options })).toEqual({ id: "ep-a", options });
    }),
  );
});

test("an address, a single label or nothing names no endpoint", () => {
  for (const name of [undefined, "", "localhost"]) expect(endpointOfServerName(name)).toBeUndefined();
});
