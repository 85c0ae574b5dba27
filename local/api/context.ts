import type { Clock } from "../clock";
import { isMovable } from "../movableClock";
import type { NewOperation } from "../faults/requestFaults";
import type { Store } from "../store/store";
import type { Usage } from "../usage/usage";
import type { LocalApiKey, LocalOrganization } from "./callers";
import type { ComputeRegistry } from "./computeRegistry";
import type { Random } from "./ids";
import type { OperationRunner } from "./operations/operationRunner";
import type { LatencyProfile } from "./operations/latency";
import type { CompleteAccessRules } from "./rules/accessRules";
import type { CompleteBranchRules } from "./rules/branchRules";
import type { CompleteComputeRules } from "./rules/computeRules";
import type { Timetable } from "./timetable";

/** The person whom personal keys belong to. */
export interface LocalUser {
  id: string;
  email: string;
  name: string;
}

/** Everything that handlers work with. */
export interface ApiContext {
  store: Store;
  clock: Clock;
  random: Random;
  computes: ComputeRegistry;
  runner: OperationRunner;
  /** Gets one line for each event that nobody waits for. */
  log: (line: string) => void;
  /** What happens by itself at its time. */
  timetable: Timetable;
  /** What projects use, and whether their quotas let them. */
  usage: Usage;
  branchRules: CompleteBranchRules;
  accessRules: CompleteAccessRules;
  computeRules: CompleteComputeRules;
  user: LocalUser;
  /** Everybody who has an account, the local user first. */
  users: LocalUser[];
  organizations: LocalOrganization[];
  apiKeys: LocalApiKey[];
  latency: LatencyProfile;
  /** When this server was started: the age of its keys and organizations. */
  startedAt: Date;
  /** The port of every endpoint's address. */
  pgPort: number;
  /** Absolute path of the CA certificate that clients verify the server with. */
  caFile: string;
  /** Whether every endpoint has an address of its own; if not, all share 127.0.0.1 and clients name the endpoint. */
  hasOwnAddresses: boolean;
  /** Asked for every operation that the request starts, where faults are injected: whether it fails, and with which text. */
  strikeOperation?: (operation: NewOperation) => { fails?: string };
}

/** The present time as Neon writes it. */
export const nowText = ({ clock }: Pick<ApiContext, "clock">): string => clock.now().toISOString();

/** When a time of the API was by the machine's own clock, which Postgres goes by. */
export const machineTime = ({ clock }: Pick<ApiContext, "clock">, time: Date): Date =>
  isMovable(clock) ? clock.toMachineTime(time) : time;
