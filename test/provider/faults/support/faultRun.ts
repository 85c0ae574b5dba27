import { isNeonError } from "../../../../provider/api/errors";
import type { TestApi } from "../../../local/api/testApi";
import { until } from "../../../local/support/until";
import { Canary } from "./canary";
import { type Call, type FaultCase, faultCases, recorded, titleOf } from "./faultCases";
import { from, to, unlocked } from "./fullTenant";
import { changesOf, type Ran } from "./standInEngine";
import { normalizedState, onlyProject, type TenantView, tenantView } from "./tenantView";
import { type Spec, TenantWorld } from "./tenantWorld";

/** How a tenant looks that never met a fault. */
interface Clean {
  readonly view: TenantView;
  readonly state: unknown;
}

/** What the commands of one phase do without faults. */
export interface Recording {
  readonly calls: readonly Call[];
  readonly transactions: number;
}

/** Runs the cases against one local Neon, each with a tenant of its own. */
export class FaultRun {
  readonly #clean = new Map<string, Promise<Clean>>();
  #tenants = 0;

  constructor(readonly neon: TestApi) {}

  /** Every case of the phases. */
  async cases(...phases: FaultCase["phase"][]): Promise<FaultCase[]> {
    const all: FaultCase[] = [];
    for (const phase of phases) {
      const { calls, transactions } = await this.record(phase);
      all.push(...faultCases(phase, calls, transactions));
    }
    return all;
  }

  /** The cases in which anything was not as it must be, and how many there were whose fault struck. */
  async runAll(cases: readonly FaultCase[]): Promise<{ failures: string[]; struck: number }> {
    const failures: string[] = [];
    let struck = 0;
    for (const one of cases) {
      try {
        if (await this.run(one)) struck += 1;
      } catch (error) {
        failures.push(`${titleOf(one)}: ${textOf(error)}`);
        this.neon.neon.faults.clear();
      }
    }
    return { failures, struck };
  }

  /** What the phase does without faults. */
  async record(phase: FaultCase["phase"]): Promise<Recording> {
    const world = this.#world();
    const { before, command } = commandOf(world, { phase, next: "again" });
    await before();
    const first = world.sql.count;
    const calls = await recorded(this.neon, async () => expectWell(await command()));
    await world.clear();
    return { calls, transactions: world.sql.count - first };
  }

  /** True where the fault struck. Throws where anything is not as it must be. */
  async run(one: FaultCase): Promise<boolean> {
    const world = this.#world();
    const canary = new Canary(world);
    const { before, command, spec } = commandOf(world, one);
    await before();
    const fault = this.#strike(world, one);
    const { error } = await command();
    const hadStruck = fault.fired() > 0;
    canary.look(error);
    expectExplained(error);
    if (error) expect(world.engine.entries.filter(({ failed }) => failed).length).toBeLessThanOrEqual(1);
    await fault.end();
    if (hadStruck && fault.isFatal()) await this.#giveUp(world, canary, { spec, error });
    else if (hadStruck) await this.#heal(world, canary, { ...one, spec, error, release: fault.release });
    fault.release();
    await world.clear();
    return hadStruck;
  }

