import { existsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { Client } from "pg";
import { applyFleet, applyReport, isFleetError, maskUri, openFleet, OutputReader, type OpenFleet } from "../fleet";
import { printEvent } from "../fleet/cli/printEvent";
import { reportFailure } from "../fleet/cli/reportFailure";
import { startInBackground } from "../fleet/cli/localProcess";
import { packageFolder } from "../fleet/packageFolder";
import { table } from "../fleet/report/table";

const root = packageFolder();
const standardPort = 5432;

/** `npm start`: twelve customers on a local Neon, from nothing to SQL, then once more to show that nothing changes. */
async function demo(): Promise<void> {
  say("Starting the local Neon …");
  const stateFolder = path.join(root, ".neon-tenants", "local");
  const isNew = !existsSync(stateFolder);
  const local = await startInBackground({
    stateFolder,
    pgPort: isNew && (await isFree(standardPort)) ? standardPort : 0,
  });
  say(`Local Neon: ${local.apiHost} (pid ${local.pid}), Postgres on port ${local.pgPort}`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NEON_API_KEY: local.apiKey,
    NEON_API_HOST: local.apiHost,
    NEON_ORG_ID: undefined,
    NEON_RATE_LIMIT: undefined,
    PULUMI_BACKEND_URL: `file://${path.join(root, ".neon-tenants", "state")}`,
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "local",
  };
  const open = (): OpenFleet =>
    openFleet({ cwd: root, file: path.join(root, "examples", "fleet", "tenants.yaml"), env });

  say("\nApplying examples/fleet/tenants.yaml: one stack and one Neon project per customer\n");
  const first = await applyFleet(open(), { log: say, onEvent: printEvent(process.stdout, false) });
  say(`\n${applyReport(first)}\n`);
  if (first.outcomes.some((outcome) => outcome.error)) throw new Error("some customers failed; see above");

  say("One SQL statement in each customer's own database:\n");
  const reader = new OutputReader(open(), say);
  const rows = await Promise.all(first.outcomes.map(({ tenant }) => answerOf(reader, tenant)));
  say(`${table(["customer", "connection string", "answer"], rows)}\n`);

  const second = await applyFleet(open(), { log: say });
  say(`Applying again: ${applyReport(second).split("\n").at(-1) ?? ""}\n`);
  say(whatNext());
}

async function answerOf(reader: OutputReader, tenant: string): Promise<string[]> {
  const { directUri } = await reader.read(tenant);
  // node-pg means verify-full by `require` and says so at every start; said here, it is quiet.
  const client = new Client({ connectionString: directUri.replace("sslmode=require", "sslmode=verify-full") });
  await client.connect();
  try {
    const sql =
      "select format('%s in %s on PostgreSQL %s', current_user, current_database(), current_setting('server_version')) as answer";
    const { rows } = await client.query<{ answer: string }>(sql);
    return [tenant, maskUri(directUri).replace(/\?.*$/, "?…"), rows[0]?.answer ?? ""];
  } finally {
    await client.end();
  }
}

function whatNext(): string {
  return [
    "The local Neon keeps running; everything is in .neon-tenants. Try next:",
    '  eval "$(npx neon-tenants local env)"                  point this shell at the local Neon',
    "  npx neon-tenants list                                 the fleet",
    '  psql "$(npx neon-tenants connect acme)"               a customer\'s database',
    "  edit examples/fleet/tenants.yaml, then npx neon-tenants plan, npx neon-tenants apply",
    "  npx neon-tenants pulumi preview --stack acme          the same stack through the plain Pulumi CLI",
    "  npx neon-tenants local stop                           stop the local Neon",
  ].join("\n");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // The first customer's own address: endpoints listen on loopback addresses of their own.
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.1.0.2", () => server.close(() => resolve(true)));
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

demo().catch((error: unknown) => {
  process.exitCode = reportFailure(error, process.stderr) || 1;
  if (isFleetError(error) && error.code.startsWith("FLEET_PASSPHRASE")) {
    say("The demo's state is under .neon-tenants; remove that folder to begin again.");
  }
});
