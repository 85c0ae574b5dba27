import { NeonError } from "./errors";
import { isLoopback } from "./loopback";
import { readRateShare, type RateLimit } from "./rateLimit";

/** Where requests go when nothing else is said. */
export const DEFAULT_BASE_URL = "https://console.neon.tech/api/v2";

/** What a resource argument, or any other caller, may say itself. */
export interface TargetArgs {
  apiKey?: string;
  orgId?: string;
  /** With or without `/api/v2`. */
  baseUrl?: string;
}

export interface TargetSources {
  args?: TargetArgs;
  /** Reads one key of the `neon:` configuration, such as `apiKey`. */
  config?: (key: "apiKey" | "orgId" | "apiHost" | "baseUrl") => string | undefined;
  /** The environment: `NEON_API_KEY`, `NEON_ORG_ID`, `NEON_API_HOST`, `NEON_RATE_LIMIT`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Named in errors. */
  tenant?: string;
}

/** Which account is talked to, where, and how fast; fits {@link NeonApiOptions}. */
export interface Target {
  apiKey: string;
  orgId: string | undefined;
  /** With `/api/v2`, without a slash at the end. */
  baseUrl: string;
  /** The share of Neon's rate limit that `NEON_RATE_LIMIT` gives to this program. */
  rateLimit: RateLimit | undefined;
}

/** Key, organization and base URL, each from the first place that names it: the argument, the `neon:` configuration, the environment. */
export function resolveTarget(sources: TargetSources): Target {
  const { args = {}, config = () => undefined, env = {}, tenant } = sources;
  const apiKey = firstGiven(args.apiKey, config("apiKey"), env.NEON_API_KEY);
  if (apiKey === undefined) {
    throw new NeonError("NEON_API_KEY_MISSING", "no Neon API key was given", {
      hint: "Set NEON_API_KEY, or run: pulumi config set --secret neon:apiKey <key>. Keys are made in the Neon console, under the organization's settings.",
      tenant,
    });
  }
  // eslint-disable-next-line no-control-regex -- exactly what a header cannot carry
  if (/[\s\x00-\x1f]|[^\x00-\x7f]/.test(apiKey)) {
    throw new NeonError("NEON_INVALID_INPUT", "the Neon API key holds a space or a character that no key has", {
      hint: "Copy the key again; it is one word that starts with napi_.",
      tenant,
    });
  }
  const orgId = firstGiven(args.orgId, config("orgId"), env.NEON_ORG_ID);
  if (orgId !== undefined && !/^[a-z0-9-]{1,60}$/.test(orgId)) {
    throw new NeonError("NEON_INVALID_INPUT", `"${orgId}" is not an organization id`, {
      hint: "It looks like org-royal-sun-91776391 and is on the organization's settings page.",
      tenant,
    });
  }
  const host = firstGiven(args.baseUrl, config("apiHost"), config("baseUrl"), env.NEON_API_HOST);
  const baseUrl = host === undefined ? DEFAULT_BASE_URL : normalizeBaseUrl(host, tenant);
  return { apiKey, orgId, baseUrl, rateLimit: readRateShare(env.NEON_RATE_LIMIT) };
}

/** `host`, `https://host`, `https://host/api/v2/` … as a base URL that ends in `/api/v2`. Plain http is for this machine only. */
export function normalizeBaseUrl(text: string, tenant?: string): string {
  const refuse = (sentence: string): never => {
    throw new NeonError("NEON_INVALID_INPUT", sentence, {
      hint: `The API host looks like ${DEFAULT_BASE_URL}; /api/v2 may be left out.`,
      tenant,
    });
  };
  const url = parseUrl(text.trim());
  if (url === undefined || url.hostname === "") return refuse("the Neon API host is not a URL");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return refuse("the Neon API host holds a user name, a query or a fragment");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return refuse(`the API key would travel to ${url.hostname} unencrypted`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${/\/api\/v\d+$/.test(path) ? path : `${path}/api/v2`}`;
}

function parseUrl(text: string): URL | undefined {
  const withScheme = (scheme: string) => (URL.canParse(`${scheme}${text}`) ? new URL(`${scheme}${text}`) : undefined);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const url = withScheme("");
    return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
  }
  const plain = withScheme("http://");
  return plain && isLoopback(plain.hostname) ? plain : withScheme("https://");
}

/** The first that is not empty; surrounding white space, which files and shells add, is no part of any of them. */
function firstGiven(...values: (string | undefined)[]): string | undefined {
  return values.map((value) => value?.trim()).find((value) => value !== undefined && value !== "");
}