  #world(): TenantWorld {
    this.#tenants += 1;
    return new TenantWorld(this.neon, `tenant-${String(this.#tenants).padStart(5, "0")}`);
  }

  #strike(world: TenantWorld, { strike }: FaultCase) {
    if ("transaction" in strike) {
      world.sql.fault = { at: world.sql.count + strike.transaction, kind: strike.kind };
      const { at } = world.sql.fault;
      return {
        fired: () => (world.sql.count > at ? 1 : 0),
        release: () => undefined,
        isFatal: () => false,
        end: async () => void (world.sql.fault = undefined),
      };
    }
    const { call, effect, lasting } = strike;
    const { faults } = this.neon.neon;
    const handle = faults.add({
      route: call.operationId,
      after: call.n,
      ...(lasting ? {} : { first: 1 }),
      ...effect,
    });
    // Ten minutes of waiting for an operation, or five for a lock, are the same at any pace.
    world.hurry = effect.kind === "operationHangs" || lasting ? 10 : 1;
    return {
      fired: () => handle.fired,
      release: () => handle.release(),
      // Neon makes the branch of a project once; what then has no data nobody can mend.
      isFatal: () =>
        effect.kind === "operationFails" &&
        faults.log.some(({ faultId, operation }) => faultId === handle.id && operation?.action === "create_timeline"),
      end: async () => {
        world.hurry = 1;
        if (effect.kind === "operationHangs") return;
        handle.remove();
        if (effect.kind !== "commitAfterReset") return;
        // What Neon was asked for it does, sooner or later; the next command comes later than that.
        const struck = () => faults.log.filter(({ faultId }) => faultId === handle.id);
        const settled = () => struck().every(({ committed }) => committed);
        await Promise.race([until(settled), new Promise((resolve) => setTimeout(resolve, effect.delayMs + 50))]);
      },
    };
  }

  async #heal(
    world: TenantWorld,
    canary: Canary,
    { phase, next, spec, error, release }: FaultCase & { spec: Spec; error: Error | undefined; release: () => void },
  ): Promise<void> {
    if (next === "refresh") await this.#refresh(world, canary, phase);
    if (phase === "destroy" || next === "destroy") return this.#destroy(world, canary, { spec, error, release });
    await this.#converge(world, canary, spec, release);
    const { view, state } = await this.#cleanOf(spec);
    expect(await tenantView(world)).toEqual(view);
    expect(normalizedState(world)).toEqual(state);
    await expectAccess(world);
    const quiet = await recorded(this.neon, async () =>
      expect(changesOf(expectWell(await this.#up(world, spec)))).toEqual([]),
    );
    expect(quiet.filter(({ reads }) => !reads)).toEqual([]);
  }

  /** A project that was deleted, without an answer, is a vanished one until a destroy says that it was meant. */
  async #refresh(world: TenantWorld, canary: Canary, phase: FaultCase["phase"]): Promise<void> {
    const isGone = phase === "destroy" && (await world.projectIds()).length === 0;
    const { error } = await world.engine.refresh();
    canary.look(error);
    if (isGone && world.engine.entries.length > 0) expect(error?.message).toMatch(/^NEON_PROJECT_VANISHED: .*recover/);
    else if (error) throw new Error("a refresh fails after it", { cause: error });
  }

  async #converge(world: TenantWorld, canary: Canary, spec: Spec, release: () => void): Promise<void> {
    let error: Error | undefined;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      // The first attempt may meet what still hangs.
      if (attempt > 0) release();
      world.hurry = 10;
      ({ error } = await this.#up(world, spec));
      canary.look(error);
      expectExplained(error);
      if (isNeonError(error) && error.code === "NEON_ALREADY_EXISTS") await this.#takeOver(world, spec);
      if (!error) return;
    }
    throw new Error("it does not converge", { cause: error });
  }

  /**
   * A role or database that may be deleted is not taken over, because a rename would then delete what it took over. One that an earlier
   * run made after it had given up is taken over by an `up` without that word.
   */
  async #takeOver(world: TenantWorld, spec: Spec): Promise<void> {
    const { allowDelete: _word, ...locked } = spec;
    expectWell(await this.#up(world, { ...locked, protection: true }));
    if (spec.protection === false) expectWell(await this.#up(world, spec));
  }

  #up(world: TenantWorld, spec: Spec): Promise<Ran> {
    return world.engine.up(world.program(spec));
  }

  async #destroy(
    world: TenantWorld,
    canary: Canary,
    { spec, release }: { spec: Spec; error: Error | undefined; release: () => void },
  ): Promise<void> {
    world.hurry = 10;
    let { error } = await world.engine.destroy();
    canary.look(error);
    expectExplained(error);
    if (error && isNeonError(error) && ["NEON_BUSY", "NEON_OPERATION_TIMEOUT"].includes(error.code)) {
      release();
      ({ error } = await world.engine.destroy());
    }
    if (error) throw new Error("a destroy fails after it", { cause: error });
    expect(world.engine.entries).toEqual([]);
    if ((await world.projectIds()).length === 0) return;
    // A create that was not answered left nothing in the state; the next one finds what it made.
    release();
    await this.#converge(world, canary, spec, release);
    await onlyProject(world);
    expectWell(await world.engine.destroy());
    expect(await world.projectIds()).toEqual([]);
  }

  /** A project whose branch Neon could not make: it is named, a refresh works, and it can be destroyed in two steps. */
  async #giveUp(
    world: TenantWorld,
    canary: Canary,
    { spec, error }: { spec: Spec; error: Error | undefined },
  ): Promise<void> {
    expect(error?.message).toMatch(/^NEON_OPERATION_FAILED: /);
    const again = await this.#up(world, spec);
    canary.look(again.error);
    expect(again.error?.message).toMatch(/^NEON_OPERATION_FAILED: project \S+ never became ready/);
    // A refresh makes the engine forget that the create had failed; the project is no more ready for it.
    expectWell(await world.engine.refresh());
    expect((await this.#up(world, spec)).error?.message).toMatch(
      /^NEON_OPERATION_FAILED: project \S+ never became ready/,
    );
    await this.#up(world, unlocked(from));
    expectWell(await world.engine.destroy());
    expect(await world.projectIds()).toEqual([]);
  }

  #cleanOf(spec: Spec): Promise<Clean> {
    const key = JSON.stringify(spec);
    const known = this.#clean.get(key) ?? this.#makeClean(spec);
    this.#clean.set(key, known);
    return known;
  }

  async #makeClean(spec: Spec): Promise<Clean> {
    const world = this.#world();
    expectWell(await this.#up(world, spec));
    const clean = { view: await tenantView(world), state: normalizedState(world) };
    await world.clear();
    return clean;
  }
}

