import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { manualClock } from "../../../local/clock";
import type { BranchDocument, EndpointDocument, ProjectDocument } from "../../../local/store/documents";
import { Store } from "../../../local/store/store";
import { projectCounters } from "../../../local/usage/counters";
import { completeQuotaRules } from "../../../local/usage/quotaRules";
import { readHistory } from "../../../local/usage/history";
import { projectMetrics } from "../../../local/usage/metrics";
import { timeframes, wholeFigures } from "../../../local/usage/timeframes";
import { Usage } from "../../../local/usage/usage";
import { removeFolder, temporaryFolder } from "../clients/support/machine";

const start = new Date("2027-01-30T22:40:00Z");
const hour = 3_600_000;
const endpoints = ["ep-a", "ep-b", "ep-c"].map((id, index) => ({
  id,
  branch: index < 2 ? "br-root" : "br-child",
  cu: index + 0.25,
}));

/** Only what usage reads of the documents. */
function filledStore(file = ":memory:"): Store {
  const store = new Store(file);
  const quota = {
    active_time_seconds: 0,
    compute_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    logical_size_bytes: 0,
  };
  const created_at = start.toISOString();
  const project = { id: "p", history_retention_seconds: 86_400, settings: { quota }, created_at };
  store.insert("project", "p", "org", project as unknown as ProjectDocument);
  for (const branch of [{ id: "br-root" }, { id: "br-child", parent_id: "br-root" }]) {
    store.insert("branch", branch.id, "p", { ...branch, project_id: "p", created_at } as unknown as BranchDocument);
  }
  for (const { id, branch, cu } of endpoints) {
    const endpoint = {
      id,
      project_id: "p",
      branch_id: branch,
      autoscaling_limit_min_cu: cu,
    } as unknown as EndpointDocument;
    store.insert("endpoint", id, "p", endpoint);
  }
  return store;
}

function opened(store: Store, clock = manualClock(start)) {
  const flushClock = manualClock(start);
  const suspended: string[] = [];
  const suspend = async (endpointId: string) => {
    suspended.push(endpointId);
    usage.fellAsleep(endpointId);
  };
  const usage: Usage = new Usage({ store, clock, flushClock, suspend, limitWrites: async () => undefined });
  return { usage, clock, flushClock, suspended };
}

const events = fc.oneof(
  fc.record({ what: fc.constant("wake" as const), endpoint: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ what: fc.constant("sleep" as const), endpoint: fc.integer({ min: 0, max: 2 }) }),
  fc.record({
    what: fc.constant("write" as const),
    branch: fc.constantFrom("br-root", "br-child"),
    bytes: fc.integer({ min: 1, max: 1e9 }),
  }),
  fc.record({
    what: fc.constant("size" as const),
    branch: fc.constantFrom("br-root", "br-child"),
    bytes: fc.integer({ min: 0, max: 1e9 }),
  }),
  fc.record({ what: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 20 * hour }) }),
  fc.record({ what: fc.constant("flush" as const) }),
  fc.record({ what: fc.constant("restart" as const) }),
);

it("whatever happens, counters are what was used in the period, and consumption adds up to them", () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60 }), (happened) => {
      const store = filledStore();
      const { usage: first, clock } = opened(store);
      let usage = first;
      const awake = new Set<number>();
      // The model: totals of the period, and the area below what is stored.
      let used = { activeMs: 0, computeMs: 0, writtenBytes: 0 };
      let month = clock.now().getUTCMonth();
      const size = { "br-root": 0, "br-child": 0 };
      const written = { "br-root": 0, "br-child": 0 };
      let area = 0;
      const pass = (ms: number) => {
        clock.advance(ms);
        used.activeMs += ms * awake.size;
        for (const index of awake) used.computeMs += ms * (endpoints[index]?.cu ?? 0);
        area += ((size["br-root"] + Math.min(size["br-child"], written["br-child"])) * ms) / hour;
      };
      const wake = (index: number) => {
        awake.add(index);
        usage.woke(endpoints[index]?.id ?? "");
      };
      const sleep = (index: number) => {
        awake.delete(index);
        usage.fellAsleep(endpoints[index]?.id ?? "");
      };
      for (const event of happened) {
        if (event.what === "wake") wake(event.endpoint);
        else if (event.what === "sleep") sleep(event.endpoint);
        else if (event.what === "write") {
          usage.wrote(event.branch, event.bytes);
          used.writtenBytes += event.bytes;
          written[event.branch] += event.bytes;
        } else if (event.what === "size") {
          usage.sized(event.branch, event.bytes);
          size[event.branch] = event.bytes;
        } else if (event.what === "pass") {
          // Cut at the end of the period, where the counters begin anew.
          const next = Date.UTC(2027, clock.now().getUTCMonth() + 1);
          const before = Math.min(event.ms, next - clock.now().getTime());
          pass(before);
          if (clock.now().getUTCMonth() !== month) {
            month = clock.now().getUTCMonth();
            used = { activeMs: 0, computeMs: 0, writtenBytes: 0 };
          }
          if (event.ms > before) pass(event.ms - before);
        } else if (event.what === "flush") usage.flush();
        else {
          for (const index of [...awake]) sleep(index);
          usage.close();
          usage = opened(store, clock).usage;
        }
      }
      const project = store.get("project", "p") as ProjectDocument;
      const shown = projectCounters(usage, project);
      expect(shown).toMatchObject({
        active_time_seconds: Math.floor(used.activeMs / 1000),
        compute_time_seconds: Math.floor(used.computeMs / 1000),
        written_data_bytes: used.writtenBytes,
      });
      const nowMs = clock.now().getTime();
      const periodStart = Date.UTC(2027, month);
      const history = readHistory(usage, project, periodStart);
      const frames = timeframes(periodStart, nowMs + hour, "hourly");
      const metric = (name: string) =>
        wholeFigures(periodStart, frames, (span) => projectMetrics[name]?.(history, span) ?? NaN).reduce(
          (a, b) => a + b,
          0,
        );
      expect(metric("compute_unit_seconds")).toBe(shown.compute_time_seconds);
      const all = readHistory(usage, project, start.getTime()).figures({ fromMs: Date.UTC(2027, 0), toMs: nowMs });
      expect(Math.abs(all.rootByteHours + all.childByteHours - area)).toBeLessThanOrEqual(1e-3 + area * 1e-9);
      usage.close();
      store.close();
    }),
    { numRuns: 200 },
  );
});

