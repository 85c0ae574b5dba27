import { createNeonApi, type NeonApi } from "../../../provider";
import { leaves, type Fields, type Values } from "../../../provider/fields";
import {
  type LifecycleContext,
  lifecycles,
  PartialFailure,
  type ResourceKind,
  RunMemory,
} from "../../../provider/lifecycle";
import type { Sql } from "../../../provider/sql";

/** A Neon with a project in it, on which everything else is made. */
export interface TableWorld {
  readonly api: NeonApi;
  readonly apiHost: string;
  readonly sql: Sql;
  readonly orgId: string;
  readonly projectId: string;
  /** The default branch of that project, and another one. */
  readonly branchId: string;
  readonly otherBranchId: string;
  /** A second root branch. */
  readonly rootBranchId: string;
  /** After the project was made. */
  readonly moment: string;
  /** URI of the project's owner, and the name of the database in it. */
  readonly ownerUri: string;
}

/** A client whose waiting costs no time, except that others get their turn. */
export function quickClient(neon: { apiHost: string; apiKey: string; orgId: string }, apiKey = neon.apiKey): NeonApi {
  const { apiHost: baseUrl, orgId } = neon;
  const rateLimit = { perMinute: Infinity, perSecond: Infinity };
  return createNeonApi({ apiKey, baseUrl, orgId, rateLimit, clock: { ...quickClock(), random: () => 0 } });
}

function quickClock() {
  let nowMs = Date.now();
  return {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
}

/** The world's own project, made by the provider itself. */
export async function makeWorld(
  neon: { apiHost: string; apiKey: string; orgId: string },
  sql: Sql,
): Promise<TableWorld> {
  const api = quickClient(neon);
  const created = await api.createProject({ project: { name: "around" } });
  await api.waitForOperations(created.operations);
  const projectId = created.project.id;
  const other = await api.createBranch(projectId, { branch: { name: "other" } });
  await api.waitForOperations(other.operations);
  const root = await api.createBranch(projectId, { branch: { name: "root", init_source: "schema-only" } });
  await api.waitForOperations(root.operations);
  const owner = await api.createRole(projectId, created.branch.id, { name: "second_owner" });
  await api.waitForOperations(owner.operations);
  await api.assignOrgVpcEndpoint(neon.orgId, created.project.region_id, "vpce-world", "world");
  return {
    api,
    apiHost: neon.apiHost,
    sql,
    orgId: neon.orgId,
    projectId,
    branchId: created.branch.id,
    otherBranchId: other.branch.id,
    rootBranchId: root.branch.id,
    moment: new Date().toISOString(),
    ownerUri: created.connection_uris[0]?.connection_uri ?? "",
  };
}

/** One entry of the engine's state. */
export interface Entry {
  readonly id: string;
  readonly outputs: Values;
}

/** What one `up` did. */
export interface Done {
  readonly entry: Entry;
  readonly changes: ReturnType<(typeof lifecycles)["project"]["diff"]>;
}

/** The engine's part for one resource; each call is a run of its own. */
export class Engine {
  readonly warnings: string[] = [];

  constructor(
    readonly world: TableWorld,
    readonly kind: ResourceKind,
    readonly fields: Fields,
  ) {}

  #context(): LifecycleContext {
    return {
      api: this.world.api,
      sql: this.world.sql,
      run: new RunMemory(),
      warn: (line) => this.warnings.push(line),
      clock: quickClock(),
    };
  }

  /** Check, diff, then create or update where something changed. Throws what it is refused with. */
  async up(inputs: Values, before?: Entry): Promise<Done> {
    const lifecycle = lifecycles[this.kind];
    const context = this.#context();
    const olds = before ? this.#inputsOf(before) : {};
    const { inputs: news, problems } = lifecycle.check(context.run, olds, inputs);
    if (problems.length > 0) throw new Error(problems.map(({ path, reason }) => `${path} ${reason}`).join("\n"));
    try {
      if (!before) return { entry: await lifecycle.create(context, news), changes: [] };
      const { id, outputs: then } = before;
      const followed = lifecycle.follow ? await lifecycle.follow(context, id, then, news) : then;
      const changes = lifecycle.diff(followed, news);
      if (changes.length === 0 && followed === then) return { entry: before, changes };
      const outputs = await lifecycle.update(context, before.id, before.outputs, news);
      return { entry: { id: before.id, outputs }, changes };
    } catch (error) {
      // Jest does not show the inner error of what holds properties.
      if (error instanceof PartialFailure) throw new Error(error.message, { cause: error });
      throw error;
    }
  }

  async refresh({ id, outputs }: Entry): Promise<Entry | undefined> {
    const found = await lifecycles[this.kind].read(this.#context(), id, outputs);
    return found && { id: found.id, outputs: found.outputs };
  }

  delete({ id, outputs }: Entry): Promise<void> {
    return lifecycles[this.kind].delete(this.#context(), id, outputs);
  }

  /** The engine keeps the inputs of the last `up`: those in `declared`, and the secret ones. */
  #inputsOf({ outputs }: Entry): Values {
    const secrets = leaves(this.fields).filter(({ field }) => field.secret);
    const kept = Object.fromEntries(secrets.map(({ path }) => [path, outputs[path]]));
    const mark = outputs.mark === undefined ? {} : { mark: outputs.mark };
    return { ...(outputs.declared as Values), ...kept, ...mark };
  }
}
