import { inspect } from "node:util";
import { redact } from "../../../provider/api";
import { closeServers, failureOf, generalError, KEY, serverWith } from "./serverWith";
import type { ScriptedAnswer } from "./scriptedServer";

afterEach(closeServers);

const PASSWORD = "npg_Sup3rSecretPw";
const leaky = (status: number): ScriptedAnswer => ({
  status,
  body: {
    ...generalError(`key ${KEY} may not use postgresql://owner:${PASSWORD}@ep-1.neon.tech/db; password:"plainWord7"`),
    roles: [{ name: "owner", password: PASSWORD }],
  },
});

const faults: [string, ScriptedAnswer][] = [
  ["400", leaky(400)],
  ["401", leaky(401)],
  ["409", leaky(409)],
  ["422", leaky(422)],
  ["500", leaky(500)],
  ["a reset", "reset"],
  ["a cut answer", "cut"],
  ["garbage", "garbage"],
];

/** Everything a logger, the Pulumi engine or a test report could print of an error. */
function everyPrint(error: Error): string {
  const own = JSON.stringify(error, Object.getOwnPropertyNames(error));
  return [
    String(error),
    error.stack,
    JSON.stringify(error),
    own,
    inspect(error, { depth: Infinity, showHidden: true }),
    JSON.stringify(error.cause),
  ].join("\n");
}

test.each(faults)("no key, password or request body is in the error after %s", async (_, fault) => {
  const { api, log } = await serverWith([fault]);
  const error = await failureOf(api.createProject({ project: { name: "body-canary" } }));
  const printed = everyPrint(error) + log.join("\n");
  for (const secret of [KEY, PASSWORD, "plainWord7", "body-canary", "Bearer"]) expect(printed).not.toContain(secret);
  expect(error.cause === undefined || error.cause instanceof Error).toBe(true);
});

test("a key that does not look like one is not in the error either", async () => {
  const { api } = await serverWith([{ status: 401, body: generalError("unknown key oldStyleKey42") }], {
    apiKey: "oldStyleKey42",
  });
  const error = await failureOf(api.getProject("p-1"));
  expect(everyPrint(error)).not.toContain("oldStyleKey42");
  expect(error.message).toContain("unknown key [secret]");
});

test("the client itself does not show its key", async () => {
  const { api } = await serverWith([]);
  expect(inspect(api, { depth: Infinity, showHidden: true })).not.toContain(KEY);
  expect(JSON.stringify(api)).not.toContain(KEY);
});

test("redact blots out keys, passwords and bearer tokens and keeps the rest", () => {
  expect(redact("Authorization: Bearer abc.def-1 sent")).toBe("Authorization: Bearer [secret] sent");
  expect(redact("napi_abc1 made npg_def2")).toBe("[secret] made [secret]");
  expect(redact("postgres://u:p%40ss@host/db")).toBe("postgres://u:[secret]@host/db");
  expect(redact("use s3cret here", ["s3cret", ""])).toBe("use [secret] here");
  expect(redact('branch already exists; branch_name:"x"')).toBe('branch already exists; branch_name:"x"');
  expect(redact("a\n b", [], 10)).toBe("a b");
  expect(redact("0123456789abc", [], 10)).toBe("012345678…");
});
