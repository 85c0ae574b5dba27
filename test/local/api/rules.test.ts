import fc from "fast-check";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadDocument } from "../../../local/api/apiDocument";
import { idleMsOf } from "../../../local/api/computeRegistry";
import { loopbackAddress } from "../../../local/api/newDocuments";
import { checkComputeSize, maxConnectionsOf } from "../../../local/api/rules/computeSize";
import { completeAccessRules } from "../../../local/api/rules/accessRules";
import { changedSettings, defaultSettings, type SettingsFacts } from "../../../local/api/rules/projectSettings";
import { connectionUri } from "../../../local/api/views/connectionUri";
import { manualClock } from "../../../local/clock";
import type { CompleteProjectSettings, EndpointDocument, RoleDocument } from "../../../local/store/documents";

const accepts = (minCu: number, maxCu: number): boolean => {
  try {
    checkComputeSize(minCu, maxCu, "scale");
    return true;
  } catch {
    return false;
  }
};

it("accepts exactly the computes that Neon offers", () => {
  const sizes = [0.25, 0.5, ...Array.from({ length: 60 }, (_, i) => i + 1)];
  const offered = (cu: number) => cu <= 16 || (cu <= 56 && cu % 2 === 0);
  for (const min of sizes) {
    for (const max of sizes) {
      const right = min === max ? offered(min) : min < max && max <= 16 && max - min <= 8;
      expect([min, max, accepts(min, max)]).toEqual([min, max, right]);
    }
  }
  for (const cu of [0.3, 1.5, 0, -1, Number.NaN, Infinity]) expect(accepts(cu, cu)).toBe(false);
});

it.each([
  [0.25, 0.25, 104],
  [0.25, 2, 839],
  [0.25, 8, 839],
  [0.5, 0.5, 209],
  [1, 1, 419],
  [4, 4, 1678],
  [1, 8, 3357],
  [9, 9, 4000],
  [56, 56, 4000],
])("allows a compute of %s to %s CU as many connections as Neon does", (min, max, connections) => {
  expect(maxConnectionsOf(min, max)).toBe(connections);
});

it.each([
  [0, 2, 300_000],
  [60, 2, 60_000],
  [-1, 2, undefined],
  [60, 18, undefined],
])("suspends after %s seconds at %s CU", (suspend_timeout_seconds, autoscaling_limit_max_cu, idleMs) => {
  expect(idleMsOf({ suspend_timeout_seconds, autoscaling_limit_max_cu }, 300)).toBe(idleMs);
});

it("gives every endpoint another loopback address, never 127.0.0.1 nor the first or last of a block", () => {
  expect(loopbackAddress(0)).toBe("127.1.0.2");
  const last = 100 * 256 * 253 - 1;
  expect(loopbackAddress(last)).toBe("127.100.255.254");
  expect(() => loopbackAddress(last + 1)).toThrow();
  const number = fc.integer({ min: 0, max: last });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [, second, , fourth] = loopbackAddress(a).split(".").map(Number);
      expect(second).toBeGreaterThanOrEqual(1);
      expect(fourth).toBeGreaterThanOrEqual(2);
      expect(fourth).toBeLessThanOrEqual(254);
      expect(loopbackAddress(a) === loopbackAddress(b)).toBe(a === b);
    }),
  );
});

/** The URL class takes `..` out of a path, encoded or not; libpq does not. */
const databaseName = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((name) => !/(^|\/)\.{1,2}(\/|$)/.test(name));

it("writes URIs whose parts come back, whatever characters they hold", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, text, databaseName, (name, password, database) => {
      const endpoint = { id: "ep-a-b-c", host: "127.1.0.2" } as EndpointDocument;
      const role = { name, password } as RoleDocument;
      const facts = { pgPort: 6543, caFile: "/tmp/with space&=?/ca.crt", hasOwnAddresses: true };
      const uri = new URL(connectionUri(endpoint, role, database, facts));
      expect(decodeURIComponent(uri.username)).toBe(name);
      expect(decodeURIComponent(uri.password)).toBe(password);
      expect(decodeURIComponent(uri.pathname.slice(1))).toBe(database);
      expect(uri.host).toBe("127.1.0.2:6543");
      expect(Object.fromEntries(uri.searchParams)).toEqual({
        sslmode: "require",
        channel_binding: "require",
        sslrootcert: facts.caFile,
      });
    }),
  );
});

it("leaves PostgreSQL's own port out, and names the endpoint where all share an address", () => {
  const endpoint = { id: "ep-a-b-c", host: "127.1.0.2" } as EndpointDocument;
  const role = { name: "r", password: "p" } as RoleDocument;
  const facts = { pgPort: 5432, caFile: "/ca.crt" };
  const query = "sslmode=require&channel_binding=require&sslrootcert=/ca.crt";
  const own = connectionUri(endpoint, role, "d", { ...facts, hasOwnAddresses: true });
  expect(own).toBe(`postgresql://r:p@127.1.0.2/d?${query}`);
  const shared = connectionUri(endpoint, role, "d", { ...facts, hasOwnAddresses: false });
  expect(shared).toBe(`postgresql://r:p@127.0.0.1/d?${query}&options=endpoint%3Dep-a-b-c`);
});

it("merges settings in any number of steps to what the last value of each key says", () => {
  const amount = fc.nat();
  const quota = fc.record({ active_time_seconds: amount, logical_size_bytes: amount }, { requiredKeys: [] });
  const settings = fc.record({ quota, block_public_connections: fc.boolean() }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.array(settings, { maxLength: 5 }), (inputs) => {
      const facts: SettingsFacts = {
        pgVersion: 17,
        organization: { plan: "scale" },
        patch: "merge",
        rules: completeAccessRules(),
      };
      const merged = inputs.reduce<CompleteProjectSettings>(
        (stored, input) => changedSettings(stored, input, facts),
        defaultSettings,
      );
      expect(merged.quota).toEqual(Object.assign({}, defaultSettings.quota, ...inputs.map((input) => input.quota)));
      expect(Object.keys(merged).sort()).toEqual(Object.keys(defaultSettings).sort());
    }),
  );
  expect(defaultSettings.quota.active_time_seconds).toBe(0);
});

it("keeps Neon's document as JSON and reads the YAML again when that was spoiled", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "document-"));
  try {
    const first = loadDocument(folder);
    const [file = ""] = fs.readdirSync(folder);
    expect(loadDocument(folder)).toEqual(first);
    fs.writeFileSync(path.join(folder, file), '{"openapi":');
    expect(loadDocument(folder)).toEqual(first);
    expect(JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"))).toEqual(first);
    expect(loadDocument(path.join(folder, file, "not-a-folder"))).toEqual(first);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

it("calls what a manual clock passes, in order, except what was cancelled", () => {
  const clock = manualClock(new Date(0));
  const called: string[] = [];
  clock.after(20, () => called.push("b"));
  clock.after(10, () => {
    called.push("a");
    clock.after(5, () => called.push(`a2 at ${clock.now().getTime()}`));
  });
  clock.after(15, () => called.push("never"))();
  clock.advance(19);
  expect(called).toEqual(["a", "a2 at 15"]);
  clock.advance(1);
  expect(called).toEqual(["a", "a2 at 15", "b"]);
});
