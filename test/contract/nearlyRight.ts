import { neonDocument } from "../../local/api/apiDocument";
import { handlers } from "../../local/api/handlers/handlers";
import { checkedRoutes, matchRoutes, type Route } from "../../local/api/routes";
import { type Random, seededRandom } from "../chaos/support/random";
import type { TestApi, TestAnswer } from "../local/api/testApi";
import { accountSteps, organizationSteps } from "./accountSteps";
import { filled, type MadeIds, noteIds } from "./madeIds";
import { mixed, mutated, oddValue } from "./mutations";
import { fullProject, projectSteps } from "./projectSteps";
import { bodySchemaOf, querySchemasOf } from "./requestSchemas";
import { pick, times, valueOf } from "./schemaValues";
import type { Step } from "./step";

const routes = checkedRoutes(neonDocument(), false);

/** How many answers there were, by operation and status. */
export type Answers = Map<string, Map<number, number>>;

/**
 * The life of a project in the steps of every operation. Before each of them come calls that are nearly it: with further fields that the
 * document allows, and some of them with something in them that it does not. Rejects at the first answer that is none of Neon's.
 */
export async function nearlyRightCalls(api: TestApi, seed: number, callsPerStep: number): Promise<Answers> {
  return new Walk(api, seededRandom(seed), callsPerStep).run();
}

class Walk {
  readonly #made: MadeIds = {};
  readonly #answers: Answers = new Map();
  #projectId = "";

  constructor(
    private readonly api: TestApi,
    private readonly random: Random,
    private readonly callsPerStep: number,
  ) {}

  async run(): Promise<Answers> {
    const { orgId } = this.api.neon;
    const first: Step = ["createProject", "POST", "/projects", { project: fullProject }, 201];
    await this.#around(first);
    const created = await this.api.project(fullProject);
    this.#projectId = created.project.id;
    for (const [name, id] of Object.entries({ p: created.project.id, b: created.branch.id, org: orgId })) {
      this.#made[name] = id;
    }
    for (const step of [...accountSteps(orgId), ...organizationSteps(orgId), ...projectSteps(created)]) {
      await this.#around(step);
    }
    return this.#answers;
  }

  async #around(step: Step): Promise<void> {
    const [operationId, method, template, body] = step;
    for (let call = 0; call < this.callsPerStep; call += 1) {
      const near = this.#near(step);
      await this.#call(operationId, method, near.path, near.body);
      // Now and then the next call meets the operations of this one.
      if (this.random.integer(5) > 0) await this.#settle();
    }
    await this.#settle();
    const answer = await this.#call(operationId, method, filled(template, this.#made), body);
    if (answer.status < 300) noteIds(this.#made, operationId, answer.body);
    await this.#settle();
  }

  #near([, method, template, body]: Step): { path: string; body: unknown } {
    const { random } = this;
    const [plain = "", query = ""] = filled(template, this.#made).split("?");
    const route = matchRoutes(routes, plain.slice(1).split("/")).find((candidate) => candidate.method === method);
    if (!route) throw new Error(`no route for ${method} ${template}`);
    const wanted = this.#queryOf(route, query);
    const segments = plain.split("/");
    // The first one is empty.
    if (random.integer(8) === 0) {
      segments[1 + random.integer(segments.length - 1)] = encodeURIComponent(pick(random, this.#texts()));
    }
    return { path: `${segments.join("/")}${wanted ? `?${wanted}` : ""}`, body: this.#bodyOf(route, body) };
  }

  #bodyOf(route: Route, body: unknown): unknown {
    const { random } = this;
    const schema = bodySchemaOf(route);
    if (!schema) return undefined;
    let value = mixed(body, valueOf(schema, random, this.#texts()), random);
    for (let count = random.integer(3); count > 0; count -= 1) value = mutated(value, random);
    return value;
  }

  #queryOf(route: Route, given: string): string {
    const { random } = this;
    const query = new URLSearchParams(given);
    for (const [name, schema] of querySchemasOf(route)) {
      if (random.integer(4) > 0) continue;
      const value = random.integer(3) === 0 ? oddValue(random) : valueOf(schema, random, this.#texts());
      query.set(name, String(value).toWellFormed());
    }
    if (given && random.integer(6) === 0) query.delete(pick(random, [...query.keys()]));
    return query.toString();
  }

  /** Ids, names, positions and times that mean something at the moment. */
  #texts(): string[] {
    const names = ["main", "dev", "owner", "reader", "app", "x", "acme", "aws-us-east-2", "read_only", "schema-only"];
    return [...Object.values(this.#made), ...names, "0/1", "10.0.0.0/8", "https://example.com/a", ...times()];
  }

  async #call(operationId: string, method: string, path: string, body: unknown): Promise<TestAnswer<unknown>> {
    const answer = await this.api.request<unknown>(method, path, body);
    const { status } = answer;
    if (status === 500 || status < 200) {
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${status} ${JSON.stringify(answer.body)}`);
    }
    const statuses = this.#answers.get(operationId) ?? new Map<number, number>();
    this.#answers.set(operationId, statuses.set(status, (statuses.get(status) ?? 0) + 1));
    return answer;
  }

  /** The project may be deleted, or belong to somebody else. */
  async #settle(): Promise<void> {
    if (!this.#projectId) return;
    const path = `/projects/${this.#projectId}/operations?limit=20`;
    type Operations = { operations?: { status: string }[] } | undefined;
    for (;;) {
      const { body } = await this.api.request<Operations>("GET", path);
      if (!body?.operations?.some(({ status }) => status === "running" || status === "scheduling")) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** Operations of which no call was answered well. */
export const neverDone = (answers: Answers): string[] =>
  Object.keys(handlers).filter((id) => ![...(answers.get(id)?.keys() ?? [])].some((status) => status < 300));
