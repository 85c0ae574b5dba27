import fs from "node:fs";
import path from "node:path";
import { durationSeconds } from "../duration";
import { type Checked, type Problem, problemsOf } from "../checkedFile/problem";
import type { LocalOrganization } from "../api/callers";
import { planBranches } from "./planBranches";
import type { Seed, SeedProject } from "./seed";
import { seedSchema } from "./seedSchema";
import type { ProjectPlan, SeedPlan } from "./seedPlan";

/** What a seed is looked at against. */
export interface SeedFacts {
  /** The first is the default. */
  organizations: readonly Pick<LocalOrganization, "id" | "regions">[];
  /** Ids of the regions that the server has. */
  regions: readonly string[];
  /** What is wrong with a body of `createProject`, by Neon's document. */
  checkProject(body: ProjectPlan["body"]): string | undefined;
  /** Where the files of the seed are. */
  folder: string;
}

const neverProblem = "is not a field of a seed";

/** Everything that a seed asks for, or everything that is wrong with it. Reads the files of SQL, and makes nothing. */
export function planSeed(value: unknown, facts: SeedFacts): Checked<SeedPlan> {
  // A file without content is a seed without projects.
  const parsed = seedSchema.safeParse(value ?? { projects: [] });
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, neverProblem) };
  const problems: Problem[] = [];
  const projects = parsed.data.projects.map((project, index) =>
    planProject(project, ["projects", index], facts, problems),
  );
  problems.push(...repeatedProjects(parsed.data, facts));
  return problems.length ? { problems } : { value: { projects } };
}

function planProject(
  project: SeedProject,
  at: (string | number)[],
  facts: SeedFacts,
  problems: Problem[],
): ProjectPlan {
  const organization = facts.organizations.find(({ id }) => project.org_id === undefined || id === project.org_id);
  const regions = organization?.regions ?? facts.regions;
  const { region_id: regionId, pg_version: pgVersion } = project;
  if (!organization) {
    problems.push({
      path: [...at, "org_id"],
      text: `must be one of ${facts.organizations.map(({ id }) => id).join(", ")}`,
    });
  }
  if (regionId !== undefined && !regions.includes(regionId)) {
    problems.push({ path: [...at, "region_id"], text: `must be one of ${regions.join(", ")}` });
  }
  const branches = planBranches(project, at, { readSql: (file) => readSql(file, facts.folder) }, problems);
  const body = projectBody(project, branches[0]);
  const problem = facts.checkProject(body);
  if (problem !== undefined) problems.push({ path: at, text: problem.replaceAll("body/project", "") });
  return { place: placeOf(at), name: project.name, orgId: organization?.id ?? "", body, regionId, pgVersion, branches };
}

/** The role and database that Neon would make by itself are the first of the seed instead. */
function projectBody(project: SeedProject, main: ProjectPlan["branches"][number] | undefined) {
  const first = project.databases ? main?.databases[0] : undefined;
  const roleName = first?.ownerName ?? project.roles?.[0];
  const retention = project.history_retention_seconds;
  return {
    project: {
      name: project.name,
      ...defined({
        region_id: project.region_id,
        pg_version: project.pg_version,
        history_retention_seconds: retention === undefined ? undefined : durationSeconds(retention),
        settings: project.settings,
        default_endpoint_settings: project.default_endpoint_settings,
      }),
      branch: {
        name: project.branch ?? "main",
        ...defined({ role_name: roleName, database_name: first?.name }),
      },
    },
  };
}

const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function readSql(file: string, folder: string): { text: string } | { problem: string } {
  try {
    return { text: fs.readFileSync(path.resolve(folder, file), "utf8") };
  } catch (error) {
    return { problem: `the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
}

function repeatedProjects({ projects }: Seed, { organizations }: SeedFacts): Problem[] {
  const seen = new Set<string>();
  return projects.flatMap(({ name, org_id = organizations[0]?.id }, index) => {
    const key = JSON.stringify([org_id, name]);
    if (seen.has(key)) return [{ path: ["projects", index, "name"], text: `${name} is there twice` }];
    seen.add(key);
    return [];
  });
}

const placeOf = (at: (string | number)[]) => `${at[0]}[${at[1]}]`;
