import { Command, Option } from "commander";
import type { LatencyProfile } from "../local";
import { createNeonApi } from "../provider/api";
import { table } from "../fleet/report/table";
import { BenchFolder } from "./benchFolder";
import { fail, positiveInteger, runBench, type BenchRun } from "./runBench";
import { runApply } from "./runApply";
import { startServices } from "./services/startServices";
import { tenantNames } from "./sets";

interface OnboardingOptions {
  tenants: number;
  concurrency?: number;
  latency: LatencyProfile;
  rateLimits: boolean;
}

/** What `--json` prints. */
export interface OnboardingFigures {
  tenants: number;
  minutes: number;
  tenantsPerMinute: number;
  cpuSecondsPerTenant: number;
  /** Requests that the local Neon answered, refused ones included. */
  apiCallsPerTenant: number;
  /** Answers 429 and 423: each of them cost a wait. */
  rateLimitedCalls: number;
  lockedCalls: number;
  failures: number;
  /** Projects at the local Neon afterwards. */
  projects: number;
  peakMemoryBytes: number;
}

const command = new Command("bench:onboarding")
  .description("new plain tenants at Neon's latency and under its rate limits, through `neon-tenants apply`")
  .option("--tenants <n>", "new tenants", positiveInteger, 1000)
  .option("--concurrency <n>", "stacks in flight (default: the command's own)", positiveInteger)
  .addOption(new Option("--latency <kind>", "how long operations take").choices(["none", "neon"]).default("neon"))
  .option("--no-rate-limits", "without Neon's rate limits");

async function measure({ options, say, signal }: BenchRun<OnboardingOptions>): Promise<OnboardingFigures> {
  const { tenants, concurrency, latency, rateLimits } = options;
  const services = await startServices({ latency, rateLimits });
  const bench = new BenchFolder();
  try {
    bench.write({ set: "plain", tenants: tenantNames(tenants) });
    const env = await bench.env(services);
    say(`applying ${tenants} new tenants`);
    await services.takeRequests();
    const used = await runApply(bench, { env, concurrency, signal });
    const requests = await services.takeRequests();
    for (const error of used.errors.slice(0, 10)) say(error);
    const api = createNeonApi({ apiKey: services.apiKey, baseUrl: services.apiHost, orgId: services.orgId });
    const projects = await api.listProjects();
    return {
      tenants,
      minutes: used.wallSeconds / 60,
      tenantsPerMinute: (tenants / used.wallSeconds) * 60,
      cpuSecondsPerTenant: used.cpuSeconds / tenants,
      apiCallsPerTenant: requests.total / tenants,
      rateLimitedCalls: requests.byStatus["429"] ?? 0,
      lockedCalls: requests.byStatus["423"] ?? 0,
      failures: tenants - (used.counts.created ?? 0),
      projects: projects.length,
      peakMemoryBytes: used.peakMemoryBytes,
    };
  } finally {
    bench.remove();
    await services.close();
  }
}

function text(figures: OnboardingFigures): string {
  const rows = [
    ["tenants", String(figures.tenants)],
    ["minutes", figures.minutes.toFixed(2)],
    ["tenants per minute", figures.tenantsPerMinute.toFixed(0)],
    ["CPU-seconds per tenant", figures.cpuSecondsPerTenant.toFixed(3)],
    ["API calls per tenant", figures.apiCallsPerTenant.toFixed(2)],
    ["answers 429 / 423", `${figures.rateLimitedCalls} / ${figures.lockedCalls}`],
    ["failures", String(figures.failures)],
    ["projects", String(figures.projects)],
    ["peak memory, MB", (figures.peakMemoryBytes / 1e6).toFixed(0)],
  ];
  return table(["onboarding", ""], rows);
}

runBench<OnboardingOptions, OnboardingFigures>(command, measure, { json: (figures) => figures, text }).catch(fail);
