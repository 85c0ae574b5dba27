import { createApiClient, OperationStatus } from "@neondatabase/api-client";
import type { Api, Endpoint, Operation, ProjectCreateRequest } from "@neondatabase/api-client";

/** How any client reaches a local Neon, in this process or another. */
export interface Reachable {
  apiHost: string;
  apiKey: string;
  pgPort: number;
  caFile: string;
}

export interface UsersProject {
  id: string;
  branchId: string;
  endpointId: string;
  host: string;
  /** As `createProject` printed it. */
  uri: string;
}

const pending = new Set([OperationStatus.Scheduling, OperationStatus.Running]);

type CreatedProject = Awaited<ReturnType<Api<unknown>["createProject"]>>["data"];
type ProjectFields = ProjectCreateRequest["project"];

/** Somebody who uses a local Neon through Neon's own client library. */
export class NeonUser {
  readonly api: Api<unknown>;

  constructor(readonly server: Reachable) {
    this.api = createApiClient({ apiKey: server.apiKey, baseURL: server.apiHost });
  }

  /** A project that is ready. */
  async project(fields: ProjectFields = {}): Promise<UsersProject> {
    const { data } = await this.api.createProject({ project: fields });
    await this.settle(data.project.id);
    return usersProject(data);
  }

  /** Resolves when all operations of the project have ended well. */
  async settle(projectId: string): Promise<void> {
    for (;;) {
      const { operations } = (await this.api.listProjectOperations({ projectId })).data;
      const failed = operations.find(({ status }) => status === OperationStatus.Failed);
      if (failed) throw new Error(`${failed.action}: ${failed.error}`);
      if (!operations.some(({ status }) => pending.has(status))) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Calls, and waits for what the answer has set going. */
  async settled<T extends { operations: Operation[] }>(call: Promise<{ data: T }>): Promise<T> {
    const { data } = await call;
    const projectId = data.operations[0]?.project_id;
    if (projectId !== undefined) await this.settle(projectId);
    return data;
  }

  async endpoint({ id, endpointId }: UsersProject): Promise<Endpoint> {
    return (await this.api.getProjectEndpoint(id, endpointId)).data.endpoint;
  }

  /** `getConnectionURI` of a branch; default: the project's own role and database. */
  async uri(
    project: UsersProject,
    query: { branchId?: string; role?: string; database?: string } = {},
  ): Promise<string> {
    const { branchId = project.branchId, role = "neondb_owner", database = "neondb" } = query;
    const answer = await this.api.getConnectionUri({
      projectId: project.id,
      branch_id: branchId,
      role_name: role,
      database_name: database,
    });
    return answer.data.uri;
  }
}

function usersProject(created: CreatedProject): UsersProject {
  const [endpoint] = created.endpoints;
  const [details] = created.connection_uris;
  if (!endpoint || !details) throw new Error("createProject answered without an endpoint or a URI");
  const { id } = created.project;
  const { connection_uri: uri } = details;
  return { id, branchId: created.branch.id, endpointId: endpoint.id, host: endpoint.host, uri };
}
