import http from "node:http";
import type * as neon from "@neondatabase/api-client";
import type { LocalNeonOptions } from "../../../local/startServer";
import { fakeComputes } from "../api/fakeComputes";
import { startTestApi, type TestApi } from "../api/testApi";
import { until as waitUntil } from "../support/until";

/** What a client saw: an answer, or the code of the error that its connection ended with. */
export interface Seen {
  status?: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  lost?: string;
}

/** One request on a connection of its own, never repeated. */
export function send(
  api: TestApi,
  method: string,
  path: string,
  { body, requestId, key = api.neon.apiKey }: { body?: unknown; requestId?: string; key?: string } = {},
): Promise<Seen> {
  const base = path.startsWith("/_local") ? new URL(api.neon.apiHost).origin : api.neon.apiHost;
  const headers = {
    Authorization: `Bearer ${key}`,
    ...(requestId ? { "X-Request-ID": requestId } : {}),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  };
  return new Promise((resolve) => {
    const request = http.request(base + path, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve({ headers: {}, text: "", lost: error.code }));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const create = (api: TestApi, name = "customer", requestId?: string): Promise<Seen> =>
  send(api, "POST", "/projects", { body: { project: { name } }, requestId });

export async function projectNames(api: TestApi): Promise<string[]> {
  const { projects } = await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?limit=400");
  return projects.map(({ name }) => name);
}

/** The project of this name; fails unless there is exactly one. */
export async function projectNamed(api: TestApi, name: string): Promise<neon.ProjectListItem> {
  const { projects } = await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?limit=400");
  const found = projects.filter((project) => project.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} projects are named ${name}`);
  return found[0];
}

export async function operationsOf(api: TestApi, projectId: string): Promise<neon.Operation[]> {
  return (await api.expect<neon.OperationsResponse>(200, "GET", `/projects/${projectId}/operations`)).operations;
}

/** Action and status of each operation, oldest first. */
export const progress = async (api: TestApi, projectId: string): Promise<string[]> =>
  (await operationsOf(api, projectId)).reverse().map(({ action, status }) => `${action} ${status}`);

/** Waits until the server has come so far. */
export const until = (condition: () => Promise<boolean> | boolean): Promise<void> => waitUntil(condition, 2);

/** Starts servers for a test file; each is closed after its test. */
export function faultedApis(): (
  options?: LocalNeonOptions,
  computes?: ReturnType<typeof fakeComputes>,
) => Promise<TestApi> {
  const open: TestApi[] = [];
  afterEach(async () => {
    for (const api of open.splice(0)) await api.close();
  });
  return async (options = {}, computes = fakeComputes()) => {
    const api = await startTestApi(options, computes);
    open.push(api);
    return api;
  };
}
