import { readFileSync } from "node:fs";
import type { Endpoint } from "@neondatabase/api-client";
import { Client } from "pg";
import type { LocalNeon } from "../../../local";
import { createNeonApi, type NeonApi, rateShare } from "../../../provider/api";
import { markOf } from "../../../provider/lifecycle/mark";

/** A project as Neon has it. */
export interface Owned {
  projectId: string;
  name: string;
  fleet: string;
  tenant: string;
  ready: boolean;
}

/** The test's own client, which uses nearly the whole limit: nobody else is at work when it asks. */
export function observer({ apiKey, apiHost, orgId }: LocalNeon): NeonApi {
  return createNeonApi({ apiKey, baseUrl: apiHost, orgId, rateLimit: rateShare(650) });
}

/** Every project of the organization with whose it is, by the mark on its default branch; a project without one is nobody's. */
export async function allOwned(api: NeonApi): Promise<Owned[]> {
  const projects = await api.listProjects();
  return Promise.all(
    projects.map(async ({ id, name }) => {
      const root = (await api.listBranches(id)).find(({ branch }) => branch.default);
      const endpoints = await api.listEndpoints(id);
      const mark = root && markOf(root);
      const ready =
        root?.branch.current_state === "ready" &&
        endpoints.length > 0 &&
        endpoints.every((endpoint) => isStarted(endpoint));
      return { projectId: id, name, fleet: mark?.fleet ?? "nobody", tenant: mark?.stack ?? "", ready };
    }),
  );
}

/** It has run, or runs, and nothing is under way. */
function isStarted({ current_state: state, pending_state: pending }: Endpoint): boolean {
  return ["active", "idle"].includes(state) && pending === undefined;
}

/** One statement over TLS, as a customer's own program would send it. */
export async function databaseBehind(uri: string, caFile: string): Promise<string | undefined> {
  const { hostname, port, username, password, pathname } = new URL(uri);
  const client = new Client({
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    ssl: { ca: readFileSync(caFile, "utf8") },
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
    return rows[0]?.name;
  } finally {
    await client.end();
  }
}
