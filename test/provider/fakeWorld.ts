import type { Branch, Database, Endpoint, Operation, Project, Role } from "@neondatabase/api-client";

/** One project of the fake, with everything in it. */
export interface FakeProject {
  project: Project;
  branches: { branch: Branch; annotations: Record<string, string> }[];
  endpoints: Endpoint[];
  roles: Role[];
  databases: Database[];
  operations: Operation[];
}

/** What exists "at Neon". Several {@link FakeNeonApi} objects, each a process of its own, may work on one world. */
export class FakeWorld {
  readonly projects = new Map<string, FakeProject>();
  readonly deleted = new Map<string, FakeProject>();
  #ids = 0;

  nextId(prefix: string): string {
    this.#ids += 1;
    return `${prefix}-${String(this.#ids).padStart(4, "0")}`;
  }

  /** Every id and name, to see at a glance what a test left behind. */
  names(): string[] {
    return [...this.projects.values()].map(({ project }) => project.name).sort();
  }
}

/** The time at which everything in the fake happens. */
export const fakeTime = "2030-01-01T00:00:00Z";

/** A value with the defaults of a type that has many fields nobody reads here. */
function filled<T>(values: Partial<T>): T {
  return values as T;
}

export function fakeProject(values: Partial<Project>): Project {
  return filled<Project>({
    platform_id: "aws",
    proxy_host: "example.invalid",
    store_passwords: true,
    history_retention_seconds: 86_400,
    pg_version: 17,
    created_at: fakeTime,
    updated_at: fakeTime,
    ...values,
  });
}

export function fakeBranch(values: Partial<Branch>): Branch {
  return filled<Branch>({
    current_state: "ready",
    default: false,
    protected: false,
    created_at: fakeTime,
    updated_at: fakeTime,
    ...values,
  });
}

export function fakeEndpoint(values: Partial<Endpoint>): Endpoint {
  return filled<Endpoint>({
    autoscaling_limit_min_cu: 0.25,
    autoscaling_limit_max_cu: 2,
    suspend_timeout_seconds: 0,
    disabled: false,
    settings: {},
    created_at: fakeTime,
    updated_at: fakeTime,
    ...values,
  });
}

export function fakeOperation(values: Partial<Operation>): Operation {
  return filled<Operation>({ failures_count: 0, created_at: fakeTime, updated_at: fakeTime, ...values });
}