/** The command of a phase, what must have been done before it, and what the tenant then shall be. */
function commandOf(
  world: TenantWorld,
  { phase, next }: Pick<FaultCase, "phase" | "next">,
): { before: () => Promise<void>; command: () => Promise<Ran>; spec: Spec } {
  const open = phase === "destroy" || next === "destroy";
  const [first, second] = open ? [unlocked(from), unlocked(to)] : [from, to];
  const up = (spec: Spec) => world.engine.up(world.program(spec));
  const made = async () => void expectWell(await up(first));
  if (phase === "create") return { before: async () => undefined, command: () => up(first), spec: first };
  if (phase === "update") return { before: made, command: () => up(second), spec: second };
  return { before: made, command: () => world.engine.destroy(), spec: first };
}

/** With its causes. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}, because of ${textOf(error.cause)}`;
}

function expectWell(ran: Ran): Ran {
  if (ran.error) throw new Error(`a command without faults fails: ${ran.error.message}`, { cause: ran.error });
  return ran;
}

/** Every failure has its code, and nothing but a sentence for the user. */
function expectExplained(error: Error | undefined): void {
  if (error) expect(error.message).toMatch(/^NEON_[A-Z_]+: \S/);
}

/** Every password in the state opens what it is for. */
async function expectAccess({ api, engine, sql }: TenantWorld): Promise<void> {
  for (const { type, outputs } of engine.entries) {
    const { projectId, branchId, roleName, rolePassword, name, password, host } = outputs as Record<string, string>;
    if (type.endsWith(":Project")) {
      expect(rolePassword).toBe(await api.revealRolePassword(projectId!, branchId!, roleName!));
      expect(outputs.directUri).toContain(`://${roleName}:${rolePassword}@${host}`);
    }
    if (type.endsWith(":Role")) expect(password).toBe(await api.revealRolePassword(projectId!, branchId!, name!));
    if (!type.endsWith(":AppRole")) continue;
    const at = new URL(String(outputs.uri));
    expect([at.username, at.password]).toEqual([name, password]);
    expect(sql.passwordAt(at.hostname, name!)).toBe(password);
  }
}