it("what was counted until the last write survives a kill, and a compute that ran ends there", () => {
  const folder = temporaryFolder();
  const store = filledStore(path.join(folder, "neon.sqlite"));
  const { usage, clock, flushClock } = opened(store);
  usage.woke("ep-a");
  clock.advance(60_000);
  flushClock.advance(5000);
  clock.advance(3000);
  // What a killed process leaves: its files, as they are.
  const copy = path.join(folder, "copy");
  fs.mkdirSync(copy);
  for (const name of fs.readdirSync(folder))
    if (name.startsWith("neon")) fs.copyFileSync(path.join(folder, name), path.join(copy, name));
  const left = new Store(path.join(copy, "neon.sqlite"));
  clock.advance(hour);
  const next = opened(left, clock).usage;
  expect(projectCounters(next, left.get("project", "p") as ProjectDocument).active_time_seconds).toBe(60);
  next.close();
  left.close();
  usage.close();
  store.close();
  removeFolder(folder);
});

it("hours are kept for thirteen calendar months before the present one", () => {
  const store = filledStore();
  const { usage, clock, flushClock } = opened(store);
  const write = () => {
    usage.wrote("br-root", 1);
    flushClock.advance(5000);
  };
  write();
  clock.advance(Date.parse("2028-02-29T23:59:00Z") - start.getTime());
  write();
  expect(store.all("usageHour")).toHaveLength(2);
  clock.advance(60_000);
  write();
  const months = store.parents("usageHour").map((parent) => parent.slice(-7));
  expect(months).toEqual(["2028-02", "2028-03"]);
  usage.close();
  store.close();
});

it("a compute counts with its new size once that was changed", () => {
  const store = filledStore();
  const { usage, clock } = opened(store);
  const project = store.get("project", "p") as ProjectDocument;
  usage.woke("ep-a");
  clock.advance(100_000);
  usage.flush();
  store.update("endpoint", "ep-a", {
    ...(store.get("endpoint", "ep-a") as EndpointDocument),
    autoscaling_limit_min_cu: 4,
  });
  usage.flush();
  clock.advance(100_000);
  expect(projectCounters(usage, project).compute_time_seconds).toBe(25 + 400);
  usage.close();
  store.close();
});

it("a compute that was made larger uses up its quota sooner", () => {
  const store = filledStore();
  const project = store.get("project", "p") as ProjectDocument;
  project.settings.quota.compute_time_seconds = 100;
  store.update("project", "p", project);
  const { usage, clock, suspended } = opened(store);
  usage.woke("ep-a");
  store.update("endpoint", "ep-a", {
    ...(store.get("endpoint", "ep-a") as EndpointDocument),
    autoscaling_limit_min_cu: 4,
  });
  usage.flush();
  clock.advance(24_999);
  expect(suspended).toEqual([]);
  clock.advance(1);
  expect(suspended).toEqual(["ep-a"]);
  expect(projectCounters(usage, project)).toMatchObject({ active_time_seconds: 25, compute_time_seconds: 100 });
  usage.close();
  store.close();
});

it.each([{ lagSeconds: -1 }, { lagSeconds: NaN }, { periodAnchorDay: 29 }, { periodAnchorDay: 0.5 }])(
  "rules that are not possible are refused: %j",
  (rules) => expect(() => completeQuotaRules(rules)).toThrow("rules of quotas"),
);
