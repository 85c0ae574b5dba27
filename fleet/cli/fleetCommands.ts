import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { FleetError } from "../config";
import { applyFleet, type ApplyOptions, type ApplyReport } from "../operations/applyFleet";
import { destroyTenant, destroyText } from "../operations/destroyTenant";
import { listTenants } from "../operations/listTenants";
import { planWithUse } from "../operations/planTenants";
import { ConsentError } from "../operations/requireConsent";
import { OutputReader } from "../operations/tenantOutputs";
import { describeLock, unlockTenant } from "../operations/unlockTenant";
import { openFleet, type OpenFleet } from "../openFleet";
import { type ConsentClass, consentClasses, exitCodeOf, isConsentClass } from "../plan";
import { applyReport, countsOf } from "../report/applyReport";
import { maskUri } from "../report/maskUri";
import { planReport } from "../report/planReport";
import { table } from "../report/table";
import { ask } from "./ask";
import { interruptible } from "./interruptible";
import { printEvent } from "./printEvent";

interface SelectOptions {
  only?: string[];
  allowUnlisted?: boolean;
  json?: boolean;
}

/** `plan`, `apply`, `list`, `connect`, `destroy` and `unlock`. */
export function addFleetCommands(program: Command): void {
  const open = (): OpenFleet => openFleet({ file: program.opts<{ file?: string }>().file });
  addPlan(program, open);
  addApply(program, open);
  addList(program, open);
  addConnect(program, open);
  addDestroy(program, open);
  addUnlock(program, open);
}

function addPlan(program: Command, open: () => OpenFleet): void {
  withSelection(
    program
      .command("plan")
      .description("show what apply would do; reads files, and of Neon only the use of a quota that is lowered"),
  ).action(async (options: SelectOptions) => {
    const plan = await planWithUse(open(), options);
    print(options.json ? JSON.stringify(plan, null, 2) : planReport(plan));
    if (plan.stop) {
      throw new FleetError(plan.stop.code, plan.stop.reason, { hint: plan.stop.wayOut });
    }
    process.exitCode = exitCodeOf(plan);
  });
}

function addApply(program: Command, open: () => OpenFleet): void {
  withSelection(
    program.command("apply").description("bring every tenant to what the file says; never destroys anything"),
  )
    .option("-c, --concurrency <n>", "stacks in flight", positiveInteger, Math.max(2, availableParallelism()))
    .addOption(new Option("--engine <kind>", "how stacks are run").choices(["direct", "stock"]).default("direct"))
    .option("--allow <classes>", `make changes that hurt: ${consentClasses.join(", ")}`, classList)
    .option("--rollback", "go on although the fleet was last applied from a newer checkout")
    .option("--outage <seconds>", "how long to wait for Neon when it does not answer", positiveInteger, 900)
    .option("-v, --verbose", "print every line of the engine")
    .action(
      async (
        options: SelectOptions & {
          concurrency: number;
          engine: "direct" | "stock";
          allow?: ConsentClass[];
          rollback?: boolean;
          outage: number;
          verbose?: boolean;
        },
      ) => {
        const opened = open();
        const report = await applyAsking(opened, {
          only: options.only,
          allowUnlisted: options.allowUnlisted,
          concurrency: options.concurrency,
          engineKind: options.engine,
          allow: options.allow,
          rollback: options.rollback,
          outageSeconds: options.outage,
          log: note,
          onEvent: options.json ? undefined : printEvent(process.stderr, options.verbose ?? false),
        });
        print(options.json ? JSON.stringify({ ...report, counts: countsOf(report) }, null, 2) : applyReport(report));
        const failed = report.outcomes.filter(
          ({ state, error }) => state === "failed" || (state === "skipped" && error),
        ).length;
        process.exitCode = exitCodeOf(report.plan, { failed, interrupted: report.interrupted });
      },
    );
}

/** At a terminal, a person may give the word that is missing; anywhere else the run ends with what it needs. */
async function applyAsking(opened: OpenFleet, options: ApplyOptions): Promise<ApplyReport> {
  const run = (allow: ApplyOptions["allow"]) =>
    interruptible((signal) => applyFleet(opened, { ...options, allow, signal }));
  try {
    return await run(options.allow);
  } catch (error) {
    if (!(error instanceof ConsentError)) throw error;
    const answer = await ask(`${error.message}.\nType yes to go on: `);
    if (answer !== "yes") throw error;
    return run([...(options.allow ?? []), ...error.needs.map((need) => need.class)]);
  }
}

function addList(program: Command, open: () => OpenFleet): void {
  withSelection(
    program.command("list").description("list every tenant with its project and state; calls nothing"),
  ).action((options: SelectOptions) => {
    const rows = listTenants(open(), options);
    if (options.json) return print(JSON.stringify(rows, null, 2));
    const cells = rows.map((row) => [
      row.tenant,
      row.plan ?? "-",
      row.region ?? "-",
      row.projectId ?? "-",
      row.state,
      row.appliedAt ?? "-",
    ]);
    print(table(["customer", "plan", "region", "project", "state", "applied"], cells));
  });
}

