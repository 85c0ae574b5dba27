import { CheckpointStore } from "../../../fleet/engine/checkpoint";
import { StackError, type StackLock } from "../../../fleet/engine/stackError";
import type { StackEngine, StackOperation } from "../../../fleet/engine/stackEngine";
import { lockState } from "../../../fleet/run/locks";
import { runTenant } from "../../../fleet/run/runTenant";

const lock = (host: string, pid: number): StackLock => ({ host, pid, user: "root", since: "2026-11-23T10:00:00Z" });
const locked = (...locks: StackLock[]) =>
  new StackError("locked", "FLEET_STACK_LOCKED", "the stack is locked", "", locks);
const operation = { verb: "up", spec: { tenant: "acme" } } as StackOperation;

/** An engine that answers from a script and writes down what it was asked. */
function scripted(answers: (Error | undefined)[], calls: string[]): StackEngine {
  return {
    name: "stock",
    run: ({ verb }) => {
      calls.push(verb);
      const answer = answers.shift();
      return answer ? Promise.reject(answer) : Promise.resolve({ changes: {} });
    },
    outputs: () => Promise.resolve({}),
    cancel: () => {
      calls.push("cancel");
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** A file backend whose checkpoint has pending operations until the given number of reads. */
class PendingStore extends CheckpointStore {
  constructor(private times: number) {
    super("s3://none", "fleet");
  }
  override read(): never {
    const pending = this.times-- > 0 ? [{ type: "creating", urn: "u" }] : [];
    return { fingerprint: "", resources: [], outputs: {}, pendingOperations: pending } as never;
  }
}

describe("a lock", () => {
  const processes = { host: "here", isAlive: (pid: number) => pid === 1 };
  it.each([
    [[lock("here", 2)], "dead"],
    [[lock("here", 1)], "alive"],
    [[lock("here", 2), lock("here", 1)], "alive"],
    [[lock("there", 2)], "elsewhere"],
    [[lock("here", 2), lock("there", 2)], "elsewhere"],
    [[], "elsewhere"],
  ] as [StackLock[], string][])("of %j is %s", (locks, state) => {
    expect(lockState(locks, processes)).toBe(state);
  });
});

describe("one tenant's run", () => {
  it("removes the lock of a dead process and goes on", async () => {
    const calls: string[] = [];
    const engine = scripted([locked(lock("here", 2))], calls);
    await runTenant(operation, {
      engine,
      checkpoints: new PendingStore(0),
      processes: { host: "here", isAlive: () => false },
    });
    expect(calls).toEqual(["up", "cancel", "up"]);
  });

  it("waits for a living process of this machine and removes nothing", async () => {
    const calls: string[] = [];
    let polls = 0;
    const processes = { host: "here", isAlive: () => polls++ < 2 };
    await runTenant(operation, {
      engine: scripted([locked(lock("here", 1))], calls),
      checkpoints: new PendingStore(0),
      processes,
    });
    expect(calls).toEqual(["up", "up"]);
  });

  it("gives up on a living process after its wait, naming the lock", async () => {
    const options = {
      engine: scripted([locked(lock("here", 1)), locked(lock("here", 1))], []),
      checkpoints: new PendingStore(0),
      processes: { host: "here", isAlive: () => true },
      lockWaitMs: 1,
    };
    await expect(runTenant(operation, options)).rejects.toMatchObject({ code: "FLEET_STACK_LOCKED" });
  });

  it("respects a lock of another host and says the way out", async () => {
    const calls: string[] = [];
    const engine = scripted([locked(lock("there", 2))], calls);
    const run = runTenant(operation, {
      engine,
      checkpoints: new PendingStore(0),
      processes: { host: "here", isAlive: () => false },
    });
    await expect(run).rejects.toThrow(/neon-tenants unlock acme/);
    expect(calls).toEqual(["up"]);
  });

  it("clears pending creates before it goes up, so that what they made is looked for", async () => {
    const calls: string[] = [];
    await runTenant(operation, { engine: scripted([], calls), checkpoints: new PendingStore(1) });
    expect(calls).toEqual(["refresh", "up"]);
  });

  it("reads a checkpoint again that another engine was just writing", async () => {
    const calls: string[] = [];
    const half = new StackError("failed", "FLEET_ENGINE_FAILED", "failed to load checkpoint: EOF", "");
    await runTenant(operation, { engine: scripted([half, half], calls), checkpoints: new PendingStore(0) });
    expect(calls).toEqual(["up", "up", "up"]);
  });

  it("lets every other failure through at once", async () => {
    const calls: string[] = [];
    const failure = new StackError("failed", "FLEET_ENGINE_FAILED", "no", "");
    await expect(
      runTenant(operation, { engine: scripted([failure], calls), checkpoints: new PendingStore(0) }),
    ).rejects.toBe(failure);
    expect(calls).toEqual(["up"]);
  });
});
