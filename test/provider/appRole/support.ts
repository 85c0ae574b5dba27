import { Client } from "pg";
import type { LocalNeon } from "../../../local";
import { createNeonApi, createProvider, type NeonApi } from "../../../provider";

export type Values = Record<string, unknown>;

// What is set for the user's own databases must not decide over these.
for (const name of Object.keys(process.env)) if (name.startsWith("PG")) delete process.env[name];

/** A project of its own, with the owner's URI. */
export interface Tenant {
  readonly api: NeonApi;
  readonly projectId: string;
  readonly branchId: string;
  readonly ownerUri: string;
}

export async function makeTenant(neon: LocalNeon, pgVersion: number): Promise<Tenant> {
  const rateLimit = { perMinute: Infinity, perSecond: Infinity };
  const api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost, rateLimit });
  const project = { name: "acme", pg_version: pgVersion, branch: { database_name: "app", role_name: "app_owner" } };
  const created = await api.createProject({ project });
  await api.waitForOperations(created.operations);
  const { id: projectId } = created.project;
  return { api, projectId, branchId: created.branch.id, ownerUri: created.connection_uris[0]!.connection_uri };
}

/** One engine run's provider of app roles, and what it warned of. */
export function providerOf({ api }: Pick<Tenant, "api">, clock?: { now(): number; sleep(ms: number): Promise<void> }) {
  const warnings: string[] = [];
  const provider = createProvider("appRole", { api: () => api, clock, warn: (line) => warnings.push(line), env: {} });
  return { provider, warnings };
}

export const password = "canary-Password-0123456789";

export function inputsOf({ projectId, branchId, ownerUri }: Tenant, more: Values = {}): Values {
  return {
    projectId,
    branchId,
    ownerUri,
    name: "web",
    access: "readWrite",
    password,
    epoch: `${branchId}/0`,
    __provider: "exports.handler=…",
    ...more,
  };
}

/** An entry of the state. */
export interface Entry {
  id: string;
  outs: Values;
}

/** What the engine does for a declared resource: check, then create, or diff and update. */
export async function up(tenant: Tenant, inputs: Values, before?: Entry): Promise<Entry> {
  const { provider } = providerOf(tenant);
  const { failures } = await provider.check!(before?.outs ?? {}, inputs);
  if (failures!.length > 0) throw new Error(failures!.map((failure) => failure.reason).join("; "));
  if (!before) {
    const { id, outs } = (await provider.create(inputs)) as Entry;
    return { id, outs: { ...outs, __provider: inputs.__provider } };
  }
  const { changes } = await provider.diff!(before.id, before.outs, inputs);
  if (!changes) return before;
  const { outs } = (await provider.update!(before.id, before.outs, inputs)) as { outs: Values };
  return { id: before.id, outs: { ...outs, __provider: inputs.__provider } };
}

export async function query<Row extends object>(uri: unknown, ...statements: string[]): Promise<Row[]> {
  const connectionString = String(uri).replace("sslmode=require", "sslmode=verify-full");
  const client = new Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** The SQLSTATE with which Postgres refuses, or `done`. */
export async function outcome(uri: unknown, statement: string): Promise<string> {
  return query(uri, statement).then(
    () => "done",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}

export const denied = "42501";
