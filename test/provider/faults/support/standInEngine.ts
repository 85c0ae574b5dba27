import { randomBytes } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { createProvider, providerKindOf, type ProviderOptions } from "../../../../provider";
import { isRecord, sameValue, type Values } from "../../../../provider/fields";
import type { ResourceKind } from "../../../../provider/lifecycle";
import { type Registered, type Registration, runProgram } from "./programMonitor";

/** One entry of the state. */
export interface Entry {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** Names of inputs and outputs that the state holds encrypted. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  /** True after a create or update that left something behind (`initErrors`). */
  readonly failed: boolean;
}

export interface Step {
  readonly op: "create" | "update" | "same" | "replace" | "delete" | "forget" | "refresh";
  readonly name: string;
}

/** What one command did. */
export interface Ran {
  readonly steps: readonly Step[];
  /** Undefined where it went well. */
  readonly error: Error | undefined;
}

/** The steps that are not `same`. */
export const changesOf = ({ steps }: Ran): string[] =>
  steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`);

type Provider = Required<pulumi.dynamic.ResourceProvider>;

const randomPassword = "random:index/randomPassword:RandomPassword";

/**
 * The engine's part of `up`, `preview`, `refresh` and `destroy`, without its processes: the order of its steps, what it hands to which
 * method of a provider, and what it keeps. One step at a time, as with `--parallel 1`. Each command has providers of its own, as a
 * command's plugins have.
 */
export class StandInEngine {
  entries: Entry[] = [];

  constructor(
    readonly stack: string,
    /** The machine of the provider's process, made anew for each command. */
    private readonly machine: () => ProviderOptions,
    readonly project = "shop",
  ) {}

  async up(program: () => void): Promise<Ran> {
    return this.#command(async (providers, steps) => {
      const seen = await this.#run(program, false, (registration) => this.#apply(providers, steps, registration));
      await this.#remove(
        providers,
        steps,
        this.entries.filter(({ urn }) => !seen.has(urn)),
      );
    });
  }

  /** What `up` would do; nothing of it is done, and the state stays. */
  async preview(program: () => void): Promise<Ran> {
    return this.#command(async (providers, steps) => {
      const seen = await this.#run(program, true, (registration) => this.#foresee(providers, steps, registration));
      const gone = this.entries.filter(({ urn }) => !seen.has(urn));
      refuseProtected(gone);
      for (const { name } of [...gone].reverse()) steps.push({ op: "delete", name });
    });
  }

  async refresh(): Promise<Ran> {
    return this.#command(async (providers, steps) => {
      for (const entry of [...this.entries]) {
        if (entry.type === randomPassword) continue;
        const found = await providers.of(entry.outputs).read(entry.id, entry.outputs);
        steps.push({ op: "refresh", name: entry.name });
        if (found.id === "" || found.id === undefined) this.#forget(entry.urn);
        else {
          const { __provider } = entry.outputs;
          const inputs = found.inputs ? { ...(found.inputs as Values), __provider } : entry.inputs;
          const outputs = { ...(found.props as Values), __provider };
          this.#keep({ ...entry, inputs, outputs: wire(outputs), failed: false });
        }
      }
    });
  }

  async destroy(): Promise<Ran> {
    return this.#command((providers, steps) => this.#remove(providers, steps, this.entries));
  }

  async #command(work: (providers: Providers, steps: Step[]) => Promise<void>): Promise<Ran> {
    const steps: Step[] = [];
    try {
      await work(new Providers(this.machine()), steps);
      return { steps, error: undefined };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { steps, error };
    }
  }

  /** The URNs that the program registered. */
  async #run(
    program: () => void,
    preview: boolean,
    step: (registration: Registration) => Promise<Registered>,
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    let turn: Promise<unknown> = Promise.resolve();
    const register = (registration: Registration): Promise<Registered> => {
      seen.add(registration.urn);
      const done = turn.then(() => (registration.custom ? step(registration) : { outputs: {}, secrets: [] }));
      // After a failure no further step begins.
      turn = done;
      turn.catch(() => undefined);
      return done;
    };
    await runProgram(program, { project: this.project, stack: this.stack, preview, register });
    return seen;
  }

  async #apply(providers: Providers, steps: Step[], goal: Registration): Promise<Registered> {
    if (goal.type === randomPassword) return this.#applyRandom(steps, goal);
    const { __provider } = goal.inputs;
    const provider = providers.of(goal.inputs);
    const old = this.#entry(goal.urn);
    const inputs = await checked(provider, goal, old);
    const note = (op: Step["op"]) => steps.push({ op, name: goal.name });
    const entryOf = (id: string, outputs: Values, failed: boolean): Entry => ({
      ...{ urn: goal.urn, type: goal.type, name: goal.name, id, inputs, failed },
      ...{ protect: goal.protect, retainOnDelete: goal.retainOnDelete, deletedWith: goal.deletedWith },
      outputs: wire({ ...outputs, __provider }),
      secrets: [...new Set([...goal.secretInputs, ...goal.secretOutputs])],
    });
    if (!old) {
      note("create");
      return this.#keepOutcome(entryOf, async () => {
        const made = await provider.create(inputs);
        return { id: made.id, outputs: made.outs as Values };
      });
    }
    const { changes, replaces = [] } = await provider.diff(old.id, old.outputs, inputs);
    if (replaces.length > 0) throw new Error(`${goal.urn} would be replaced: ${replaces.join(", ")}`);
    if (!changes && !old.failed) {
      note("same");
      return this.#keep(entryOf(old.id, old.outputs, false));
    }
    note("update");
    return this.#keepOutcome(entryOf, async () => {
      const changed = await provider.update(old.id, old.outputs, inputs);
      return { id: old.id, outputs: changed.outs as Values };
    });
  }

  /** What a failure leaves behind goes into the state under its id, as it does with the engine. */
  async #keepOutcome(
    entryOf: (id: string, outputs: Values, failed: boolean) => Entry,
    step: () => Promise<{ id: string; outputs: Values }>,
  ): Promise<Registered> {
    let made: { id: string; outputs: Values };
    try {
      made = await step();
    } catch (error) {
      const left = leftBy(error);
      if (left) {
        if (typeof left.properties.__provider !== "string") {
          throw new Error(`${left.id} is kept without __provider`, { cause: error });
        }
        this.#keep(entryOf(left.id, left.properties, true));
      }
      throw error;
    }
    return this.#keep(entryOf(made.id, made.outputs, false));
  }

  async #foresee(providers: Providers, steps: Step[], goal: Registration): Promise<Registered> {
    const old = this.#entry(goal.urn);
    const note = (op: Step["op"]) => steps.push({ op, name: goal.name });
    if (goal.type === randomPassword) {
      const same = old !== undefined && sameValue(old.inputs, goal.inputs);
      note(same ? "same" : old ? "replace" : "create");
      return same ? answer(old) : { outputs: goal.inputs, secrets: [] };
    }
    const provider = providers.of(goal.inputs);
    const inputs = await checked(provider, goal, old);
    const changed = old && (old.failed || (await provider.diff(old.id, old.outputs, inputs)).changes);
    note(old ? (changed ? "update" : "same") : "create");
    return old && !changed ? answer(old) : { id: old?.id, outputs: inputs, secrets: goal.secretInputs };
  }

  /** The plugin for random values: one that is kept until its inputs change. */
  #applyRandom(steps: Step[], goal: Registration): Promise<Registered> {
    const old = this.#entry(goal.urn);
    const isSame = old !== undefined && sameValue(old.inputs, goal.inputs);
    steps.push({ op: isSame ? "same" : old ? "replace" : "create", name: goal.name });
    const result = isSame ? old.outputs.result : randomBytes(24).toString("hex").slice(0, Number(goal.inputs.length));
    const entry: Entry = {
      ...{ urn: goal.urn, type: goal.type, name: goal.name, id: "none", inputs: goal.inputs, failed: false },
      ...{ protect: goal.protect, retainOnDelete: goal.retainOnDelete, deletedWith: goal.deletedWith },
      outputs: { ...goal.inputs, result },
      secrets: goal.secretOutputs,
    };
    return Promise.resolve(this.#keep(entry));
  }

  async #remove(providers: Providers, steps: Step[], entries: readonly Entry[]): Promise<void> {
    refuseProtected(entries);
    const gone = new Set(entries.map(({ urn }) => urn));
    for (const entry of [...entries].reverse()) {
      const goesAlong = gone.has(entry.deletedWith) || entry.type === randomPassword;
      if (!entry.retainOnDelete && !goesAlong) await providers.of(entry.outputs).delete(entry.id, entry.outputs);
      steps.push({ op: entry.retainOnDelete ? "forget" : "delete", name: entry.name });
      this.#forget(entry.urn);
    }
  }

  #entry(urn: string): Entry | undefined {
    return this.entries.find((entry) => entry.urn === urn);
  }

  #keep(entry: Entry): Registered {
    const others = this.entries.filter(({ urn }) => urn !== entry.urn);
    const at = this.entries.findIndex(({ urn }) => urn === entry.urn);
    this.entries = at < 0 ? [...others, entry] : this.entries.with(at, entry);
    return answer(entry);
  }

  #forget(urn: string): void {
    this.entries = this.entries.filter((entry) => entry.urn !== urn);
  }
}

const answer = ({ id, outputs, secrets }: Entry): Registered => ({ id, outputs, secrets });

/** As the engine's plugins send it. */
const wire = (values: Values): Values => JSON.parse(JSON.stringify(values)) as Values;

async function checked(provider: Provider, goal: Registration, old: Entry | undefined): Promise<Values> {
  const result = await provider.check(old?.inputs ?? {}, goal.inputs);
  const { failures = [] } = result;
  if (failures.length > 0) {
    const lines = failures.map(({ property, reason }) => `${property}: ${reason}`);
    throw new Error(`${goal.type} ${goal.name} is invalid: ${lines.join("; ")}`);
  }
  return wire({ ...(result.inputs as Values), __provider: goal.inputs.__provider });
}

function refuseProtected(entries: readonly Entry[]): void {
  const locked = entries.filter(({ protect }) => protect).map(({ urn }) => urn);
  if (locked.length > 0) throw new Error(`resource is protected: ${locked.join(", ")}`);
}

function leftBy(error: unknown): { id: string; properties: Values } | undefined {
  if (!(error instanceof Error) || !("id" in error) || !("properties" in error)) return undefined;
  const { id, properties } = error;
  return typeof id === "string" && isRecord(properties) ? { id, properties } : undefined;
}

/** The provider's process of one command: one provider for each kind of resource. */
class Providers {
  readonly #made = new Map<ResourceKind, Provider>();

  constructor(private readonly options: ProviderOptions) {}

  of({ __provider: text }: Values): Provider {
    const kind = typeof text === "string" ? providerKindOf(text) : undefined;
    if (!kind) throw new Error(`no provider is known by ${String(text)}`);
    const made = this.#made.get(kind) ?? (createProvider(kind, this.options) as Provider);
    this.#made.set(kind, made);
    return made;
  }
}
