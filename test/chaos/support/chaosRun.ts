import { mkdirSync } from "node:fs";
import path from "node:path";
import { type LocalNeon, startLocalNeon } from "../../../local";
import type { NeonApi } from "../../../provider/api";
import { enginesIn } from "../../engine/direct/enginesIn";
import { expectCode } from "../../engine/fleet/fleetFixture";
import { type Applied, ChaosFleet } from "./chaosFleet";
import { faultPlan } from "./faultPlan";
import { allOwned, databaseBehind, observer, type Owned } from "./ownership";
import { seededRandom } from "./random";
import { customers, liveThrough, type StoryOptions, untilDone } from "./story";

export interface ChaosOptions {
  seed: number;
  /** Customers of each of the two fleets. */
  tenants: number;
  /** Kills of the first fleet's driver; the second one's gets a quarter of them. */
  kills: number;
  spreadMs: number;
  /** How often each kind of fault strikes a creation. */
  repeats?: number;
  /** Begin with the faults that are waited out for a minute. */
  slowFirst?: boolean;
  /** Fleets, their state and Neon's; where it was used before, the run goes on. */
  folder: string;
  log: (line: string) => void;
}

const uuids = { ours: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10", theirs: "b7d1f0a2-8c55-4e0f-a1de-3b0a4d3a1c22" };
const orgId = "org-local-00000001";
type Name = keyof typeof uuids;
const names = Object.keys(uuids) as Name[];

/** Two fleets with the same customers in the same organization, whose drivers are killed while Neon misbehaves. */
export class ChaosRun {
  readonly customers: string[];
  private constructor(
    readonly options: ChaosOptions,
    readonly neon: LocalNeon,
    private readonly api: NeonApi,
    private readonly fleets: Record<Name, ChaosFleet>,
  ) {
    this.customers = customers(options.tenants);
  }

  static async start(options: ChaosOptions): Promise<ChaosRun> {
    const { folder, seed, tenants, repeats, slowFirst } = options;
    for (const name of names) mkdirSync(path.join(folder, name), { recursive: true });
    const neon = await startLocalNeon({
      stateFolder: path.join(folder, "neon"),
      latency: "neon",
      rateLimits: true,
      apiKeys: [{ kind: "personal", key: `canary-key-${seed}`, orgIds: [orgId], inferOrg: true }],
      faultSeed: seed,
      faults: faultPlan(seed, { creates: tenants * 2, repeats, slowFirst }),
    });
    const fleetOf = (name: Name) =>
      new ChaosFleet({
        folder: path.join(folder, name),
        uuid: uuids[name],
        passphrase: `canary-passphrase-${name}-${seed}`,
        neon,
      });
    return new ChaosRun(options, neon, observer(neon), { ours: fleetOf("ours"), theirs: fleetOf("theirs") });
  }

  /** Both fleets at the same time, until both say that they are done; what failed on the way, by its code. */
  async live(): Promise<{ failures: string[]; last: Applied[] }> {
    const ends = await Promise.all(
      names.map(async (name) => {
        const fleet = this.fleets[name];
        const story = this.story(name);
        await liveThrough(fleet, story);
        return untilDone(fleet, story);
      }),
    );
    return { failures: ends.flatMap(({ failures }) => failures), last: ends.map(({ last }) => last) };
  }

  /** The faults that were to strike a creation and have not. */
  unstruck(): string[] {
    return this.neon.faults.active
      .filter(({ rule, fired }) => rule.route === "createProject" && fired === 0)
      .map(({ rule }) => JSON.stringify(rule));
  }

  /** From here on Neon behaves. */
  calm(): void {
    this.neon.faults.clear();
  }

  /** Every project at Neon by its fleet. */
  async owned(): Promise<Record<Name, Owned[]> & { others: Owned[] }> {
    const all = await allOwned(this.api);
    const of = (name: Name) =>
      all.filter(({ fleet }) => fleet === uuids[name]).sort((a, b) => a.tenant.localeCompare(b.tenant));
    const known = Object.values(uuids);
    return { ours: of("ours"), theirs: of("theirs"), others: all.filter(({ fleet }) => !known.includes(fleet)) };
  }

  /** The project of each customer by Pulumi's state. */
  inState(name: Name): (string | undefined)[] {
    const typed = "pulumi-nodejs:dynamic/neon:Project";
    return this.customers.map(
      (customer) => this.fleets[name].checkpoint(customer)?.resources.find(({ type }) => type === typed)?.id,
    );
  }

  apply(name: Name): Promise<Applied> {
    return this.fleets[name].apply();
  }

  /** Some customers, by the seed. */
  sample(count: number): string[] {
    return seededRandom(this.options.seed, "sample").shuffled(this.customers).slice(0, count);
  }

  /** The database that answers behind a customer's connection string. */
  async answers(name: Name, customer: string): Promise<string | undefined> {
    const connect = await this.fleets[name].run(["connect", customer]);
    expectCode(connect, 0);
    return databaseBehind(connect.stdout.trim(), this.neon.caFile);
  }

  /** Fails unless Neon is as the state says, and the state as the file says. */
  async expectNoChanges(name: Name, customer: string): Promise<void> {
    const common = ["--stack", customer, "--non-interactive", "--color=never", "--expect-no-changes"];
    expectCode(await this.fleets[name].run(["pulumi", "refresh", "--yes", "--skip-preview", ...common]), 0);
    expectCode(await this.fleets[name].run(["pulumi", "preview", ...common]), 0);
  }

  /** The files that hold a passphrase, the key, or the password of one of these customers in clear. */
  async leaks(sample: readonly string[]): Promise<string[]> {
    const canaries = [this.neon.apiKey, ...names.map((name) => this.fleets[name].options.passphrase)];
    for (const owned of (await allOwned(this.api)).filter(({ tenant }) => sample.includes(tenant))) {
      for (const { branch } of await this.api.listBranches(owned.projectId)) {
        for (const { name } of await this.api.listRoles(owned.projectId, branch.id)) {
          canaries.push(await this.api.revealRolePassword(owned.projectId, branch.id, name));
        }
      }
    }
    return names
      .flatMap((name) => this.fleets[name].files())
      .filter(([, text]) => canaries.some((canary) => text.includes(canary)))
      .map(([file]) => file);
  }

  /** Engine processes that are still at work on one of the fleets. */
  engines(): string[] {
    return enginesIn(this.options.folder);
  }

  async stop(): Promise<void> {
    for (const name of names) await this.fleets[name].stop();
    await this.neon.close();
  }

  private story(name: Name): StoryOptions {
    const { seed, tenants, kills, spreadMs, folder, log } = this.options;
    return {
      seed,
      name,
      tenants,
      kills: name === "ours" ? kills : Math.max(1, Math.round(kills / 4)),
      spreadMs,
      progressFile: path.join(folder, `${name}.json`),
      loseLedger: name === "ours",
      log,
    };
  }
}
