import type { TestApi } from "../../../local/api/testApi";
import type { Values } from "../../../../provider/fields";
import { Canary } from "./canary";
import { comparable, expectedView, keepsReplica, refusals } from "./changeRules";
import { recorded } from "./faultCases";
import { changesOf, type Ran } from "./standInEngine";
import { normalizedState, onlyProject, tenantView } from "./tenantView";
import { type Spec, TenantWorld } from "./tenantWorld";

/** Changes tenants from one spec to another, each pair with tenants of its own. */
export class ChangeRun {
  #tenants = 0;

  constructor(readonly neon: TestApi) {}

  /** True where the change was made, false where it was refused as it must be. Throws where anything is not as it must be. */
  async run(specs: { a: Spec; b: Spec }): Promise<boolean> {
    const changed = this.#world();
    const fresh = this.#world();
    try {
      return await this.#change(changed, fresh, specs);
    } finally {
      await changed.clear();
      await fresh.clear();
    }
  }

  #world(): TenantWorld {
    this.#tenants += 1;
    return new TenantWorld(this.neon, `tenant-${String(this.#tenants).padStart(5, "0")}`);
  }

  async #change(changed: TenantWorld, fresh: TenantWorld, { a, b }: { a: Spec; b: Spec }): Promise<boolean> {
    const canary = new Canary(changed);
    const { engine } = changed;
    expectWell(await engine.up(changed.program(a)));
    canary.look();
    const project = await onlyProject(changed);
    const before = await tenantView(changed);

    const refused = refusals(a, b);
    const kept = JSON.stringify(engine.entries);
    let foreseen: Ran | undefined;
    const calls = await recorded(this.neon, async () => (foreseen = await engine.preview(changed.program(b))));
    canary.look(foreseen?.error);
    expect(calls.filter(({ reads }) => !reads)).toEqual([]);
    expect(JSON.stringify(engine.entries)).toBe(kept);
    expect([refused, foreseen?.error?.message ?? ""]).toEqual([refused, reasonOf(refused)]);
    if (refused.length > 0) return false;

    if (keepsReplica(a, b)) return this.#openFirst(changed, canary, b);
    const made = expectWell(await engine.up(changed.program(b)));
    canary.look();
    expect(made.steps.filter(({ op, name }) => op === "replace" && !/-(web|analyst)$/.test(name))).toEqual([]);
    expect(await onlyProject(changed)).toBe(project);
    const after = await tenantView(changed);
    expectWell(await fresh.engine.up(fresh.program(b)));
    const views = { a: before, b: await tenantView(fresh) };
    expect(comparable(after, b)).toEqual(expectedView({ a, b }, views));
    expect(declaredOf(changed)).toEqual(declaredOf(fresh));
    await this.#expectQuiet(changed, b);
    return true;
  }

  async #openFirst(world: TenantWorld, canary: Canary, spec: Spec): Promise<boolean> {
    const { error } = await world.engine.up(world.program(spec));
    canary.look(error);
    expect(error?.message).toMatch(/^NEON_REFUSED: .*Take the protection off the branch first/);
    expectWell(await world.engine.up(world.program({ ...spec, protectedBranch: false })));
    expectWell(await world.engine.up(world.program(spec)));
    await this.#expectQuiet(world, spec);
    return true;
  }

  /** A second `up`, and one after a refresh, have nothing to do. */
  async #expectQuiet(world: TenantWorld, spec: Spec): Promise<void> {
    const { engine } = world;
    const calls = await recorded(this.neon, async () => {
      expect(changesOf(expectWell(await engine.preview(world.program(spec))))).toEqual([]);
      expect(changesOf(expectWell(await engine.up(world.program(spec))))).toEqual([]);
      expectWell(await engine.refresh());
      expect(changesOf(expectWell(await engine.up(world.program(spec))))).toEqual([]);
    });
    expect(calls.filter(({ reads }) => !reads)).toEqual([]);
  }
}

/** Which words a refusal has: those of the check that Neon's rules ask for, or those of the engine's own lock. */
const reasonOf = (refused: readonly string[]): unknown =>
  refused.length === 0 ? "" : (expect.stringMatching(/NEON_IMMUTABLE|is invalid|resource is protected/) as unknown);

/** The part of the state that says what the user wants and how it is kept. */
function declaredOf(world: TenantWorld): Values[] {
  return normalizedState(world).map(({ urn, inputs, outputs, protect, failed, secrets }) => {
    const { declared, mark } = outputs as Values;
    return { urn, inputs, declared, mark, protect, failed, secrets };
  });
}

function expectWell(ran: Ran): Ran {
  if (ran.error) throw new Error(`a command fails: ${ran.error.message}`, { cause: ran.error });
  return ran;
}