function addConnect(program: Command, open: () => OpenFleet): void {
  program
    .command("connect <tenant>")
    .description('print a tenant\'s connection string, from the state alone; psql "$(neon-tenants connect acme)"')
    .option("-d, --database <name>", "one of the tenant's databases (default: its own)")
    .option("--pooled", "through the pooler (transaction mode); not for migrations or dumps")
    .option("--mask", "hide the password")
    .option("--psql", "open psql instead of printing")
    .action(
      async (tenant: string, options: { database?: string; pooled?: boolean; mask?: boolean; psql?: boolean }) => {
        const outputs = await new OutputReader(open(), note).read(tenant);
        const uri = uriFor(outputs, options);
        if (options.psql) process.exitCode = await runPsql(uri);
        else print(options.mask ? maskUri(uri) : uri);
      },
    );
}

function addDestroy(program: Command, open: () => OpenFleet): void {
  program
    .command("destroy <tenant>")
    .description(
      "delete one tenant's project: takes both locks off, then destroys (Neon can recover it for 7 days); with retainOnDelete, keep it",
    )
    .option("--confirm <tenant>", "the tenant's name once more, instead of typing it")
    .action(async (tenant: string, options: { confirm?: string }) => {
      const opened = open();
      const confirm = options.confirm ?? (await ask(`${destroyText(opened, tenant)}. Type ${tenant} to go on: `));
      const report = await destroyTenant(opened, tenant, {
        confirm,
        log: note,
        onNote: (text) => note(`${tenant}: ${text}`),
      });
      const { projectId, isRetained } = report;
      if (projectId === undefined) print(`${tenant}: it had no project; marked as departed`);
      else if (isRetained) print(`${tenant}: project ${projectId} stays at Neon and is no longer managed`);
      else print(`${tenant}: project ${projectId} deleted`);
    });
}

function addUnlock(program: Command, open: () => OpenFleet): void {
  program
    .command("unlock <tenant>")
    .description("remove the lock that a run on another machine left; one of a living process of this machine stays")
    .option("--confirm <tenant>", "the tenant's name once more, instead of typing it")
    .action(async (tenant: string, options: { confirm?: string }) => {
      const opened = open();
      const held = opened.checkpoints.locks(tenant).map((lock) => describeLock(lock));
      for (const lock of held) note(`${tenant}: locked by ${lock}`);
      const asked =
        held.length > 0 && options.confirm === undefined
          ? await ask(`Type ${tenant} if that run is gone: `)
          : undefined;
      const locks = await unlockTenant(opened, tenant, { confirm: options.confirm ?? asked, log: note });
      print(locks.length > 0 ? `${tenant}: unlocked` : `${tenant}: was not locked`);
    });
}

function withSelection(command: Command): Command {
  return command
    .option("--only <names...>", "only these tenants; * and ? match")
    .option("--allow-unlisted", "go on although the file lost many known tenants")
    .option("--json", "print one JSON object");
}

function uriFor(
  outputs: { tenant: string; directUri: string; pooledUri: string; databaseName: string; uris: Record<string, string> },
  { database, pooled }: { database?: string; pooled?: boolean },
): string {
  if (database === undefined || database === outputs.databaseName)
    return pooled ? outputs.pooledUri : outputs.directUri;
  const uri = outputs.uris[database];
  if (uri === undefined) {
    const known = Object.keys(outputs.uris).join(", ");
    throw new FleetError("FLEET_DATABASE_UNKNOWN", `tenant ${outputs.tenant} has no database ${database}`, {
      hint: `It has: ${known}.`,
    });
  }
  if (!pooled) return uri;
  const url = new URL(uri);
  url.host = new URL(outputs.pooledUri).host;
  return url.toString();
}

/** The URI goes through the environment: a command line can be read by everybody on the machine. */
function runPsql(uri: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(uri);
    const password = decodeURIComponent(url.password);
    url.password = "";
    const child = spawn("psql", [url.toString()], { stdio: "inherit", env: { ...process.env, PGPASSWORD: password } });
    child.once("error", (cause) =>
      reject(
        new FleetError("FLEET_PSQL_MISSING", "psql cannot be started", {
          hint: "Install PostgreSQL's client, or print the URI.",
          cause,
        }),
      ),
    );
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Repeatable, and a list with commas. */
function classList(text: string, before: ConsentClass[] = []): ConsentClass[] {
  const words = text.split(",").map((word) => word.trim());
  const unknown = words.filter((word) => !isConsentClass(word));
  if (unknown.length > 0) throw new InvalidArgumentError(`The classes are ${consentClasses.join(", ")}.`);
  return [...before, ...words.filter(isConsentClass)];
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Write a whole number of at least 1.");
  return value;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
