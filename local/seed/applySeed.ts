import type { Branch, Database, Operation, Project, Role } from "@neondatabase/api-client";
import { LocalNeonError } from "../localNeonError";
import { runSql } from "./runSql";
import { SeedApi, type SeedApiOptions } from "./seedApi";
import type { BranchPlan, DatabasePlan, ProjectPlan, SeedPlan } from "./seedPlan";

/** What a seed asked for, as it is there now. */
export interface Seeded {
  projects: SeededProject[];
  /** How many things had to be made or run; 0: everything was there. */
  made: number;
}

export interface SeededProject {
  id: string;
  name: string;
  orgId: string;
  /** The default branch first. */
  branches: SeededBranch[];
}

export interface SeededBranch {
  id: string;
  name: string;
  /** Those that the seed names. */
  databases: { name: string; connectionUri: string }[];
}

/** Most projects that are worked on at a time. */
const atOnce = 4;

/** Makes what is not there yet. What is there stays as it is. */
export async function applySeed({ projects: plans }: SeedPlan, options: SeedApiOptions): Promise<Seeded> {
  const known = await Promise.all(plans.map((plan) => findProject(plan, new SeedApi(options, plan.orgId))));
  // Everything that cannot be is said before anything is made.
  const conflicts = plans.flatMap((plan, index) => conflictsOf(plan, known[index] ?? []));
  if (conflicts.length > 0) {
    const sentence = `The seed does not fit what is there: ${conflicts.join("; ")}.`;
    throw new LocalNeonError("LOCAL_SEED_CONFLICT", sentence, "Change the seed, or begin anew with --reset.");
  }
  const works = plans.map((plan, index) => new ProjectWork(plan, new SeedApi(options, plan.orgId), known[index]?.[0]));
  const projects: SeededProject[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < works.length; index = next++) {
      const work = works[index];
      if (work) projects[index] = await work.run();
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const ended of workers) if (ended.status === "rejected") throw ended.reason;
  return { projects, made: works.reduce((sum, { made }) => sum + made, 0) };
}

async function findProject({ place, name, orgId }: ProjectPlan, api: SeedApi): Promise<Project[]> {
  const found: Project[] = [];
  let cursor = "";
  for (;;) {
    const query = new URLSearchParams({ org_id: orgId, search: name, limit: "400", ...(cursor ? { cursor } : {}) });
    const route = `/projects?${query.toString()}`;
    const page = await api.call<{ projects: Project[]; pagination?: { cursor?: string } }>(place, "GET", route);
    found.push(...page.projects.filter((project) => project.name === name));
    const following = page.pagination?.cursor;
    if (page.projects.length < 400 || !following || following === cursor) return found;
    cursor = following;
  }
}

function conflictsOf({ place, name, regionId, pgVersion }: ProjectPlan, found: Project[]): string[] {
  const [project] = found;
  if (!project) return [];
  if (found.length > 1) return [`${place}: ${found.length} projects are called ${name}`];
  const problems: string[] = [];
  if (regionId !== undefined && regionId !== project.region_id) {
    problems.push(`${place}.region_id: ${name} is in ${project.region_id}`);
  }
  if (pgVersion !== undefined && pgVersion !== project.pg_version) {
    problems.push(`${place}.pg_version: ${name} has ${project.pg_version}`);
  }
  return problems;
}

/** One project of the seed on its way. */
class ProjectWork {
  made = 0;

  constructor(
    private readonly plan: ProjectPlan,
    private readonly api: SeedApi,
    private readonly known: Project | undefined,
  ) {}

  async run(): Promise<SeededProject> {
    const { place, name, orgId, body } = this.plan;
    const project =
      this.known ?? (await this.#make<{ project: Project }>(place, "/projects", withOrg(body, orgId))).project;
    await this.api.settled(place, project.id);
    const branches: SeededBranch[] = [];
    for (const branch of this.plan.branches) branches.push(await this.#branch(project.id, branch));
    return { id: project.id, name, orgId, branches };
  }

  async #branch(projectId: string, plan: BranchPlan): Promise<SeededBranch> {
    const route = `/projects/${projectId}/branches`;
    const { branches } = await this.api.call<{ branches: Branch[] }>(plan.place, "GET", `${route}?limit=10000`);
    const named = (name: string | undefined) =>
      branches.find((branch) => (name === undefined ? branch.default : branch.name === name));
    const branch =
      named(plan.name) ??
      (
        await this.#make<{ branch: Branch }>(plan.place, route, {
          branch: { name: plan.name, parent_id: named(plan.parent)?.id },
          endpoints: [{ type: "read_write" }],
        })
      ).branch;
    const place = { projectId, branchId: branch.id, route: `${route}/${branch.id}` };
    await this.#roles(plan, place.route);
    const databases: SeededBranch["databases"] = [];
    for (const database of plan.databases) databases.push(await this.#database(database, place));
    return { id: branch.id, name: branch.name, databases };
  }

  async #roles(plan: BranchPlan, branchRoute: string): Promise<void> {
    const route = `${branchRoute}/roles`;
    const { roles } = await this.api.call<{ roles: Role[] }>(plan.place, "GET", route);
    const known = new Set(roles.map(({ name }) => name));
    const owners = plan.databases.map(({ place, ownerName }) => ({ place, name: ownerName }));
    for (const { place, name } of [...plan.roles, ...owners]) {
      if (known.has(name)) continue;
      known.add(name);
      await this.#make(place, route, { role: { name } });
    }
  }

  async #database(plan: DatabasePlan, at: { projectId: string; branchId: string; route: string }) {
    const route = `${at.route}/databases`;
    const { databases } = await this.api.call<{ databases: Database[] }>(plan.place, "GET", route);
    const found = databases.find(({ name }) => name === plan.name);
    if (!found) await this.#make(plan.place, route, { database: { name: plan.name, owner_name: plan.ownerName } });
    // Whoever owns it by now may write to it.
    const role = found?.owner_name ?? plan.ownerName;
    const query = new URLSearchParams({ branch_id: at.branchId, database_name: plan.name, role_name: role });
    const asked = `/projects/${at.projectId}/connection_uri?${query.toString()}`;
    const { uri } = await this.api.call<{ uri: string }>(plan.place, "GET", asked);
    this.made += await runSql(uri, plan.sql);
    return { name: plan.name, connectionUri: uri };
  }

  async #make<T>(place: string, route: string, body: unknown): Promise<T> {
    const answer = await this.api.make<T & { operations?: Operation[] }>(place, route, body);
    this.made += 1;
    return answer;
  }
}

const withOrg = ({ project }: ProjectPlan["body"], orgId: string) => ({ project: { ...project, org_id: orgId } });
