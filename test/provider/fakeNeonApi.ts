import {
  type BranchCreateRequest,
  type Endpoint,
  type EndpointCreateRequest,
  EndpointType,
  type Operation,
  OperationAction,
  type Role,
} from "@neondatabase/api-client";
import type { NeonApi } from "../../provider/api/neonApi";
import { exists, found, notFound } from "./fakeCore";
import { FakeProjects } from "./fakeProjects";
import { fakeBranch } from "./fakeWorld";

export { type Fault, type FaultPlan, Killed } from "./fakeCore";

/** An in-memory Neon behind the {@link NeonApi} interface, with scripted faults. */
export class FakeNeonApi extends FakeProjects implements NeonApi {
  createBranch(projectId: string, request: BranchCreateRequest & { annotation_value?: Record<string, string> }) {
    return this.call("createBranch", () => {
      const at = this.projectAt(projectId);
      const { name, parent_id: parent, ...rest } = request.branch ?? {};
      if (at.branches.some(({ branch }) => branch.name === name)) throw exists(`branch ${String(name)}`);
      const id = this.world.nextId("br");
      const parentId = parent ?? at.branches.find(({ branch }) => branch.default)?.branch.id;
      const branch = fakeBranch({ id, project_id: projectId, name: name ?? id, parent_id: parentId, ...rest });
      at.branches.push({ branch, annotations: { ...request.annotation_value } });
      const operations = this.start(at, OperationAction.CreateBranch, { branch_id: id });
      return { branch, endpoints: [], operations, roles: [], databases: [] };
    });
  }

  getBranch(projectId: string, branchId: string) {
    return this.call("getBranch", () => found(this.branchAt(projectId, branchId), `branch ${branchId}`));
  }

  protected branchAt(projectId: string, branchId: string) {
    return this.projectAt(projectId).branches.find(({ branch }) => branch.id === branchId);
  }

  listBranches(projectId: string, query: { search?: string } = {}) {
    return this.call("listBranches", () =>
      this.projectAt(projectId).branches.filter(({ branch }) => branch.name.includes(query.search ?? "")),
    );
  }

  updateBranch(
    projectId: string,
    branchId: string,
    { branch: wanted }: { branch: { name?: string; protected?: boolean; expires_at?: string | null } },
  ) {
    return this.call("updateBranch", () => {
      const { branch } = found(this.branchAt(projectId, branchId), `branch ${branchId}`);
      const { expires_at: expires, ...rest } = wanted;
      Object.assign(branch, rest);
      if (expires === null) delete branch.expires_at;
      else if (expires !== undefined) branch.expires_at = expires;
      return { branch, operations: [] as Operation[] };
    });
  }

  deleteBranch(projectId: string, branchId: string) {
    return this.call("deleteBranch", () => {
      const at = this.world.projects.get(projectId);
      if (at) at.branches = at.branches.filter(({ branch }) => branch.id !== branchId);
      return [] as Operation[];
    });
  }

  createEndpoint(projectId: string, { endpoint: wanted }: EndpointCreateRequest) {
    return this.call("createEndpoint", () => {
      const at = this.projectAt(projectId);
      const taken = at.endpoints.some((e) => e.branch_id === wanted.branch_id && e.type === EndpointType.ReadWrite);
      if (wanted.type === EndpointType.ReadWrite && taken) throw exists("read_write endpoint");
      const endpoint = this.makeEndpoint(at, wanted);
      return { endpoint, operations: this.start(at, OperationAction.StartCompute) };
    });
  }

  getEndpoint(projectId: string, endpointId: string) {
    return this.call("getEndpoint", () => this.endpointAt(projectId, endpointId));
  }

  protected endpointAt(projectId: string, endpointId: string): Endpoint {
    return found(
      this.projectAt(projectId).endpoints.find((endpoint) => endpoint.id === endpointId),
      `endpoint ${endpointId}`,
    );
  }

  listEndpoints(projectId: string) {
    return this.call("listEndpoints", () => this.projectAt(projectId).endpoints);
  }

