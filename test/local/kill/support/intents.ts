import { EndpointType } from "@neondatabase/api-client";
import type { Random } from "../../../chaos/support/random";
import type { NeonUser } from "../../clients/support/neonUser";
import type { CustomersProject } from "./customersProject";
import type { Intent } from "./intent";
import { type Checkpoint, KnownRows } from "./knownRows";

/** What there is to be wanted of a project. `user` answers with the present server's client. */
export class Intents {
  #count = 0;

  constructor(
    private readonly project: CustomersProject,
    private readonly user: () => NeonUser,
    private readonly random: Random,
  ) {}

  any(): Intent {
    const { project, random } = this;
    const { checkpoints } = project.writer;
    const checkpoint = checkpoints[random.integer(checkpoints.length)];
    const [snapshot] = random.shuffled([...project.snapshots.keys()]);
    const [branch] = random.shuffled([...project.branches.keys()].filter((name) => name.startsWith("branch")));
    const possible = [
      this.branch(),
      this.snapshot(),
      this.quota(),
      this.suspend(),
      ...(checkpoint ? [this.branch(checkpoint), this.restore(checkpoint), this.restore(checkpoint)] : []),
      ...(snapshot === undefined ? [] : [this.branchOfSnapshot(snapshot)]),
      ...(branch === undefined ? [] : [this.deletion(branch)]),
    ];
    return possible[random.integer(possible.length)] as Intent;
  }

  branch(at?: Checkpoint): Intent {
    const { project } = this;
    const name = this.#name("branch");
    const earlier = project.writer.rows.copy();
    const fields = {
      name,
      parent_id: project.mainId,
      ...(at ? { parent_timestamp: new Date(at.timeMs).toISOString() } : {}),
    };
    const endpoints = [{ type: EndpointType.ReadWrite }];
    return {
      what: `${name}${at ? " at a moment" : ""}`,
      send: () => this.user().api.createProjectBranch(project.id, { branch: fields, endpoints }),
      isDone: () => this.#hasBranch(name),
      note: () =>
        void project.branches.set(name, at ? at.rows.copy() : KnownRows.between(earlier, project.writer.rows)),
    };
  }

  restore(at: Checkpoint): Intent {
    const { project } = this;
    const { writer } = project;
    const name = this.#name("former");
    const source = { source_branch_id: project.mainId, source_timestamp: new Date(at.timeMs).toISOString() };
    return {
      what: `restore, ${name}`,
      // What is committed between the call and its effect is in the former state.
      send: async () => {
        await writer.stop();
        await this.user().api.restoreProjectBranch(project.id, project.mainId, {
          ...source,
          preserve_under_name: name,
        });
      },
      isDone: () => this.#hasBranch(name),
      note: () => {
        project.branches.set(name, writer.rows.copy());
        writer.rows = at.rows.copy();
        writer.checkpoints = writer.checkpoints.filter(({ timeMs }) => timeMs <= at.timeMs);
      },
    };
  }

  snapshot(): Intent {
    const { project } = this;
    const name = this.#name("snapshot");
    const earlier = project.writer.rows.copy();
    return {
      what: name,
      send: () => this.user().api.createSnapshot({ projectId: project.id, branchId: project.mainId, name }),
      isDone: async () => {
        const { snapshots } = (await this.user().api.listSnapshots(project.id)).data;
        return snapshots.some((snapshot) => snapshot.name === name);
      },
      note: () => void project.snapshots.set(name, KnownRows.between(earlier, project.writer.rows)),
    };
  }

  branchOfSnapshot(snapshotName: string): Intent {
    const { project } = this;
    const name = this.#name("branch-of-snapshot");
    return {
      what: `${name} of ${snapshotName}`,
      send: async () => {
        const { snapshots } = (await this.user().api.listSnapshots(project.id)).data;
        const snapshotId = snapshots.find((snapshot) => snapshot.name === snapshotName)?.id ?? "";
        await this.user().api.restoreSnapshot({ projectId: project.id, snapshotId }, { name });
      },
      isDone: () => this.#hasBranch(name),
      note: () => void project.branches.set(name, project.snapshots.get(snapshotName)?.copy() ?? KnownRows.none()),
    };
  }

  deletion(name: string): Intent {
    const { project } = this;
    return {
      what: `deletion of ${name}`,
      send: async () => {
        const branchId = (await project.branchId(this.user(), name)) ?? "";
        await this.user().api.deleteProjectBranch({ projectId: project.id, branchId });
      },
      isDone: async () => !(await this.#hasBranch(name)),
      note: () => void project.branches.delete(name),
    };
  }

  quota(): Intent {
    const { project } = this;
    const quota = 1_000_000 + this.random.integer(1_000_000);
    return {
      what: `quota of ${quota}`,
      send: async () => {
        const settings = { quota: { active_time_seconds: quota } };
        await this.user().api.updateProject(project.id, { project: { settings } });
      },
      isDone: async () => {
        const { settings } = (await this.user().api.getProject(project.id)).data.project;
        return settings?.quota?.active_time_seconds === quota;
      },
      note: () => void (project.activeTimeQuota = quota),
    };
  }

  /** Whether it sleeps, its next connection has long changed. */
  suspend(): Intent {
    const { project } = this;
    return {
      what: "suspension",
      send: async () => {
        const { endpoints } = (await this.user().api.listProjectEndpoints(project.id)).data;
        const own = endpoints.find(({ branch_id }) => branch_id === project.mainId)?.id ?? "";
        await this.user().api.suspendProjectEndpoint(project.id, own);
      },
      isDone: async () => true,
      note: () => undefined,
    };
  }

  async #hasBranch(name: string): Promise<boolean> {
    return (await this.project.branchId(this.user(), name)) !== undefined;
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }
}
