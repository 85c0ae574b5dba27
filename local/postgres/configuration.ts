import fs from "node:fs";
import path from "node:path";

/** What differs from one start of a cluster to the next. */
export interface ClusterSettings {
  port: number;
  socketFolder: string;
  /** Listen on 127.0.0.1 with this certificate; without it only the unix socket is open. */
  tls?: { certFile: string; keyFile: string };
  maxConnections?: number;
  /** For the making of clusters that can be made again. */
  unsafe?: boolean;
}

/** Neon's own: `cloud_admin` is ours, over the unix socket, which only this user reaches; everybody else has a password, and TLS over TCP. */
const HBA = `local all cloud_admin trust
local all all scram-sha-256
hostssl all cloud_admin all reject
hostssl all all 127.0.0.0/8 scram-sha-256
`;

/** Connections that Neon keeps for its own administration, out of `max_connections` (limits page). */
const RESERVED_CONNECTIONS = 7;
const DEFAULT_MAX_CONNECTIONS = 104;

/** The complete configuration, written before every start: what the file says is what holds, whoever made the cluster and when. */
export function writeConfiguration(dataFolder: string, major: number, settings: ClusterSettings): void {
  const lines = Object.entries(configuration(major, settings)).map(([name, value]) => `${name} = ${quote(value)}`);
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
    wal_level: "replica",
    max_wal_senders: "0",
    // The WAL in a branch's own pg_wal is its history.
    wal_keep_size: "4GB",
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
  };
}

function quote(value: string): string {
  return `'${value.replace(/\\/g, "\\\\").replace(/'/g, "''")}'`;
}
