import type * as neon from "@neondatabase/api-client";
import { type LocalNeon, type LocalNeonOptions, startServer } from "../../../local/startServer";
import { type FakeComputes, fakeComputes } from "./fakeComputes";

export interface TestAnswer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** A server in closed mode over the fake Postgres side, and a client for it. */
export interface TestApi {
  neon: LocalNeon;
  computes: FakeComputes;
  log: string[];
  request<T = neon.GeneralError>(method: string, path: string, body?: unknown, key?: string): Promise<TestAnswer<T>>;
  /** The same, and fails unless the status is this one. */
  expect<T = neon.GeneralError>(status: number, method: string, path: string, body?: unknown): Promise<T>;
  /** Resolves when no operation of the project waits or runs. */
  settle(projectId: string): Promise<neon.Operation[]>;
  /** A project whose operations are over. */
  project(fields?: Record<string, unknown>): Promise<TestProject>;
  close(): Promise<void>;
}

/** Not closed yet: a test that fails does not come to that, and what is open keeps the process from ending. */
const open = new Set<LocalNeon>();
afterAll(() => Promise.all([...open].map((server) => server.close())));

export type TestProject = neon.ProjectResponse &
  neon.ConnectionURIsResponse &
  neon.RolesResponse &
  neon.DatabasesResponse &
  neon.OperationsResponse &
  neon.BranchResponse &
  neon.EndpointsResponse;

export async function startTestApi(options: LocalNeonOptions = {}, computes = fakeComputes()): Promise<TestApi> {
  const log: string[] = [];
  const server = await startServer({ closed: true, log: (line) => log.push(line), ...options }, async () => computes);
  open.add(server);

  const request: TestApi["request"] = async <T>(method: string, path: string, body?: unknown, key = server.apiKey) => {
    const response = await fetch(server.apiHost + path, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: "manual",
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as T };
  };
  const expectStatus: TestApi["expect"] = async <T>(status: number, method: string, path: string, body?: unknown) => {
    const answer = await request<T>(method, path, body);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const settle: TestApi["settle"] = async (projectId) => {
    for (;;) {
      const path = `/projects/${projectId}/operations`;
      const { operations } = await expectStatus<neon.OperationsResponse>(200, "GET", path);
      if (!operations.some(({ status }) => ["scheduling", "running"].includes(status))) return operations;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  return {
    neon: server,
    computes,
    log,
    request,
    expect: expectStatus,
    settle,
    async project(fields = {}) {
      const created = await expectStatus<TestProject>(201, "POST", "/projects", { project: fields });
      await settle(created.project.id);
      return created;
    },
    close: () => server.close(),
  };
}
