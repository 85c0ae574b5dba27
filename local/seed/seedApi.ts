import type { GeneralError, Operation } from "@neondatabase/api-client";
import { LocalNeonError } from "../localNeonError";

export interface SeedApiOptions {
  /** Base URL of the API. */
  apiHost: string;
  /** What lets requests for an organization in. */
  headersFor(orgId: string): Record<string, string>;
  /** Between two looks at operations. */
  sleep(ms: number): Promise<unknown>;
}

type Method = "GET" | "POST";

/** Neon's API for what belongs to one organization: calls end when the operations that they start have. */
export class SeedApi {
  readonly #headers: Record<string, string>;

  constructor(
    private readonly options: SeedApiOptions,
    readonly orgId: string,
  ) {
    this.#headers = { "Content-Type": "application/json", ...options.headersFor(orgId) };
  }

  /** `place` is the part of the seed that the call is for. */
  async call<T>(place: string, method: Method, route: string, body?: unknown): Promise<T> {
    const response = await fetch(this.options.apiHost + route, {
      method,
      headers: this.#headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = (await response.json()) as T & Partial<GeneralError>;
    if (response.ok) return answer;
    throw seedFailed(`${place}: ${answer.message ?? `status ${response.status}`}`);
  }

  /** Makes something of a project, and resolves when it is there. */
  async make<T extends { operations?: Operation[] }>(place: string, route: string, body: unknown): Promise<T> {
    const made = await this.call<T>(place, "POST", route, body);
    for (const operation of made.operations ?? []) await this.#ended(place, operation);
    return made;
  }

  /** Resolves when nothing of the project is under way, such as what a killed server had begun. */
  async settled(place: string, projectId: string): Promise<void> {
    const route = `/projects/${projectId}/operations?limit=1000`;
    const { operations } = await this.call<{ operations: Operation[] }>(place, "GET", route);
    for (const operation of operations) if (isUnderWay(operation)) await this.#ended(place, operation);
  }

  async #ended(place: string, { id, project_id }: Operation): Promise<void> {
    const route = `/projects/${project_id}/operations/${id}`;
    for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 200)) {
      const { operation } = await this.call<{ operation: Operation }>(place, "GET", route);
      if (isUnderWay(operation)) await this.options.sleep(waitMs);
      else if (isSuccess(operation)) return;
      else
        throw seedFailed(`${place}: ${operation.action} ${operation.status}: ${operation.error ?? "no reason given"}`);
    }
  }
}

const isUnderWay = ({ status }: Operation) => ["scheduling", "running", "cancelling"].includes(status);
const isSuccess = ({ status }: Operation) => ["finished", "skipped"].includes(status);

/** What was made before stays, and is found by the next start. */
export const seedFailed = (sentence: string) =>
  new LocalNeonError(
    "LOCAL_SEED_FAILED",
    `The seed stopped at ${sentence}.`,
    "What was made before it stays; start again to go on.",
  );
