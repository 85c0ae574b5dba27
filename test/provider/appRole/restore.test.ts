import { type LocalNeon, startLocalNeon } from "../../../local";
import { denied, type Entry, inputsOf, makeTenant, outcome, providerOf, query, type Tenant, up } from "./support";

let neon: LocalNeon;
let tenant: Tenant;
beforeAll(async () => (neon = await startLocalNeon({ closed: true, pgPort: 0 })));
afterAll(() => neon.close());
beforeEach(async () => {
  tenant = await makeTenant(neon, 17);
  await query(tenant.ownerUri, "CREATE TABLE orders (n int)");
});

interface Answer {
  branch: { id: string };
  snapshot: { id: string };
}

/** A call of Neon's that the provider has no use for. */
async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(`${neon.apiHost}/projects/${tenant.projectId}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${neon.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  const operations = await tenant.api.listOperations(tenant.projectId);
  await tenant.api.waitForOperations(operations);
  return answer;
}

/** The database's own position: everything that was committed is before it. */
async function position(): Promise<string> {
  const [row] = await query<{ lsn: string }>(tenant.ownerUri, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
  await query(tenant.ownerUri, "INSERT INTO orders VALUES (0)");
  return row!.lsn;
}

const restore = (lsn: string) =>
  post(`branches/${tenant.branchId}/restore`, {
    source_branch_id: tenant.branchId,
    source_lsn: lsn,
    preserve_under_name: `before ${lsn}`,
  });

const changes = async (entry: Entry, more = {}) =>
  (await providerOf(tenant).provider.diff!(entry.id, entry.outs, inputsOf(tenant, more))).changes;

const change = "INSERT INTO orders VALUES (1)";

test("a role that a restore took away is made again by the next up with its password, and then nothing is to do", async () => {
  const before = await position();
  const entry = await up(tenant, inputsOf(tenant));
  expect(await changes(entry)).toBe(false);
  await restore(before);
  expect(await outcome(entry.outs.uri, change)).toBe("28P01");
  const healed = await up(tenant, inputsOf(tenant), entry);
  expect(healed.outs.uri).toBe(entry.outs.uri);
  expect(await outcome(entry.outs.uri, change)).toBe("done");
  expect(await changes(healed)).toBe(false);
  expect(await up(tenant, inputsOf(tenant), healed)).toBe(healed);
});

test("a password that a restore took back is the present one again after the next up", async () => {
  const first = await up(tenant, inputsOf(tenant));
  const before = await position();
  const rotated = { password: "canary-Rotated-9876543210" };
  const second = await up(tenant, inputsOf(tenant, rotated), first);
  await restore(before);
  expect([await outcome(first.outs.uri, change), await outcome(second.outs.uri, change)]).toEqual(["done", "28P01"]);
  const healed = await up(tenant, inputsOf(tenant, rotated), second);
  expect([await outcome(first.outs.uri, change), await outcome(second.outs.uri, change)]).toEqual(["28P01", "done"]);
  expect(await changes(healed, rotated)).toBe(false);
});

test.each([
  ["readOnly", "readWrite", "done"],
  ["readWrite", "readOnly", denied],
])("grants that went from %s to %s hold again after a restore and the next up", async (from, to, wanted) => {
  const first = await up(tenant, inputsOf(tenant, { access: from }));
  const before = await position();
  const second = await up(tenant, inputsOf(tenant, { access: to }), first);
  expect(await outcome(second.outs.uri, change)).toBe(wanted);
  await restore(before);
  expect(await outcome(second.outs.uri, change)).not.toBe(wanted);
  const healed = await up(tenant, inputsOf(tenant, { access: to }), second);
  expect(await outcome(second.outs.uri, change)).toBe(wanted);
  expect(await changes(healed, { access: to })).toBe(false);
});

test("a finalized snapshot restore, which changes the id of the default branch, is healed without that id", async () => {
  const { snapshot } = await post(`branches/${tenant.branchId}/snapshot`, {});
  const entry = await up(tenant, inputsOf(tenant));
  const { branch } = await post(`snapshots/${snapshot.id}/restore`, { finalize_restore: true });
  expect(branch.id).not.toBe(tenant.branchId);
  expect(await outcome(entry.outs.uri, change)).toBe("28P01");
  const healed = await up(tenant, inputsOf(tenant), entry);
  expect(await outcome(entry.outs.uri, change)).toBe("done");
  expect(await changes(healed)).toBe(false);
  const followed = await up(tenant, inputsOf(tenant, { branchId: branch.id }), healed);
  expect(await changes(followed, { branchId: branch.id })).toBe(false);
});

test("a state of an earlier release is healed after a restore, and is not changed without one", async () => {
  const before = await position();
  const made = await up(tenant, inputsOf(tenant));
  const { restoreTrace: _none, ...outs } = made.outs;
  const old = { ...made, outs };
  expect(await changes(old)).toBe(false);
  await restore(before);
  const healed = await up(tenant, inputsOf(tenant), old);
  expect(await outcome(made.outs.uri, change)).toBe("done");
  expect(await changes(healed)).toBe(false);
});

test("several roles of one run share one look, which wakes no compute; a look that fails changes nothing", async () => {
  const entry = await up(tenant, inputsOf(tenant));
  const calls: string[] = [];
  const counted = new Proxy(tenant.api, {
    get: (api, name) => {
      calls.push(String(name));
      return Reflect.get(api, name) as unknown;
    },
  });
  const { provider } = providerOf({ api: counted });
  for (let role = 0; role < 3; role += 1) await provider.diff!(entry.id, entry.outs, inputsOf(tenant));
  expect(calls.filter((name) => name !== "orgId")).toEqual(["listBranches"]);
  const gone = { ...entry, outs: { ...entry.outs, projectId: "calm-sun-12345678" } };
  const { provider: other, warnings } = providerOf(tenant);
  const news = inputsOf(tenant, { projectId: "calm-sun-12345678" });
  const declared = { ...(entry.outs.declared as object), projectId: "calm-sun-12345678" };
  expect((await other.diff!(gone.id, { ...gone.outs, declared }, news)).changes).toBe(false);
  expect(warnings.join()).toContain("NEON_NOT_FOUND");
});
