import { EndpointType } from "@neondatabase/api-client";
import type { NeonUser } from "../../clients/support/neonUser";
import { KnownRows } from "./knownRows";
import { rowsOf, Writer } from "./writer";

/** What a customer knows of one project: only what was acknowledged. */
export class CustomersProject {
  readonly writer: Writer;
  /** By name, without the main one. */
  readonly branches = new Map<string, KnownRows>();
  readonly snapshots = new Map<string, KnownRows>();
  activeTimeQuota = 0;

  constructor(
    readonly id: string,
    readonly name: string,
    readonly mainId: string,
    uri: string,
    mayEnd: () => boolean,
  ) {
    this.writer = new Writer(uri, mayEnd);
  }

  async branchId(user: NeonUser, name: string): Promise<string | undefined> {
    const { branches } = (await user.api.listProjectBranches({ projectId: this.id })).data;
    return branches.find((branch) => branch.name === name)?.id;
  }

  /** Of a branch that may have no compute yet. */
  async uri(user: NeonUser, name: string): Promise<string> {
    const branchId = (await this.branchId(user, name)) ?? "";
    const { endpoints } = (await user.api.listProjectEndpoints(this.id)).data;
    if (!endpoints.some((endpoint) => endpoint.branch_id === branchId)) {
      const endpoint = { branch_id: branchId, type: EndpointType.ReadWrite };
      await user.settled(user.api.createProjectEndpoint(this.id, { endpoint }));
    }
    const of = { projectId: this.id, branch_id: branchId, role_name: "neondb_owner", database_name: "neondb" };
    return (await user.api.getConnectionUri(of)).data.uri;
  }

  /** What the API shows is what was acknowledged, no less and no more. */
  async complaints(user: NeonUser): Promise<string[]> {
    const { project } = (await user.api.getProject(this.id)).data;
    const { branches } = (await user.api.listProjectBranches({ projectId: this.id })).data;
    const { snapshots } = (await user.api.listSnapshots(this.id)).data;
    const shown = {
      quota: project.settings?.quota?.active_time_seconds ?? 0,
      branches: branches.map(({ name, current_state }) => `${name} ${current_state}`).sort(),
      snapshots: snapshots.map(({ name }) => name).sort(),
    };
    const known = {
      quota: this.activeTimeQuota,
      branches: ["main", ...this.branches.keys()].map((name) => `${name} ready`).sort(),
      snapshots: [...this.snapshots.keys()].sort(),
    };
    const [present, expected] = [JSON.stringify(shown), JSON.stringify(known)];
    return present === expected ? [] : [`${this.name}: shows ${present} instead of ${expected}`];
  }

  async rowComplaints(user: NeonUser, names: readonly string[]): Promise<string[]> {
    const complaints: string[] = [];
    for (const name of names) {
      const known = name === "main" ? this.writer.rows : (this.branches.get(name) ?? KnownRows.none());
      const uri = name === "main" ? this.writer.uri : await this.uri(user, name);
      const complaint = known.complaint(await rowsOf(uri));
      if (complaint !== undefined) complaints.push(`${this.name}/${name}: ${complaint}`);
    }
    return complaints;
  }
}
