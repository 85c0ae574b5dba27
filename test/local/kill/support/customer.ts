import type { Random } from "../../../chaos/support/random";
import { NeonUser, type Reachable } from "../../clients/support/neonUser";
import { CustomersProject } from "./customersProject";
import type { Intent } from "./intent";
import { Intents } from "./intents";
import { rowsOf } from "./writer";

/** More would only fill the disk. */
const MOST_BRANCHES = 5;

/** Somebody who writes rows all the time and wants one thing of the API after the other, until the server dies. */
export class Customer {
  /** What the server is no more asked for: it is about to be killed. */
  isDown = true;
  readonly failures: string[] = [];
  readonly done: string[] = [];
  #user!: NeonUser;
  #project: CustomersProject | undefined;
  #intents: Intents | undefined;
  #wanted: Intent | undefined;
  /** Deleted, and whether they are to stay so. */
  readonly #deleted: CustomersProject[] = [];
  #made = 0;
  #isEnding = false;
  #living: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly random: Random,
  ) {}

  live(server: Reachable): void {
    this.#user = new NeonUser(server);
    this.isDown = false;
    this.#living = this.#live();
  }

  /** After the kill. */
  async silent(): Promise<void> {
    await Promise.all([this.#living, this.#project?.writer.stop()]);
    const failure = this.#project?.writer.failure;
    if (failure) this.failures.push(`${this.#project?.name}: a session ended: ${failure.message}`);
  }

  async #live(): Promise<void> {
    try {
      while (!this.isDown) await this.#act();
    } catch (error) {
      if (!this.isDown) this.failures.push(`${this.name}: ${this.#wanted?.what}: ${explained(error)}`);
    }
  }

  async #act(): Promise<void> {
    const project = this.#project;
    if (project) {
      project.writer.start();
      await new Promise((resolve) => setTimeout(resolve, this.random.integer(150)));
      if (project.writer.rows.must.size > 0) project.writer.checkpoints.push(await project.writer.checkpoint());
    }
    const intent = (this.#wanted = this.#next());
    this.#isEnding = /^(restore|suspension|deletion of project)/.test(intent.what);
    await intent.send();
    intent.isAcknowledged = true;
    await this.#conclude(intent);
  }

  async #conclude(intent: Intent): Promise<void> {
    await this.#settle();
    await intent.note();
    this.done.push(intent.what);
    this.#wanted = undefined;
    this.#isEnding = false;
  }

  /** Nobody is shown the operations of a project that was deleted. */
  async #settle(): Promise<void> {
    if (this.#project && !(await this.#isDeleted(this.#project))) await this.#user.settle(this.#project.id);
  }

  #next(): Intent {
    if (!this.#project || !this.#intents) return this.#deleted.length % 2 === 1 ? this.#recovery() : this.#creation();
    return this.#project.branches.size >= MOST_BRANCHES ? this.#retirement() : this.#intents.any();
  }

  #creation(): Intent {
    this.#made += 1;
    const name = `${this.name}-${this.#made}`;
    const found = async () => {
      const { projects } = (await this.#user.api.listProjects({ search: name, limit: 100 })).data;
      return projects.find((project) => project.name === name);
    };
    return {
      what: `project ${name}`,
      send: () => this.#user.api.createProject({ project: { name } }),
      isDone: async () => (await found()) !== undefined,
      note: async () => {
        const id = (await found())?.id ?? "";
        await this.#user.settle(id);
        const { branches } = (await this.#user.api.listProjectBranches({ projectId: id })).data;
        const mainId = branches[0]?.id ?? "";
        const of = { projectId: id, branch_id: mainId, role_name: "neondb_owner", database_name: "neondb" };
        const { uri } = (await this.#user.api.getConnectionUri(of)).data;
        this.#adopt(new CustomersProject(id, name, mainId, uri, () => this.isDown || this.#isEnding));
      },
    };
  }

  #adopt(project: CustomersProject | undefined): void {
    this.#project = project;
    this.#intents = project && new Intents(project, () => this.#user, this.random);
  }

  #retirement(): Intent {
    const project = this.#project as CustomersProject;
    return {
      what: `deletion of project ${project.name}`,
      send: () => this.#user.api.deleteProject(project.id),
      isDone: () => this.#isDeleted(project),
      note: async () => {
        await project.writer.stop();
        this.#deleted.push(project);
        this.#adopt(undefined);
      },
    };
  }

  /** The last of the deleted ones comes back, and is deleted for good when all is looked at. */
  #recovery(): Intent {
    const project = this.#deleted.at(-1) as CustomersProject;
    return {
      what: `recovery of ${project.name}`,
      send: () => this.#user.api.recoverProject(project.id),
      isDone: async () => !(await this.#isDeleted(project)),
      note: async () => {
        await this.#user.settle(project.id);
        const complaints = await project.complaints(this.#user);
        const { rows, uri } = project.writer;
        const complaint = rows.complaint(await rowsOf(uri));
        this.failures.push(...complaints, ...(complaint === undefined ? [] : [`${project.name}: ${complaint}`]));
        await this.#user.api.deleteProject(project.id);
        this.#deleted.push(project);
      },
    };
  }

  async #isDeleted({ id }: CustomersProject): Promise<boolean> {
    const { status } = await this.#user.api.getProject(id).catch((error: { response?: { status: number } }) => ({
      status: error.response?.status,
    }));
    return status === 404;
  }

  /** Over a new server: finishes what was under way, and says what is not as it was acknowledged. */
  async check(server: Reachable, everything: boolean): Promise<string[]> {
    this.#user = new NeonUser(server);
    const complaints = this.failures.splice(0);
    const project = this.#project;
    await this.#settle();
    const intent = this.#wanted;
    if (intent) {
      const isDone = await intent.isDone();
      if (!isDone && intent.isAcknowledged) complaints.push(`${this.name}: acknowledged, and lost: ${intent.what}`);
      if (isDone) await this.#conclude(intent);
      this.#wanted = undefined;
      this.#isEnding = false;
    }
    complaints.push(...this.failures.splice(0));
    for (const gone of new Set(this.#deleted)) {
      if (!(await this.#isDeleted(gone))) complaints.push(`${gone.name} is there although it was deleted`);
    }
    if (!this.#project || this.#project !== project) return complaints;
    const others = this.random.shuffled([...project.branches.keys()]);
    const names = ["main", ...(everything ? others : others.slice(0, 1))];
    return [
      ...complaints,
      ...(await project.complaints(this.#user)),
      ...(await project.rowComplaints(this.#user, names)),
    ];
  }
}

function explained(error: unknown): string {
  const { response, message } = error as { response?: { status: number; data: unknown }; message: string };
  return response ? `${response.status} ${JSON.stringify(response.data)}` : message;
}