  updateEndpoint(projectId: string, endpointId: string, { endpoint: wanted }: { endpoint: Partial<Endpoint> }) {
    return this.call("updateEndpoint", () => {
      const endpoint = this.endpointAt(projectId, endpointId);
      Object.assign(endpoint, wanted);
      return { endpoint, operations: this.start(this.projectAt(projectId), OperationAction.ApplyConfig) };
    });
  }

  deleteEndpoint(projectId: string, endpointId: string) {
    return this.call("deleteEndpoint", () => {
      const at = this.world.projects.get(projectId);
      if (at) at.endpoints = at.endpoints.filter((endpoint) => endpoint.id !== endpointId);
      return [] as Operation[];
    });
  }

  createRole(projectId: string, branchId: string, wanted: { name: string; no_login?: boolean }) {
    return this.call("createRole", () => {
      const at = this.projectAt(projectId);
      if (this.findRole(projectId, branchId, wanted.name)) throw exists(`role ${wanted.name}`);
      const role = this.makeRole(at, wanted.name, wanted.no_login, branchId);
      return { role, operations: this.start(at, OperationAction.ApplyConfig) };
    });
  }

  getRole(projectId: string, branchId: string, name: string) {
    return this.call("getRole", () => {
      const { password: _password, ...role } = found(this.findRole(projectId, branchId, name), `role ${name}`);
      return role;
    });
  }

  listRoles(projectId: string, branchId: string) {
    return this.call("listRoles", () =>
      this.projectAt(projectId)
        .roles.filter((role) => role.branch_id === branchId)
        .map(({ password: _password, ...role }) => role as Role),
    );
  }

  deleteRole(projectId: string, branchId: string, name: string) {
    return this.call("deleteRole", () => {
      const at = this.world.projects.get(projectId);
      if (at) at.roles = at.roles.filter((role) => role.branch_id !== branchId || role.name !== name);
      return [] as Operation[];
    });
  }

  revealRolePassword(projectId: string, branchId: string, name: string) {
    return this.call(
      "revealRolePassword",
      () => found(this.findRole(projectId, branchId, name), `role ${name}`).password ?? "",
    );
  }

  resetRolePassword(projectId: string, branchId: string, name: string) {
    return this.call("resetRolePassword", () => {
      const role = found(this.findRole(projectId, branchId, name), `role ${name}`);
      role.password = `npg_${this.world.nextId("canary")}`;
      return { role, operations: this.start(this.projectAt(projectId), OperationAction.ApplyConfig) };
    });
  }

  createDatabase(projectId: string, branchId: string, wanted: { name: string; owner_name: string }) {
    return this.call("createDatabase", () => {
      const at = this.projectAt(projectId);
      if (this.findDatabase(projectId, branchId, wanted.name)) throw exists(`database ${wanted.name}`);
      if (!this.findRole(projectId, branchId, wanted.owner_name)) throw notFound(`role ${wanted.owner_name}`);
      const database = this.makeDatabase(at, wanted.name, wanted.owner_name, branchId);
      return { database, operations: this.start(at, OperationAction.ApplyConfig) };
    });
  }

  getDatabase(projectId: string, branchId: string, name: string) {
    return this.call("getDatabase", () => found(this.findDatabase(projectId, branchId, name), `database ${name}`));
  }

  listDatabases(projectId: string, branchId: string) {
    return this.call("listDatabases", () =>
      this.projectAt(projectId).databases.filter((database) => database.branch_id === branchId),
    );
  }

  updateDatabase(projectId: string, branchId: string, name: string, wanted: { name?: string; owner_name?: string }) {
    return this.call("updateDatabase", () => {
      const database = found(this.findDatabase(projectId, branchId, name), `database ${name}`);
      Object.assign(database, wanted);
      return { database, operations: this.start(this.projectAt(projectId), OperationAction.ApplyConfig) };
    });
  }

  deleteDatabase(projectId: string, branchId: string, name: string) {
    return this.call("deleteDatabase", () => {
      const at = this.world.projects.get(projectId);
      if (at) at.databases = at.databases.filter((db) => db.branch_id !== branchId || db.name !== name);
      return [] as Operation[];
    });
  }
}
