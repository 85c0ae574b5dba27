import {
  lifecycles,
  type LifecycleContext,
  PartialFailure,
  type ResourceKind,
  RunMemory,
} from "../../../provider/lifecycle";
import { FakeNeonApi, type FaultPlan } from "../fakeNeonApi";
import { FakeWorld } from "../fakeWorld";

export type Values = Record<string, unknown>;

/** Inputs of a project with its mark, as they reach the provider. */
export function projectInputsOf(more: Values = {}): Values {
  return {
    name: "acme",
    regionId: "aws-eu-central-1",
    mark: { fleet: "fleet-1", stack: "acme", resource: "neon:Project::acme" },
    __provider: "exports.handler=…",
    ...more,
  };
}

/** One entry of the engine's state. */
export interface Entry {
  id: string;
  outputs: Values;
  /** True after a create or update that left something behind. */
  failed: boolean;
}

/** A provider process with its API, and the engine's part of an `up`: check, then create or update, then remember. */
export class Run {
  readonly api: FakeNeonApi;
  readonly memory = new RunMemory();
  readonly warnings: string[] = [];
  readonly context: LifecycleContext;
  #now = 0;

  constructor(
    readonly world: FakeWorld,
    readonly kind: ResourceKind = "project",
    options: { faults?: FaultPlan; orgId?: string } = {},
  ) {
    this.api = new FakeNeonApi(world, options);
    this.context = {
      api: this.api,
      sql: { transaction: () => Promise.reject(new Error("no database here")) },
      run: this.memory,
      pulumiProject: "shop",
      warn: (line) => this.warnings.push(line),
      clock: {
        now: () => this.#now,
        sleep: async (ms) => {
          this.#now += ms;
        },
      },
    };
  }

  get lifecycle() {
    return lifecycles[this.kind];
  }

  /** What the engine does for a declared resource; the entry of the state afterwards, and the error where it failed. */
  async up(inputs: Values, before?: Entry): Promise<{ entry?: Entry; error?: unknown }> {
    const { __provider, ...news } = inputs;
    const { inputs: checked, problems } = this.lifecycle.check(this.memory, before ? inputsOf(before) : {}, news);
    if (problems.length > 0) return { entry: before, error: new Error(problems.map((p) => p.reason).join("\n")) };
    const sent = { ...checked, __provider };
    try {
      if (!before) {
        const { id, outputs } = await this.lifecycle.create(this.context, sent);
        return { entry: { id, outputs: { ...outputs, __provider }, failed: false } };
      }
      const followed = await this.lifecycle.follow?.(this.context, before.id, before.outputs, sent);
      const outputsNow = followed ?? before.outputs;
      const changes = this.lifecycle.diff(outputsNow, sent);
      if (changes.length === 0 && outputsNow === before.outputs && !before.failed) return { entry: before };
      const outputs = await this.lifecycle.update(this.context, before.id, before.outputs, sent);
      return { entry: { id: before.id, outputs: { ...outputs, __provider }, failed: false } };
    } catch (error) {
      if (!(error instanceof PartialFailure)) return { entry: before, error };
      return { entry: { id: error.id, outputs: error.properties, failed: true }, error };
    }
  }
}

function inputsOf(entry: Entry): Values {
  return { ...(entry.outputs.declared as Values), mark: entry.outputs.mark };
}

/** A project that was made without trouble. */
export async function madeProject(world: FakeWorld, more: Values = {}): Promise<Entry> {
  const { entry, error } = await new Run(world).up(projectInputsOf(more));
  if (!entry || error) throw new Error(`no project: ${String(error)}`);
  return entry;
}

/** The code of a failure, or what else was thrown. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
