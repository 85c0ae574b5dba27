import { checkPgSettings } from "../../../local/api/rules/pgSettings";
import { pgSettingsTable } from "../../../local/api/rules/pgSettingsTable";
import { TestComputes } from "./support";

jest.setTimeout(120_000);

interface Shown {
  name: string;
  vartype: string;
  setting: string;
  enumvals: string[] | null;
  min_val: string | null;
  max_val: string | null;
}

let local: TestComputes;
beforeAll(async () => (local = await TestComputes.start()));
afterAll(() => local?.end());

const names = pgSettingsTable
  .trim()
  .split("\n")
  .map((line) => line.split(" ", 1)[0] ?? "");

/** The names that a version takes, found with the value that each has. */
function taken(shown: Map<string, Shown>, pgVersion: number): string[] {
  return names.filter((name) => {
    const { setting } = shown.get(name) ?? { setting: "on" };
    try {
      checkPgSettings({ [name]: setting }, pgVersion);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether the rule takes a value. */
function isTaken(name: string, value: string, pgVersion: number): boolean {
  try {
    checkPgSettings({ [name]: value }, pgVersion);
    return true;
  } catch {
    return false;
  }
}

test.each([14, 15, 16, 17, 18])(
  "PostgreSQL %d has every setting that is taken, and starts with its extremes",
  async (pgVersion) => {
    const spec = await local.tenant(`v${pgVersion}`, { pgVersion });
    const query = "SELECT lower(name) AS name, vartype, setting, enumvals, min_val, max_val FROM pg_settings";
    const shown = new Map((await local.query<Shown>(spec.address, query)).map((row) => [row.name, row]));
    const known = taken(shown, pgVersion);
    expect(known.filter((name) => !shown.has(name))).toEqual([]);
    // What the machine itself sets apart, nothing that this version has and the table names is refused.
    const missed = names.filter((name) => shown.has(name) && !known.includes(name));
    expect(missed).toEqual([]);
    const extremes = (pick: (row: Shown) => string | null | undefined) =>
      Object.fromEntries(
        known.flatMap((name) => {
          const value = pick(shown.get(name) as Shown);
          const fits = typeof value === "string" && isTaken(name, value, pgVersion);
          return fits ? [[name, value]] : [];
        }),
      );
    const least = extremes(({ min_val, enumvals }) => min_val ?? enumvals?.[0]);
    const most = extremes(({ name, max_val, enumvals }) =>
      name.startsWith("max_") ? "20" : (max_val ?? enumvals?.at(-1)),
    );
    expect(Object.keys(least).length).toBeGreaterThan(90);
    expect(Object.keys(most).length).toBeGreaterThan(90);
    for (const pgSettings of [least, most]) {
      await local.computes.updateEndpoint({ ...spec, pgSettings });
      const [row] = await local.query<{ backend_flush_after: string }>(spec.address, "SHOW backend_flush_after");
      expect(row?.backend_flush_after).toBe(pgSettings === least ? "0" : "2MB");
    }
    await local.computes.suspend(spec.endpointId);
  },
);

test("a compute has the settings that it was given, with units, and the others as before", async () => {
  const pgSettings = { work_mem: "8MB", statement_timeout: "1.5min", TimeZone: "Europe/Berlin", "my.own": "it's" };
  const preloadLibraries = ["pg_stat_statements", "auto_explain"];
  const spec = await local.tenant("set", { pgSettings, preloadLibraries });
  const shown = await local.query<object>(
    spec.address,
    `SELECT current_setting('work_mem') AS work_mem, current_setting('statement_timeout') AS statement_timeout,
            current_setting('timezone') AS timezone, current_setting('my.own') AS own,
            current_setting('shared_preload_libraries') AS libraries`,
  );
  expect(shown).toEqual([
    {
      work_mem: "8MB",
      statement_timeout: "90s",
      timezone: "Europe/Berlin",
      own: "it's",
      libraries: "pg_stat_statements,auto_explain",
    },
  ]);
  const replica = await local.endpoint("set-replica", {
    branchId: "br-set",
    readOnly: true,
    pgSettings: { work_mem: "1MB" },
  });
  expect(await local.query(replica.address, "SHOW work_mem")).toEqual([{ work_mem: "1MB" }]);
});

test("the project's preload libraries are those of its next start, not of the present one", async () => {
  let ofProject: string[] = [];
  const spec = await local.tenant("project-libraries", { defaultPreloadLibraries: () => ofProject });
  const replica = await local.endpoint("project-libraries-replica", {
    branchId: "br-project-libraries",
    readOnly: true,
    defaultPreloadLibraries: () => ofProject,
  });
  const show = (address: string) => local.query<object>(address, "SHOW shared_preload_libraries");
  expect(await show(spec.address)).toEqual([{ shared_preload_libraries: "" }]);
  ofProject = ["pg_stat_statements"];
  await local.computes.updateEndpoint(spec);
  expect(await show(spec.address)).toEqual([{ shared_preload_libraries: "" }]);
  await local.computes.restart(spec.endpointId);
  for (const { address } of [spec, replica]) {
    expect(await show(address)).toEqual([{ shared_preload_libraries: "pg_stat_statements" }]);
  }
});

test("a changed setting or size restarts an active compute; the same ones do not", async () => {
  const spec = await local.tenant("changing", { pgSettings: { work_mem: "8MB" }, size: "1-1" });
  const client = await local.connect(spec.address);
  await local.computes.updateEndpoint({ ...spec, pgSettings: { work_mem: "8MB" }, idleMs: 60_000 });
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  const ended = new Promise<unknown>((resolve) => client.once("error", resolve));
  await local.computes.updateEndpoint({ ...spec, size: "2-2" });
  expect(await ended).toMatchObject({ code: "57P01" });
});
