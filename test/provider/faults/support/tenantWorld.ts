import { startTestApi, type TestApi } from "../../../local/api/testApi";
import { TenantDatabase, type TenantDatabaseArgs } from "../../../../components";
import type { Clock } from "../../../../provider/api/clock";
import { createNeonApi, type NeonApi } from "../../../../provider/api";
import { FakeSql } from "./fakeSql";
import { StandInEngine } from "./standInEngine";

/** What a tenant is declared with, beside what every one here has. */
export type Spec = Omit<TenantDatabaseArgs, "tenant" | "fleet" | "region"> & { region?: string };

/** A local Neon without Postgres, whose key is worth a search. */
export const startNeon = (): Promise<TestApi> =>
  startTestApi({
    apiKeys: [{ key: "napi_canary_0123456789", kind: "personal", orgIds: ["org-local-00000001"], inferOrg: true }],
  });

const fleet = "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10";

/** One tenant of a local Neon, and the engine that keeps its state. */
export class TenantWorld {
  readonly sql = new FakeSql();
  readonly engine: StandInEngine;
  /** Everything that providers and clients wrote. */
  readonly log: string[] = [];
  /** How much faster than asked for the time of the provider goes while it waits. */
  hurry = 1;

  constructor(
    readonly neon: TestApi,
    readonly tenant: string,
  ) {
    this.engine = new StandInEngine(tenant, () => {
      const clock = this.#clock();
      const api = this.#client(clock);
      return { api: () => api, sql: this.sql, clock, env: {}, warn: (line) => this.log.push(line) };
    });
  }

  /** The program of this tenant. */
  program(spec: Spec): () => void {
    const { tenant } = this;
    return () =>
      void new TenantDatabase(tenant, { tenant, fleet, projectName: tenant, region: "aws-eu-central-1", ...spec });
  }

  /** A client that no fault is meant for, to look with. */
  get api(): NeonApi {
    return this.#client(this.#clock());
  }

  #client(clock: Clock): NeonApi {
    const { apiKey, apiHost: baseUrl, orgId } = this.neon.neon;
    const rateLimit = { perMinute: Infinity, perSecond: Infinity };
    return createNeonApi({ apiKey, baseUrl, orgId, rateLimit, clock, log: (line) => this.log.push(line) });
  }

  /** Waiting costs next to no time, except that others get their turn. */
  #clock(): Clock {
    let nowMs = Date.now();
    return {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms * this.hurry;
        await new Promise((resolve) => setTimeout(resolve, 2));
      },
      random: () => 0.999,
    };
  }

  /** Ids of all projects of the tenant at Neon. */
  async projectIds(): Promise<string[]> {
    const all = await this.api.listProjects({ search: this.tenant });
    return all.filter(({ name }) => name === this.tenant || name.startsWith(`${this.tenant} `)).map(({ id }) => id);
  }

  /** Takes everything of the tenant away. */
  async clear(): Promise<void> {
    const { api } = this;
    for (const id of await this.projectIds()) {
      for (const { branch } of await api.listBranches(id)) {
        if (branch.protected) await api.updateBranch(id, branch.id, { branch: { protected: false } });
      }
      await api.deleteProject(id);
    }
  }
}
