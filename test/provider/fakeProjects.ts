import {
  type Database,
  type Endpoint,
  type EndpointCreateRequest,
  EndpointType,
  type Operation,
  OperationAction,
  OperationStatus,
  type Project,
  type ProjectCreateRequest,
  type ProjectListItem,
  type Role,
} from "@neondatabase/api-client";
import { NeonError } from "../../provider/api/errors";
import { fakeBranch, fakeEndpoint, type FakeProject, fakeProject, fakeTime } from "./fakeWorld";
import { FakeAccess } from "./fakeAccess";
import { found, uri, withoutPgSettings } from "./fakeCore";

/** Projects, operations and connection strings of the fake. */
export abstract class FakeProjects extends FakeAccess {
  createProject(request: ProjectCreateRequest) {
    return this.call("createProject", () => {
      const at = this.makeProject(request.project);
      const branch = request.project.branch ?? {};
      const database = branch.database_name ?? "neondb";
      const role = this.makeRole(at, branch.role_name ?? `${database}_owner`);
      this.makeDatabase(at, database, role.name);
      const endpoint = at.endpoints[0]!;
      const operations = this.start(at, OperationAction.CreateTimeline, { branch_id: endpoint.branch_id });
      const pooler = endpoint.host.replace(".", "-pooler.");
      return {
        project: at.project,
        branch: at.branches[0]!.branch,
        endpoints: at.endpoints,
        roles: at.roles,
        databases: at.databases,
        operations,
        connection_uris: [
          {
            connection_uri: uri(role, endpoint.host, database),
            connection_parameters: {
              database,
              role: role.name,
              password: role.password ?? "",
              host: endpoint.host,
              pooler_host: pooler,
            },
          },
        ],
      };
    });
  }

  protected makeProject(wanted: ProjectCreateRequest["project"]): FakeProject {
    const id = this.world.nextId("project");
    const branchId = this.world.nextId("br");
    const at: FakeProject = {
      project: fakeProject({
        id,
        name: wanted.name ?? id,
        region_id: wanted.region_id ?? "aws-us-east-2",
        pg_version: wanted.pg_version ?? 17,
        org_id: wanted.org_id,
        history_retention_seconds: wanted.history_retention_seconds ?? 86_400,
        default_endpoint_settings: { ...wanted.default_endpoint_settings },
        settings: { ...wanted.settings },
      }),
      branches: [
        {
          branch: fakeBranch({
            id: branchId,
            project_id: id,
            name: wanted.branch?.name ?? "main",
            default: true,
          }),
          annotations: { ...wanted.branch?.annotations },
        },
      ],
      endpoints: [],
      roles: [],
      databases: [],
      operations: [],
    };
    this.world.projects.set(id, at);
    this.makeEndpoint(at, { branch_id: branchId, type: EndpointType.ReadWrite });
    return at;
  }

  protected makeEndpoint(at: FakeProject, wanted: EndpointCreateRequest["endpoint"]): Endpoint {
    const id = this.world.nextId("ep");
    const endpoint = fakeEndpoint({
      id,
      project_id: at.project.id,
      host: `${id}.c-2.example.invalid`,
      region_id: at.project.region_id,
      ...withoutPgSettings(at.project.default_endpoint_settings ?? {}),
      ...wanted,
    });
    at.endpoints.push(endpoint);
    return endpoint;
  }

  protected makeRole(at: FakeProject, name: string, noLogin = false, branchId = at.branches[0]!.branch.id): Role {
    const role: Role = {
      branch_id: branchId,
      name,
      authentication_method: noLogin ? "no_login" : "password",
      created_at: fakeTime,
      updated_at: fakeTime,
      ...(noLogin ? {} : { password: `npg_${this.world.nextId("canary")}` }),
    };
    at.roles.push(role);
    return role;
  }

  protected makeDatabase(at: FakeProject, name: string, owner: string, branchId = at.branches[0]!.branch.id): Database {
    const database = {
      id: at.databases.length + 1,
      branch_id: branchId,
      name,
      owner_name: owner,
      created_at: fakeTime,
      updated_at: fakeTime,
    };
    at.databases.push(database);
    return database;
  }

  getProject(projectId: string) {
    return this.call("getProject", () => this.projectAt(projectId).project);
  }

  listProjects(query: { search?: string; recoverable?: boolean } = {}) {
    return this.call("listProjects", () => {
      const source = query.recoverable ? this.world.deleted : this.world.projects;
      return [...source.values()]
        .map(({ project }) => project)
        .filter((project) => project.name.includes(query.search ?? "") || project.id === query.search)
        .map((project) => project as unknown as ProjectListItem)
        .map((item) => (query.recoverable ? { ...item, recoverable_until: "2030-01-08T00:00:00Z" } : item));
    });
  }

  updateProject(projectId: string, { project: wanted }: { project: Partial<Project> }) {
    return this.call("updateProject", () => {
      const at = this.projectAt(projectId);
      const { settings, default_endpoint_settings: compute, ...rest } = wanted;
      Object.assign(at.project, rest);
      at.project.settings = { ...at.project.settings, ...settings };
      at.project.default_endpoint_settings = { ...at.project.default_endpoint_settings, ...compute };
      return { project: at.project, operations: this.start(at, OperationAction.ApplyConfig) };
    });
  }

  deleteProject(projectId: string) {
    return this.call("deleteProject", () => {
      const at = this.world.projects.get(projectId);
      if (at) this.world.deleted.set(projectId, at);
      this.world.projects.delete(projectId);
      return at ? ("deleted" as const) : ("absent" as const);
    });
  }

  protected findRole(projectId: string, branchId: string, name: string): Role | undefined {
    return this.projectAt(projectId).roles.find((role) => role.branch_id === branchId && role.name === name);
  }

  protected findDatabase(projectId: string, branchId: string, name: string): Database | undefined {
    return this.projectAt(projectId).databases.find((db) => db.branch_id === branchId && db.name === name);
  }

  connectionUri(
    projectId: string,
    query: { branchId?: string; endpointId?: string; databaseName: string; roleName: string; pooled: boolean },
  ) {
    return this.call("connectionUri", () => {
      const at = this.projectAt(projectId);
      const branchId = query.branchId ?? at.branches[0]!.branch.id;
      const endpoint = found(
        at.endpoints.find((candidate) => candidate.branch_id === branchId),
        "endpoint",
      );
      const role = found(this.findRole(projectId, branchId, query.roleName), `role ${query.roleName}`);
      const host = query.pooled ? endpoint.host.replace(".", "-pooler.") : endpoint.host;
      return uri(role, host, query.databaseName);
    });
  }

  listRegions() {
    return this.call("listRegions", () => [
      { region_id: "aws-eu-central-1", name: "Frankfurt", default: true, geo_lat: "0", geo_long: "0" },
    ]);
  }

  listOperations(projectId: string, limit = 100) {
    return this.call("listOperations", () => this.projectAt(projectId).operations.slice(0, limit));
  }

  waitForOperations(operations: readonly Operation[]) {
    if (operations.length === 0) return Promise.resolve();
    return this.call("waitForOperations", () => {
      const ids = new Set(operations.map((operation) => operation.id));
      const all = [...this.world.projects.values()].flatMap((at) => at.operations);
      for (const operation of all.filter((candidate) => ids.has(candidate.id))) {
        if (operation.status === OperationStatus.Failed) {
          throw new NeonError("NEON_OPERATION_FAILED", `operation ${operation.action} failed`);
        }
        operation.status = OperationStatus.Finished;
      }
    });
  }
}
