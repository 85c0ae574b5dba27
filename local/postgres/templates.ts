import { execFile } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { asAccount, give, type Account } from "./account";
import type { Binaries } from "./binaries";
import { BranchLog } from "./branchLog";
import { Cluster } from "./cluster";
import { DEFAULT_PRIVILEGES } from "./databases";
import type { Folders } from "./folders";
import type { Launcher } from "./launcher";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

const run = promisify(execFile);
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** 1 MB segments make a new cluster 11 MB smaller, and history can be cut finely. */
const INITDB_ARGUMENTS = ["-U", "cloud_admin", "-A", "trust", "-E", "UTF8", "--wal-segsize=1", "--no-sync"];

export interface TemplateOptions {
  account: Account | undefined;
  folders: Folders;
  launcher: Launcher;
}

/** The empty cluster of each version that root branches are copied from. Kept in the cache, so that it is made once per user. */
export class Templates {
  readonly #making = new Map<number, Promise<string>>();

  constructor(private readonly options: TemplateOptions) {}

  /** The data folder to copy; concurrent callers share one making. */
  folder(binaries: Binaries): Promise<string> {
    let making = this.#making.get(binaries.major);
    if (!making) {
      making = this.#findOrMake(binaries).finally(() => this.#making.delete(binaries.major));
      this.#making.set(binaries.major, making);
    }
    return making;
  }

  /** Another binary or another recipe is another template. Made under a name of its own and renamed: two processes may do it at once. */
  async #findOrMake(binaries: Binaries): Promise<string> {
    const statements = roleStatements(binaries.major);
    const recipe = JSON.stringify([binaries.version, INITDB_ARGUMENTS, statements, DEFAULT_PRIVILEGES, process.arch]);
    const key = crypto.createHash("sha256").update(recipe).digest("hex").slice(0, 12);
    const all = path.join(this.options.folders.cache, "templates");
    const template = path.join(all, `${binaries.version}-${key}`);
    if (fs.existsSync(template)) return template;
    fs.mkdirSync(all, { recursive: true, mode: 0o755 });
    removeAbandoned(all, Date.now() - ABANDONED_AFTER_MS);
    const making = fs.mkdtempSync(path.join(all, "making-"));
    fs.chmodSync(making, 0o711);
    try {
      const data = path.join(making, "data");
      await this.#make(data, binaries, statements, new BranchLog(path.join(making, "log")));
      fs.renameSync(data, template);
    } catch (error) {
      if (!fs.existsSync(template)) throw error;
    } finally {
      fs.rmSync(making, { recursive: true, force: true });
    }
    return template;
  }

  async #make(data: string, binaries: Binaries, statements: readonly string[], log: BranchLog): Promise<void> {
    const { account, folders, launcher } = this.options;
    fs.mkdirSync(data, { mode: 0o700 });
    give(data, account);
    await initdb(binaries, data, account);
    const settings = { socketFolder: folders.sockets, unsafe: true };
    const cluster = await Cluster.start({ dataFolder: data, binaries, launcher, log, ...settings });
    try {
      await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
        for (const statement of statements) await session.run(statement);
      });
      for (const database of [SYSTEM_DATABASE, "template1"]) {
        await asAdmin(cluster, database, async (session) => {
          for (const statement of [...functionStatements(binaries.major), ...DEFAULT_PRIVILEGES]) {
            await session.run(statement);
          }
        });
      }
    } finally {
      await cluster.stop();
    }
  }
}

/** With the locale of Neon's computes; where the system does not know it, with the nearest that every system knows. */
async function initdb(binaries: Binaries, data: string, account: Account | undefined): Promise<void> {
  const options = { ...asAccount(account), cwd: "/", env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "GMT" } };
  const make = (locale: string) =>
    run(binaries.initdb, ["-D", data, `--locale=${locale}`, ...INITDB_ARGUMENTS], options);
  await make("C.UTF-8").catch(() => make("C"));
}

/** What Neon's compute gives `neon_superuser`, of which every role made through the API is a member. */
function roleStatements(major: number): string[] {
  return [
    "CREATE ROLE neon_superuser NOLOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION IN ROLE pg_read_all_data, pg_write_all_data",
    "GRANT pg_monitor TO neon_superuser WITH ADMIN OPTION",
    "GRANT pg_signal_backend TO neon_superuser WITH ADMIN OPTION",
    ...(major >= 16 ? ["GRANT pg_create_subscription TO neon_superuser"] : []),
  ];
}

/** Functions are granted per database. */
function functionStatements(major: number): string[] {
  return [
    "GRANT EXECUTE ON FUNCTION pg_export_snapshot TO neon_superuser",
    "GRANT EXECUTE ON FUNCTION pg_show_replication_origin_status TO neon_superuser",
    ...(major >= 16 ? ["GRANT EXECUTE ON FUNCTION pg_log_standby_snapshot TO neon_superuser"] : []),
  ];
}

/** What a process that was killed while making a template left. */
function removeAbandoned(folder: string, olderThanMs: number): void {
  for (const name of fs.readdirSync(folder)) {
    const making = path.join(folder, name);
    if (name.startsWith("making-") && fs.statSync(making).mtimeMs < olderThanMs) {
      fs.rmSync(making, { recursive: true, force: true });
    }
  }
}
