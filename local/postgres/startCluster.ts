import type { BranchTools } from "./branch";
import type { BranchFiles } from "./branchFiles";
import { BranchLog } from "./branchLog";
import { Cluster, type ClusterOptions } from "./cluster";

/** What differs between the starts of a cluster in a branch's folder. */
export type StartSettings = Pick<
  ClusterOptions,
  "tls" | "maxConnections" | "unsafe" | "pgSettings" | "preloadLibraries" | "recovery" | "walLevel"
>;

/** Starts Postgres on the data in a branch's folder, wherever that lies. */
export async function startCluster(
  files: Pick<BranchFiles, "data" | "log">,
  pgVersion: number,
  tools: Pick<BranchTools, "launcher" | "folders" | "binaries">,
  settings: StartSettings,
  log = new BranchLog(files.log),
): Promise<Cluster> {
  return Cluster.start({
    ...settings,
    launcher: tools.launcher,
    socketFolder: tools.folders.sockets,
    dataFolder: files.data,
    binaries: await tools.binaries(pgVersion),
    log,
  });
}
