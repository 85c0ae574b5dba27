import * as pulumi from "@pulumi/pulumi";
import { systemClock } from "../api/clock";
import { isNeonError } from "../api/errors";
import type { NeonApi } from "../api/neonApi";
import { sharedNeonApi } from "../api/sharedNeonApi";
import { isRecord, type Values } from "../fields";
import {
  type Lifecycle,
  type LifecycleContext,
  lifecycles,
  type ResourceKind,
  RunMemory,
  withProvider,
} from "../lifecycle";
import { createSql, type Sql } from "../sql";

/** Reads one key of the stack's `neon:` configuration. */
export type NeonConfig = (key: "apiKey" | "orgId" | "apiHost" | "baseUrl") => string | undefined;

/** What a host of the provider may put in its own; everything else is the machine's. */
export interface ProviderOptions {
  /** Makes the API object for an organization; default {@link sharedNeonApi} for the target that configuration and environment name. */
  api?: (config: NeonConfig, orgId: string | undefined) => NeonApi;
  /** Connections to databases; default node-pg. */
  sql?: Sql;
  clock?: LifecycleContext["clock"];
  warn?: (line: string) => void;
  /**
   * Where key, organization and host are looked for after the configuration, and `NEON_ATTEMPTED_AT`: when an earlier run sent a POST
   * whose answer it did not record. Default `process.env`.
   */
  env?: Readonly<Record<string, string | undefined>>;
  /** Name of the Pulumi project; default that of the provider's process. */
  pulumiProject?: string;
}

/**
 * The implementation of one kind of resource as a {@link pulumi.dynamic.ResourceProvider}. Every instance has its own configuration and
 * remembers one engine run: make one per stack and run.
 */
export function createProvider(kind: ResourceKind, options: ProviderOptions = {}): pulumi.dynamic.ResourceProvider {
  const lifecycle: Lifecycle = lifecycles[kind];
  const run = new RunMemory();
  const { clock = systemClock, warn = (line: string) => console.error(line), env = process.env } = options;
  const { api = (config: NeonConfig, orgId: string | undefined) => sharedNeonApi({ args: { orgId }, config, env }) } =
    options;
  const sql = options.sql ?? createSql(clock);
  let config: NeonConfig = () => undefined;
  const apis = new Map<string | undefined, NeonApi>();

  /** A project is looked for and made in the organization that it names, which need not be the configured one. */
  const contextFor = (values: Values): LifecycleContext => {
    const orgId = typeof values.orgId === "string" ? values.orgId : undefined;
    const known = apis.get(orgId) ?? api(config, orgId);
    apis.set(orgId, known);
    const attemptedAt = timeIn(env.NEON_ATTEMPTED_AT);
    return { api: known, sql, clock, run, warn, attemptedAt, pulumiProject: options.pulumiProject ?? pulumiProject() };
  };

  /** Neon may be out of reach in a preview; that must not keep it from showing what the program changes. */
  const changedOutside = async (id: string, values: Values): Promise<boolean> => {
    if (!lifecycle.changedOutside) return false;
    try {
      return await lifecycle.changedOutside(contextFor(values), id, values);
    } catch (error) {
      if (!isNeonError(error)) throw error;
      warn(`${id}: whether it was changed outside is not known: ${error.message}`);
      return false;
    }
  };

  return {
    configure: (request) =>
      plainErrors(async () => {
        config = (key) => request.config.get(`neon:${key}`);
        apis.clear();
      }),
    check: (olds: unknown, news: unknown) =>
      plainErrors(async () => {
        const { inputs, problems } = lifecycle.check(run, withoutProvider(olds), withoutProvider(news));
        return { inputs, failures: problems.map(({ path, reason }) => ({ property: path, reason })) };
      }),
    diff: (id, outputs: unknown, news: unknown) =>
      plainErrors(async () => {
        const values = valuesOf(outputs);
        const inputs = withoutProvider(news);
        const followed = lifecycle.follow ? await lifecycle.follow(contextFor(values), id, values, inputs) : values;
        const changes = lifecycle.diff(followed, inputs);
        const changed = followed !== values || changes.length > 0 || (await changedOutside(id, values));
        return { changes: changed, replaces: [], deleteBeforeReplace: true };
      }),
    create: (inputs: unknown) =>
      plainErrors(async () => {
        const values = valuesOf(inputs);
        const { id, outputs } = await lifecycle.create(contextFor(values), values);
        return { id, outs: outputs };
      }),
    read: (id, outputs: unknown) =>
      plainErrors(async () => {
        const values = valuesOf(outputs);
        const found = await lifecycle.read(contextFor(values), id, values);
        if (!found) return { id: "", props: {} };
        return { id: found.id, props: found.outputs, inputs: withProvider(found.inputs, values) };
      }),
    update: (id, outputs: unknown, news: unknown) =>
      plainErrors(async () => {
        const values = valuesOf(outputs);
        return { outs: await lifecycle.update(contextFor(values), id, values, valuesOf(news)) };
      }),
    delete: (id, outputs: unknown) =>
      plainErrors(async () => {
        const values = valuesOf(outputs);
        await lifecycle.delete(contextFor(values), id, values);
      }),
  };
}

const valuesOf = (value: unknown): Values => (isRecord(value) ? value : {});

function withoutProvider(value: unknown): Values {
  const { __provider: _text, ...values } = valuesOf(value);
  return values;
}

/** The SDK prints the stack of what a provider throws; a user's error says all it has to say in its message. */
async function plainErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isNeonError(error)) error.stack = "";
    throw error;
  }
}

/** The driver's journal, as a time in milliseconds; anything else says nothing. */
function timeIn(text: string | undefined): number | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function pulumiProject(): string | undefined {
  try {
    return pulumi.getProject();
  } catch {
    return undefined;
  }
}
