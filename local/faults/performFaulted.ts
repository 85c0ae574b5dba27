import type { RequestFaults } from "./requestFaults";
import { statusAnswer } from "./statusAnswer";

/** What a request consists of, for faults to come in between. */
export interface FaultableSteps<T> {
  /**
   * Reads and checks the request; it throws to refuse. The answer carries the request out, in one transaction, and throws to refuse;
   * only what reads may take its time.
   */
  prepare: () => Promise<() => T | Promise<T>>;
  /** Lets an operation appear in a project. */
  lock: (projectId: string) => void;
  /** The project that `createProject` made. */
  createdProject: (answer: T) => string | undefined;
  reset: () => void;
  /** False when the server closes. */
  wait: (ms: number) => Promise<boolean>;
  /** Hears of a change that was put off and then refused. */
  refusedLater: (error: unknown) => void;
}

/** Carries a request out as its faults demand. The answer is nothing where the connection was reset. */
export async function performFaulted<T>(faults: RequestFaults, steps: FaultableSteps<T>): Promise<T | undefined> {
  const { answer, slow, lock } = faults;
  if (answer?.kind === "resetBeforeRequest") return resetOf(steps);

  const prepared = await outcomeOf(steps.prepare);
  if (slow?.when === "beforeCommit" && !(await steps.wait(slow.delayMs))) return resetOf(steps);

  const status = answer && statusAnswer(answer);
  if (status && !(answer && "when" in answer && answer.when === "afterCommit")) throw status;

  const carryOut = async () => {
    if (lock?.projectId !== undefined) steps.lock(lock.projectId);
    const result = await valueOf(prepared)();
    faults.committed();
    const madeProject = lock && lock.projectId === undefined ? steps.createdProject(result) : undefined;
    if (madeProject !== undefined) steps.lock(madeProject);
    return result;
  };
  if (answer?.kind === "commitAfterReset") {
    steps.reset();
    if (await steps.wait(answer.delayMs)) await carryOut().catch(steps.refusedLater);
    return undefined;
  }

  const result = await outcomeOf(carryOut);
  if (slow && slow.when !== "beforeCommit" && !(await steps.wait(slow.delayMs))) return resetOf(steps);
  if (answer?.kind === "resetAfterCommit") return resetOf(steps);
  if (status) throw status;
  return valueOf(result);
}

function resetOf(steps: { reset: () => void }): undefined {
  steps.reset();
  return undefined;
}

type Outcome<T> = { value: T } | { error: unknown };

async function outcomeOf<T>(run: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
