import type { Clock } from "../clock";
import { ActiveFault, type FaultHandle } from "./activeFault";
import { type FaultEvent, FaultLog } from "./faultEvent";
import type { FaultRule } from "./faultRule";
import type { Vocabulary } from "./faultSchemas";
import { HeldOperations } from "./heldOperations";
import { describeProblem, invalidFaults, parseFaultRules } from "./parseFaultRules";
import { type FaultableRequest, type NewOperation, RequestFaults } from "./requestFaults";
import { parseRoute } from "./routePattern";
import { seededChance, seedOfRule } from "./seededChance";

/** The injected faults of a local Neon. */
export interface LocalFaults {
  /** Puts a fault in force; it throws `LOCAL_FAULTS_INVALID` for a rule that is wrong, with everything that is. */
  add(rule: FaultRule): FaultHandle;
  /** The faults in force, oldest first. */
  readonly active: readonly FaultHandle[];
  /** Ends all faults and releases what hangs. The log stays. */
  clear(): void;
  /** The faults that struck, oldest first; the last 100,000 at most. */
  readonly log: readonly FaultEvent[];
}

export interface FaultsOptions {
  vocabulary: Vocabulary;
  clock: Clock;
  /** The same seed and the same requests in the same order meet the same faults. */
  seed: number;
  /** Gets one line for each fault that strikes. */
  log?: (line: string) => void;
}

/** The rules in force, what they have counted, and what they put off. */
export class Faults implements LocalFaults {
  readonly held = new HeldOperations();
  readonly #log = new FaultLog();
  readonly #waiting = new Set<() => void>();
  #faults: ActiveFault[] = [];
  #added = 0;
  #closed = false;

  constructor(private readonly options: FaultsOptions) {}

  add(rule: FaultRule): FaultHandle {
    const parsed = parseFaultRules([rule], this.options.vocabulary);
    if ("problems" in parsed) throw invalidFaults(parsed.problems.map(describeProblem));
    return this.#add(parsed.rules[0] ?? rule);
  }

  /** Rules that have been checked already, as a list: all or none. */
  addAll(rules: readonly FaultRule[]): FaultHandle[] {
    return rules.map((rule) => this.#add(rule));
  }

  #add(rule: FaultRule): FaultHandle {
    const isFor = parseRoute(rule.route, this.options.vocabulary.routes);
    if ("problem" in isFor) throw invalidFaults([isFor.problem]);
    this.#added += 1;
    const fault = new ActiveFault(`fault-${this.#added}`, rule, {
      isFor,
      chance: seededChance(rule.seed ?? seedOfRule(this.options.seed, this.#added)),
      held: this.held,
      forget: (gone) => (this.#faults = this.#faults.filter((other) => other !== gone)),
    });
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  get active(): readonly FaultHandle[] {
    return this.#faults;
  }

  get log(): readonly FaultEvent[] {
    return this.#log.events;
  }

  clear(): void {
    for (const fault of this.#faults) fault.remove();
  }

  /** The faults that strike this request, which is counted by that; nothing where no fault is in force. */
  of(request: FaultableRequest): RequestFaults | undefined {
    if (this.#faults.length === 0) return undefined;
    return new RequestFaults(request, this.#faults, (fault, operation) => this.#note(fault, request, operation));
  }

  #note(fault: ActiveFault, request: FaultableRequest, operation?: NewOperation): FaultEvent {
    const { operationId, method, requestId } = request;
    const path = `/${request.path.join("/")}`;
    this.options.log?.(`${fault.id} (${fault.rule.kind}) strikes ${method} ${path}, request ${requestId}`);
    return this.#log.add({
      at: this.options.clock.now().toISOString(),
      faultId: fault.id,
      kind: fault.rule.kind,
      requestId,
      operationId,
      method,
      path,
      committed: false,
      ...(operation ? { operation } : {}),
    });
  }

  /** Resolves after so long: true, or false at once when the server closes. */
  wait(ms: number): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (elapsed: boolean) => {
        this.#waiting.delete(close);
        resolve(elapsed);
      };
      const cancel = this.options.clock.after(ms, () => end(true));
      const close = () => {
        cancel();
        end(false);
      };
      this.#waiting.add(close);
    });
  }

  /** Forgets what was put off and what hangs: to be called before anything that requests need is closed. */
  close(): void {
    this.#closed = true;
    for (const close of [...this.#waiting]) close();
  }
}
