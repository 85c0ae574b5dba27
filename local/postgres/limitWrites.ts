import fs from "node:fs";
import path from "node:path";
import type { Cluster } from "./cluster";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

const LINE = "default_transaction_read_only = 'on'\n";

/**
 * New transactions of a running cluster begin read-only, in sessions that are open too, or no longer do. Sessions may switch it off for
 * themselves: to delete rows, and as the administration of this program does. The next start writes the configuration anew, without it.
 */
export async function limitWrites(dataFolder: string, cluster: Cluster, isLimited: boolean): Promise<void> {
  const file = path.join(dataFolder, "postgresql.conf");
  // The folder may belong to another account: nothing is read or written through what that account may have put there.
  const present = fs.readFileSync(file, { encoding: "utf8", flag: fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW });
  const wanted = present.replaceAll(LINE, "") + (isLimited ? LINE : "");
  if (wanted === present) return;
  fs.rmSync(file);
  fs.writeFileSync(file, wanted, { flag: "wx", mode: 0o644 });
  await asAdmin(cluster, SYSTEM_DATABASE, (session) => session.run("SELECT pg_reload_conf()"));
}
