import net from "node:net";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { type Entry, inputsOf, makeTenant, outcome, password, providerOf, query, type Tenant, up } from "./support";

let neon: LocalNeon;
let tenant: Tenant;
let web: Entry;

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true, allowPlaintext: true });
  tenant = await makeTenant(neon, 17);
  web = await up(tenant, inputsOf(tenant));
});
afterAll(() => neon.close());

/** A clock that passes when somebody waits. */
function quickClock() {
  const clock = { slept: 0, now: () => clock.slept, sleep: async (ms: number) => void (clock.slept += ms) };
  return clock;
}

const ownerPassword = (uri: string) => decodeURIComponent(new URL(uri).password);

/** Everything that a failure may show to a person or a log. */
function shown(error: unknown): string {
  const { message, stack, cause, ...rest } = error as Error & Record<string, unknown>;
  return [message, stack, JSON.stringify(cause), JSON.stringify(rest)].join("\n");
}

async function failure(inputs: Record<string, unknown>, clock = quickClock()): Promise<Error & { code?: string }> {
  try {
    await providerOf(tenant, clock).provider.create(inputs);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was expected to fail");
}

/** A way to the database over which the first connections are lost. */
async function flakyWay(lostConnections: number) {
  let left = lostConnections;
  const server = net.createServer((socket) => {
    if (left-- > 0) return void socket.destroy();
    const forward = net.connect(neon.pgPort, "127.0.0.1");
    socket.pipe(forward).pipe(socket);
    for (const end of [socket, forward]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const host = new URL(tenant.ownerUri).hostname;
  const endpoint = (await tenant.api.listEndpoints(tenant.projectId)).find((it) => it.host === host)!;
  const at = tenant.ownerUri.replace(/@[^/]*/, `@127.0.0.1:${port}`).replace(/\?.*$/, "");
  return { uri: `${at}?sslmode=disable&options=endpoint%3D${endpoint.id}`, close: () => server.close() };
}

test("a connection that is lost is made again, until the role is there", async () => {
  const way = await flakyWay(3);
  try {
    const clock = quickClock();
    const { provider } = providerOf(tenant, clock);
    await provider.create(inputsOf(tenant, { name: "patient", ownerUri: way.uri }));
    expect(clock.slept).toBeGreaterThan(0);
    const [row] = await query(tenant.ownerUri, "SELECT 1 AS one FROM pg_roles WHERE rolname = 'patient'");
    expect(row).toEqual({ one: 1 });
  } finally {
    way.close();
  }
});

test("one that never comes ends with the reason, after a minute", async () => {
  const clock = quickClock();
  const nobody = tenant.ownerUri.replace(/@[^/]*/, "@127.0.0.1:1");
  const error = await failure(inputsOf(tenant, { ownerUri: nobody }), clock);
  expect([error.code, clock.slept > 30_000, clock.slept <= 60_000]).toEqual(["NEON_UNREACHABLE", true, true]);
});

test("no failure shows a password or waits where waiting is in vain", async () => {
  const wrong = "canary-Wrong-0123456789";
  const owner = ownerPassword(tenant.ownerUri);
  const cases: [string, Record<string, unknown>][] = [
    ["NEON_UNAUTHORIZED", { ownerUri: tenant.ownerUri.replace(encodeURIComponent(owner), wrong) }],
    ["NEON_NOT_FOUND", { databaseName: "missing" }],
    ["NEON_NOT_FOUND", { schemas: ["missing"] }],
    ["NEON_UNREACHABLE", { ownerUri: tenant.ownerUri.replace(/&sslrootcert=[^&]*/, "") }],
    ["NEON_INVALID_INPUT", { ownerUri: tenant.ownerUri.replace(/sslrootcert=[^&]*/, "sslrootcert=/missing.crt") }],
    ["NEON_FORBIDDEN", { ownerUri: String(web.outs.uri), name: "by-web" }],
  ];
  for (const [code, more] of cases) {
    const clock = quickClock();
    const error = await failure(inputsOf(tenant, more), clock);
    expect([error.code, clock.slept]).toEqual([code, 0]);
    for (const secret of [password, owner, wrong]) expect(shown(error)).not.toContain(secret);
  }
});

test("a failed update keeps what was applied before, so that the next one does it", async () => {
  const entry = await up(tenant, inputsOf(tenant, { name: "twice" }));
  const wanted = inputsOf(tenant, { name: "twice", password: `${password}-2`, schemas: ["missing"] });
  const { provider } = providerOf(tenant);
  const error = await provider.update!(entry.id, entry.outs, wanted).then(
    () => undefined,
    (caught: unknown) => caught as { id: string; properties: Record<string, unknown> },
  );
  expect(error!.properties).toEqual(entry.outs);
  expect(await outcome(entry.outs.uri, "SELECT 1")).toBe("done");
  const healed = await up(tenant, { ...wanted, schemas: undefined }, { id: error!.id, outs: error!.properties });
  expect(await outcome(healed.outs.uri, "SELECT 1")).toBe("done");
});

test("reading connects to nothing and finds the state as it was, also where the project is gone", async () => {
  const other = await makeTenant(neon, 17);
  const entry = await up(other, inputsOf(other));
  const { provider } = providerOf(other);
  const read = () => provider.read!(entry.id, { ...entry.outs, ownerUri: "postgresql://a:b@127.0.0.1:1/x" });
  const found = await read();
  const { __provider, ...outs } = entry.outs;
  expect(found.props).toEqual({ ...outs, ownerUri: "postgresql://a:b@127.0.0.1:1/x" });
  await other.api.deleteProject(other.projectId);
  expect(await read()).toEqual(found);
  await provider.delete!(entry.id, { ...entry.outs, declared: { ...(outs.declared as object), allowDelete: true } });
});

test("what the user declared holds no secret, a changed one is noticed all the same", async () => {
  expect(JSON.stringify(web.outs.declared)).not.toContain("canary");
  expect(Object.keys(web.outs.declared as object).sort()).toEqual(["access", "branchId", "epoch", "name", "projectId"]);
  const { provider } = providerOf(tenant);
  const changes = async (more: object) =>
    (await provider.diff!(web.id, web.outs, inputsOf(tenant, { ...more }))).changes;
  expect(await changes({})).toBe(false);
  for (const more of [{ password: `${password}2` }, { ownerUri: `${tenant.ownerUri}&more=1` }, { epoch: "2" }]) {
    expect(await changes(more)).toBe(true);
  }
});

describe("check", () => {
  const problems = async (more: Record<string, unknown>, olds = {}) =>
    (await providerOf(tenant).provider.check!(olds, inputsOf(tenant, more))).failures!.map(({ property }) => property);

  test.each<[string, Record<string, unknown>]>([
    ["access", { access: "superuser" }],
    ["password", { password: "short" }],
    ["password", { password: "md5" + "0".repeat(32) }],
    ["ownerUri", { ownerUri: "https://example.com" }],
    ["ownerUri", { ownerUri: "postgresql://nobody@host/app" }],
    ["ownerUri", { ownerUri: "postgresql://a:b@ep-x-1-pooler.eu.aws.neon.tech/app" }],
    ["name", { name: "neon_superuser" }],
    ["schemas", { schemas: [] }],
  ])("names a wrong %s", async (property, more) => expect(await problems(more)).toEqual([property]));

  test("shows no secret", async () => {
    const { failures } = await providerOf(tenant).provider.check!(
      {},
      inputsOf(tenant, { ownerUri: "canary", password: "canary" }),
    );
    expect(failures).toHaveLength(2);
    expect(JSON.stringify(failures)).not.toContain("canary");
  });

  test("leaves out what a preview does not know", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    expect(await problems({ ownerUri: unknown, password: unknown, branchId: unknown })).toEqual([]);
  });

  test("refuses another name or project, and follows another branch", async () => {
    expect(await problems({ name: "other", branchId: "br-other" }, inputsOf(tenant))).toEqual(["name"]);
    const entry = { projectId: tenant.projectId, declared: { projectId: tenant.projectId } };
    const diff = providerOf(tenant).provider.diff!("p/web", entry, inputsOf(tenant, { projectId: "other" }));
    await expect(diff).rejects.toThrow("NEON_IMMUTABLE: projectId cannot change");
  });
});
