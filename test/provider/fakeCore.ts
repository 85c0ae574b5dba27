import {
  type Operation,
  OperationAction,
  OperationStatus,
  type Project,
  type Endpoint,
  type Role,
} from "@neondatabase/api-client";
import { NeonError } from "../../provider/api/errors";
import { fakeOperation, type FakeProject, type FakeWorld } from "./fakeWorld";

/**
 * What happens to one call.
 *
 * - `lostBefore` / `lostAfter`: the connection is lost before or after Neon carried it out.
 * - `killBefore` / `killAfter`: the process dies at that moment; every later call of the same object fails too.
 * - `operationFails`: Neon takes the request, and what it started fails.
 */
export type Fault = "lostBefore" | "lostAfter" | "killBefore" | "killAfter" | "operationFails";

/** Decides the fault of a call by its name and its number, from 0, among all calls of the object. */
export type FaultPlan = (method: string, index: number) => Fault | undefined;

/** Stands for the death of the process: not an answer, not an error of Neon's. */
export class Killed extends Error {}

const posts = new Set(["createProject", "createBranch", "createEndpoint", "createRole", "createDatabase"]);

/** Calls, faults and helpers of the fake. */
export abstract class FakeCore {
  readonly orgId: string | undefined;
  /** Every call made, in order. */
  readonly calls: string[] = [];
  readonly #plan: FaultPlan;
  #dead = false;

  constructor(
    readonly world: FakeWorld,
    options: { orgId?: string; faults?: FaultPlan } = {},
  ) {
    this.orgId = options.orgId;
    this.#plan = options.faults ?? (() => undefined);
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.calls.filter((call) => call === method).length;
  }

  protected async call<T>(method: string, work: () => T): Promise<T> {
    if (this.#dead) throw new Killed(`${method} after the process died`);
    const fault = this.#plan(method, this.calls.length);
    this.calls.push(method);
    await Promise.resolve();
    if (fault === "killBefore") this.#die(method);
    if (fault === "lostBefore") throw lost(method);
    const result = work();
    if (fault === "killAfter") this.#die(method);
    if (fault === "lostAfter") throw lost(method);
    if (fault === "operationFails") failOperations(result);
    return structuredClone(result);
  }

  #die(method: string): never {
    this.#dead = true;
    throw new Killed(method);
  }

  protected projectAt(projectId: string): FakeProject {
    const found = this.world.projects.get(projectId);
    if (found) return found;
    throw notFound(`project ${projectId}`);
  }

  protected start(at: FakeProject, action: OperationAction, more: Partial<Operation> = {}): Operation[] {
    const operation = fakeOperation({
      id: this.world.nextId("op"),
      project_id: at.project.id,
      action,
      status: OperationStatus.Running,
      ...more,
    });
    at.operations.unshift(operation);
    return [operation];
  }
}

export function withoutPgSettings(settings: NonNullable<Project["default_endpoint_settings"]>): Partial<Endpoint> {
  const { pg_settings: _pg, pgbouncer_settings: _bouncer, ...compute } = settings;
  return compute;
}

export function uri(role: Role, host: string, database: string): string {
  return `postgresql://${role.name}:${role.password ?? ""}@${host}:5432/${database}?sslmode=require`;
}

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw notFound(what);
  return value;
}

export const notFound = (what: string): NeonError =>
  new NeonError("NEON_NOT_FOUND", `${what} not found`, { status: 404 });
export const exists = (what: string): NeonError =>
  new NeonError("NEON_ALREADY_EXISTS", `${what} already exists`, { status: 409 });

/** What the client throws at its end: a POST without an answer, or another call whose repeats failed as well. */
export function lost(method: string): NeonError {
  return posts.has(method)
    ? new NeonError("NEON_UNANSWERED", `${method} was not answered`, { unanswered: true })
    : new NeonError("NEON_UNREACHABLE", `${method} did not reach Neon`);
}

/** The world's own objects, not copies, so that a later wait sees the failure. */
export function failOperations(result: unknown): void {
  const operations =
    typeof result === "object" && result !== null && "operations" in result ? (result.operations as Operation[]) : [];
  for (const operation of operations) operation.status = OperationStatus.Failed;
}
