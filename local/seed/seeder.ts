import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../api/apiDocument";
import type { LocalOrganization } from "../api/callers";
import { regions } from "../api/handlers/regions";
import type { Insider } from "../api/insider";
import { checkedRoutes } from "../api/routes";
import { applySeed, type Seeded } from "./applySeed";
import { readSeed } from "./readSeed";
import type { Seed } from "./seed";

export interface SeederOptions {
  apiHost: string;
  document: Json;
  organizations: readonly LocalOrganization[];
  insider: Insider;
}

/** Makes what a seed asks for, over the API and Postgres of a server that answers. */
export function seeder(options: SeederOptions): (seed: Seed | string) => Promise<Seeded> {
  const { apiHost, document, organizations, insider } = options;
  return async (seed) => {
    const createProject = (closed: boolean) =>
      checkedRoutes(document, closed).find(({ operationId }) => operationId === "createProject");
    const plan = readSeed(seed, {
      organizations,
      regions: regions.map(({ region_id }) => region_id),
      // Closed where settings are given, because a field that Neon does not have is a mistake there; the seed's own are checked before.
      checkProject: (body) =>
        createProject("settings" in body.project || "default_endpoint_settings" in body.project)?.checkBody?.(body),
    });
    return applySeed(plan, { apiHost, headersFor: (orgId) => insider.headersFor(orgId), sleep });
  };
}
