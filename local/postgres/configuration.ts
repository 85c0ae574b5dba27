import fs from "node:fs";
import path from "node:path";

/** What differs from one start of a cluster to the next. */
export interface ClusterSettings {
  port: number;
  socketFolder: string;
  /** Listen on 127.0.0.1 with this certificate; without it only the unix socket is open. */
  tls?: { certFile: string; keyFile: string };
  maxConnections?: number;
  /** Of the compute, already checked; they win over what is written here. */
  pgSettings?: Record<string, string>;
  /** For `shared_preload_libraries`; the installation has them. */
  preloadLibraries?: string[];
  /** A hot standby of another cluster. */
  standby?: StandbySettings;
  /** Replays the WAL that lies in the data up to a target, and then goes its own way. */
  recovery?: RecoverySettings;
  /** `logical` where subscribers may follow; default `replica`. */
  walLevel?: "replica" | "logical";
  /** For the making of clusters that can be made again. */
  unsafe?: boolean;
}

export interface StandbySettings {
  /** Where the other cluster keeps its WAL: read whether it runs or not. */
  walFolder: string;
  /** The other cluster's door, while it runs. */
  primary?: { socketFolder: string; port: number };
  /** Least values of settings that must not be lower than the other cluster's. */
  atLeast: Record<string, number>;
}

export interface RecoverySettings {
  /** The one that the cluster writes on whose WAL it is. */
  timeline: number;
  /** `time`: everything that was committed by then. `lsn`: everything that was written before this position. */
  target: { time: Date } | { lsn: string };
}

/** Neon's own: `cloud_admin` is ours, over the unix socket, which only this user reaches; everybody else has a password, and TLS over TCP. */
const HBA = `local all cloud_admin trust
local replication cloud_admin trust
local all all scram-sha-256
hostssl all cloud_admin all reject
hostssl all all 127.0.0.0/8 scram-sha-256
`;

/** Connections that Neon keeps for its own administration, out of `max_connections` (limits page). */
const RESERVED_CONNECTIONS = 7;
const DEFAULT_MAX_CONNECTIONS = 104;
const MAX_WAL_SENDERS = 10;
const MAX_WAL_KEEP_MB = 2 ** 31 - 1;

/** The complete configuration, written before every start: what the file says is what holds, whoever made the cluster and when. */
export function writeConfiguration(dataFolder: string, major: number, settings: ClusterSettings): void {
  const own = configuration(major, settings);
  const all = {
    ...own,
    ...(settings.standby ? standbyConfiguration(settings.standby, own) : {}),
    ...(settings.recovery ? recoveryConfiguration(settings.recovery) : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quote(value)}`);
  replaceFile(path.join(dataFolder, "postgresql.conf"), `${lines.join("\n")}\n`);
  replaceFile(path.join(dataFolder, "pg_hba.conf"), HBA);
}

/** The folder belongs to another account when this process is root: never write through what that account may have put there. */
function replaceFile(file: string, text: string): void {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { flag: "wx", mode: 0o644 });
}

function configuration(major: number, settings: ClusterSettings): Record<string, string> {
  const { tls } = settings;
  return {
    listen_addresses: tls ? "127.0.0.1" : "",
    port: String(settings.port),
    unix_socket_directories: settings.socketFolder,
    unix_socket_permissions: "0700",
    ...(tls ? { ssl: "on", ssl_cert_file: tls.certFile, ssl_key_file: tls.keyFile } : {}),
    password_encryption: "scram-sha-256",
    max_connections: String(settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS),
    superuser_reserved_connections: String(RESERVED_CONNECTIONS),
    shared_buffers: "16MB",
    huge_pages: "off",
    autovacuum_max_workers: "1",
    // One process less per awake branch: synchronous reads need no I/O workers.
    ...(major >= 18 ? { io_method: "sync" } : {}),
    wal_level: settings.walLevel ?? "replica",
    // Read replicas follow a branch over its unix socket.
    max_wal_senders: String(MAX_WAL_SENDERS),
    min_wal_size: "2MB",
    max_wal_size: "256MB",
    ...(settings.unsafe ? { fsync: "off" } : {}),
    timezone: "GMT",
    log_timezone: "GMT",
    datestyle: "iso, mdy",
    default_text_search_config: "pg_catalog.english",
    // Messages are read by this program, so they must not be translated.
    lc_messages: "C",
    log_line_prefix: "%m [%p] %q%u@%d ",
    log_checkpoints: "off",
    // A failing CREATE ROLE must not put its password into the log.
    log_min_error_statement: "panic",
    ...(settings.preloadLibraries?.length ? { shared_preload_libraries: settings.preloadLibraries.join(",") } : {}),
    ...settings.pgSettings,
    // The WAL in a branch's own pg_wal is its history, which Postgres must not shorten by itself.
    wal_keep_size: String(MAX_WAL_KEEP_MB),
  };
}

/**
 * No checkpoint and little waiting for the disk on the way: who is killed here begins again. Without a `restore_command`, which would be
 * two processes for each segment, Postgres takes the WAL from its own folder, as a standby does. Those files may be another cluster's
 * as well.
 */
function recoveryConfiguration({ timeline, target }: RecoverySettings): Record<string, string> {
  return {
    wal_recycle: "off",
    recovery_target_timeline: String(timeline),
    recovery_target_action: "promote",
    ...("time" in target
      ? { recovery_target_time: numericZone(target.time), recovery_target_inclusive: "on" }
      : { recovery_target_lsn: target.lsn, recovery_target_inclusive: "off" }),
    hot_standby: "off",
    shared_buffers: "128MB",
    max_wal_size: "8GB",
    checkpoint_timeout: "1h",
    autovacuum: "off",
  };
}

/** Names of zones, `Z` too, are not known yet when the file is read. */
function numericZone(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "+00");
}

/** `test` keeps what is not there (yet) from being reported as an error. */
function restoreCommand(walFolder: string): string {
  const segment = `${walFolder.replace(/'/g, `'\\''`).replace(/%/g, "%%")}/%f`;
  return `test -f '${segment}' && cp '${segment}' "%p"`;
}

function standbyConfiguration(standby: StandbySettings, own: Record<string, string>): Record<string, string> {
  const { walFolder, primary, atLeast } = standby;
  const raised = Object.entries(atLeast).map(([name, least]) => [
    name,
    String(Math.max(Number(own[name] ?? 0), least)),
  ]);
  return {
    hot_standby: "on",
    // The branch keeps its history, not its replica.
    wal_keep_size: "0",
    recovery_target_timeline: "current",
    restore_command: restoreCommand(walFolder),
    primary_conninfo: primary
      ? `host=${conninfoValue(primary.socketFolder)} port=${primary.port} user=cloud_admin`
      : "",
    ...(Object.fromEntries(raised) as Record<string, string>),
  };
}

const conninfoValue = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

function quote(value: string): string {
  return `'${value.replace(/\\/g, "\\\\").replace(/'/g, "''")}'`;
}
