import type { LocalApiKey, LocalOrganization } from "../api/callers";
import type { LocalNeon, LocalNeonOptions } from "../startServer";

/** What a person reads when the server is there: what it serves, where, and what of it is switched on. Never a key but the default. */
export function welcome(neon: LocalNeon, options: LocalNeonOptions): string[] {
  return [
    `Local Neon: ${neon.apiHost} (process ${neon.pid})`,
    ...keyLines(neon, options.apiKeys),
    ...neon.organizations.map((organization) => `  organization ${organizationText(organization)}`),
    `  Postgres ${addresses(neon)}, port ${neon.pgPort}, with TLS${options.allowPlaintext ? " or without" : " only"}`,
    `  CA certificate ${neon.caFile}`,
    `  state ${neon.stateFolder}`,
    ...seedLines(neon, options.seed),
    ...switchedOn(neon, options).map((text) => `  ${text}`),
    "Stop with Ctrl-C.",
  ];
}

function keyLines({ apiHost, apiKey }: LocalNeon, keys: LocalApiKey[] | undefined): string[] {
  if (!keys) return [`  export NEON_API_HOST=${apiHost} NEON_API_KEY=${apiKey}`];
  return [`  export NEON_API_HOST=${apiHost}`, ...keys.map((key, index) => `  key ${index + 1}: ${keyText(key)}`)];
}

function keyText(key: LocalApiKey): string {
  if (key.kind === "organization") return `of organization ${key.orgId}`;
  const owner = key.user?.email ?? "the local user";
  const inferred = key.inferOrg ? ", which needs not be named" : "";
  return `personal, of ${owner} in ${key.orgIds.join(", ") || "no organization"}${inferred}`;
}

function organizationText({ id, name, plan, projectsLimit, regions }: LocalOrganization): string {
  const places = regions ? `, ${regions.join(" ")} only` : "";
  return `${id} (${name}), plan ${plan}, at most ${counted(projectsLimit, "project")}${places}`;
}

const addresses = ({ hasOwnAddresses }: LocalNeon) =>
  hasOwnAddresses ? "127.1.0.2 and following" : "127.0.0.1 for all endpoints, which clients name";

function seedLines({ seeded }: LocalNeon, seed: LocalNeonOptions["seed"]): string[] {
  if (!seeded) return [];
  const what = typeof seed === "string" ? seed : "given";
  const made = seeded.made === 0 ? "everything was there" : `${counted(seeded.made, "thing")} made or run`;
  return [`  seed ${what}: ${counted(seeded.projects.length, "project")}, ${made}`];
}

/** Only what differs from a server without flags. */
function switchedOn({ faults, clock }: LocalNeon, options: LocalNeonOptions): string[] {
  const lines: string[] = [];
  if (options.latency === "neon") lines.push("operations take as long as at Neon (--latency neon)");
  if (options.rateLimits) lines.push("rate limits are on: 700 requests a minute, 40 a second and route");
  const { length } = faults.active;
  if (length > 0) lines.push(`${length} ${length === 1 ? "fault is" : "faults are"} injected (see /_local/faults)`);
  if (clock.aheadSeconds > 0) {
    const days = (clock.aheadSeconds / 86_400).toFixed(1);
    lines.push(`its clock shows ${clock.now().toISOString()}, ${days} days ahead (see /_local/clock)`);
  }
  const rules = (["branchRules", "computeRules", "accessRules", "quotaRules"] as const).filter((name) => options[name]);
  if (rules.length > 0) lines.push(`rules other than the default: ${rules.join(", ")}`);
  return lines;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
