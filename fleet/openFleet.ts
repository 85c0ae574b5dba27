import { hostname, userInfo } from "node:os";
import path from "node:path";
import { FleetError, loadFleet, resolveFleet, type Fleet, type TenantSpec } from "./config";
import { CheckpointStore } from "./engine/checkpoint";
import { checkProjectName, findHome, prepareHome, type FleetHome } from "./home";
import { Ledger } from "./ledger/ledger";
import { configRevision, programVersion } from "./version";

export interface OpenFleetOptions {
  /** `tenants.yaml`; by default it is found as by every door. */
  file?: string;
  /** Default the process's working folder. */
  cwd?: string;
  /** Default the process's environment. */
  env?: NodeJS.ProcessEnv;
}

/** A fleet that was read and checked: nothing has been called or started yet. */
export interface OpenFleet {
  home: FleetHome;
  fleet: Fleet;
  /** Every listed tenant, resolved, in the order of the file. */
  specs: ReadonlyMap<string, TenantSpec>;
  ledger: Ledger;
  checkpoints: CheckpointStore;
  /** Commit of the configuration. */
  revision: string;
  programVersion: string;
  /** Who is at work: `user@host`. */
  by: string;
  env: NodeJS.ProcessEnv;
}

/** Reads and checks the fleet file, the facts beside it and the ledger. Throws every problem at once, before any call. */
export function openFleet(options: OpenFleetOptions = {}): OpenFleet {
  const env = options.env ?? process.env;
  const home = findHome({ file: options.file, cwd: options.cwd ?? process.cwd(), env });
  const fleet = loadFleet(home.file);
  if (home.projectName !== undefined) checkProjectName(home.projectName, fleet.name);
  prepareHome(home);
  return {
    home,
    fleet,
    specs: new Map(resolveFleet(fleet).map((spec) => [spec.tenant, spec])),
    ledger: Ledger.open(path.join(home.folder, "ledger.jsonl")),
    checkpoints: new CheckpointStore(home.backendUrl, fleet.name),
    revision: configRevision(home.file, env),
    programVersion,
    by: `${userName()}@${hostname()}`,
    env,
  };
}

/** The entry of one tenant. Throws `FLEET_TENANT_UNKNOWN`. */
export function specOf({ specs, home }: OpenFleet, tenant: string): TenantSpec {
  const spec = specs.get(tenant);
  if (spec) return spec;
  throw new FleetError("FLEET_TENANT_UNKNOWN", `there is no tenant ${tenant} in ${home.file}`, {
    hint: "neon-tenants list shows all of them.",
  });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a uid that has no name.
    return String(process.getuid?.() ?? "unknown");
  }
}
