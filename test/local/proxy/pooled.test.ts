import { refusalOfPooled } from "../../../local/proxy/pooledStartup";
import type { EndpointSpec } from "../../../local/types";
import { hasProgram, run, TestComputes } from "../postgres/support";

let local: TestComputes;
let spec: EndpointSpec;

beforeAll(async () => {
  local = await TestComputes.start();
  spec = await local.tenant("a");
});
afterAll(() => local?.end());

const startup = (parameters: Record<string, string>) => ({
  version: 0x00030000,
  parameters: Object.entries({ user: "u", ...parameters }),
});
const pooled = { options: "endpoint=ep-a-pooler" };

test("a pooled name leads to the compute: by options at its own address and at the shared door, and by server name", async () => {
  const query = (host: string, extra: object) => local.query(host, "SELECT 1 AS one", extra);
  expect(await query(spec.address, pooled)).toEqual([{ one: 1 }]);
  const shared = { ssl: { rejectUnauthorized: false } };
  expect(await query("127.0.0.1", { ...pooled, ...shared })).toEqual([{ one: 1 }]);
  const servername = { ssl: { rejectUnauthorized: false, servername: "ep-a-pooler.localhost" } };
  expect(await query("127.0.0.1", servername)).toEqual([{ one: 1 }]);
});

test("psql and node-pg connect with a pooled URI", async () => {
  const { pgPort, caFile } = local.computes;
  const base = `postgresql://owner:secret@${spec.address}:${pgPort}/app?sslmode=require&channel_binding=require`;
  const uri = `${base}&sslrootcert=${caFile}&options=endpoint%3Dep-a-pooler`;
  expect(await local.query("", "SELECT 1 AS one", { connectionString: uri })).toEqual([{ one: 1 }]);
  if (!(await hasProgram("psql"))) return;
  expect((await run("psql", [uri, "-Atc", "SELECT 1"])).stdout.trim()).toBe("1");
});

test("a pooled connection refuses settings at its start, which a direct one takes", async () => {
  const options = "-c search_path=pg_catalog";
  await expect(local.connect(spec.address, { options: `${pooled.options} ${options}` })).rejects.toMatchObject({
    code: "08P01",
    message:
      "unsupported startup parameter in options: search_path. Please use unpooled connection or remove this parameter from the " +
      "startup package. More details: https://neon.tech/docs/connect/connection-errors#unsupported-startup-parameter",
  });
  expect(await local.query(spec.address, "SHOW search_path", { options })).toEqual([{ search_path: "pg_catalog" }]);
  await expect(local.connect(spec.address, { ...pooled, statement_timeout: 5 })).rejects.toThrow(
    "unsupported startup parameter: statement_timeout.",
  );
  const tracked = { ...pooled, application_name: "shop" };
  expect(await local.query(spec.address, "SHOW application_name", tracked)).toEqual([{ application_name: "shop" }]);
});

test.each([
  [{ database: "d", client_encoding: "UTF8", DateStyle: "ISO", extra_float_digits: "2" }, undefined],
  [{ options: "-c timezone=UTC --application-name=x -cintervalstyle=iso_8601" }, undefined],
  [{ "_pq_.command_tag": "1" }, undefined],
  [{ search_path: "a" }, "unsupported startup parameter: search_path."],
  [{ replication: "true" }, "unsupported startup parameter: replication."],
  [{ options: "--statement-timeout=5" }, "unsupported startup parameter in options: statement_timeout."],
  [{ options: "-c  lock_timeout=1" }, "unsupported startup parameter in options: lock_timeout."],
])("%j at the start of a pooled connection: %s", (parameters, expected) => {
  const refusal = refusalOfPooled(startup(parameters));
  if (expected === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toContain(`${expected} Please use unpooled connection`);
});
