import { badRequest } from "../api/apiError";
import { noContent } from "../api/call";
import type { ControlRoutes } from "../api/controlRoutes";
import { readBody } from "../api/readRequest";
import { addableAmounts, type LocalUsage, type UsageToAdd } from "./localUsage";

const known = new Set<string>(["project_id", "branch_id", ...addableAmounts]);

/** Usage by hand for other processes: `POST /_local/usage {"project_id": "…", "active_time_seconds": 3600}`. */
export function usageRoutes(usage: LocalUsage): ControlRoutes {
  return {
    "POST /_local/usage": async (request) => {
      const body = (await readBody(request)) ?? {};
      const unknown = Object.keys(body).find((name) => !known.has(name));
      if (unknown !== undefined) throw badRequest(`${unknown} is not known`);
      await usage.add(body as UsageToAdd);
      return noContent;
    },
  };
}
