import { type Problem, problemLine } from "../checkedFile/problem";
import type { SeedBranch, SeedDatabase, SeedProject } from "./seed";
import type { BranchPlan, DatabasePlan, SqlPlan } from "./seedPlan";

type Path = (string | number)[];
type ReadSql = (file: string) => { text: string } | { problem: string };

/** What a branch has: its own and its parent's. */
interface Contents {
  roles: Set<string>;
  /** Owners by the name of the database. */
  databases: Map<string, string>;
}

/** The branches of a project, every parent before its children; what is wrong with them is added to `problems`. */
export function planBranches(
  project: SeedProject,
  at: Path,
  { readSql }: { readSql: ReadSql },
  problems: Problem[],
): BranchPlan[] {
  const main = project.branch ?? "main";
  const planner = new Planner(readSql, problems, project.roles?.[0] ?? firstOwner(project));
  const contents = new Map<string, Contents>();
  const root = planner.branch({ ...project, name: main }, at, { roles: new Set(), databases: new Map() }, true);
  contents.set(main, root.contents);
  const plans: BranchPlan[] = [root.plan];
  let waiting = (project.branches ?? []).map((branch, index) => ({ branch, at: [...at, "branches", index] }));
  waiting = withoutRepeated(waiting, main, problems);
  while (waiting.length > 0) {
    const ready = waiting.filter(({ branch }) => contents.has(branch.parent ?? main));
    if (ready.length === 0) break;
    for (const { branch, at: place } of ready) {
      const parent = branch.parent ?? main;
      const made = planner.branch(branch, place, contents.get(parent) as Contents, false);
      contents.set(branch.name, made.contents);
      plans.push({ ...made.plan, name: branch.name, parent: parent === main ? undefined : parent });
    }
    waiting = waiting.filter((one) => !ready.includes(one));
  }
  for (const { branch, at: place } of waiting) problems.push({ path: [...place, "parent"], text: orphan(branch) });
  return plans;
}

const orphan = ({ parent }: SeedBranch) => `${parent} is not another branch of this project that can be made before`;

/** Where a seed names no role, the owner of its first database is the project's role, as at Neon. */
function firstOwner({ databases }: SeedProject): string {
  const [first] = databases ?? [];
  return first?.owner_name ?? `${first?.name ?? "neondb"}_owner`;
}

function withoutRepeated<T extends { branch: SeedBranch; at: Path }>(all: T[], main: string, problems: Problem[]): T[] {
  const seen = new Set([main]);
  return all.filter(({ branch: { name }, at }) => {
    if (seen.has(name)) problems.push({ path: [...at, "name"], text: `${name} is there twice` });
    return !seen.has(name) && seen.add(name);
  });
}

class Planner {
  constructor(
    private readonly readSql: ReadSql,
    private readonly problems: Problem[],
    private readonly defaultOwner: string,
  ) {}

  branch(branch: SeedBranch, at: Path, inherited: Contents, isRoot: boolean): { plan: BranchPlan; contents: Contents } {
    const contents = { roles: new Set(inherited.roles), databases: new Map(inherited.databases) };
    // With a project come one role and one database.
    const ownRoles = branch.roles ?? [];
    for (const name of [...(isRoot ? [this.defaultOwner] : []), ...ownRoles]) contents.roles.add(name);
    this.#refuseRepeated(ownRoles, [...at, "roles"]);
    this.#refuseRepeated(
      (branch.databases ?? []).map(({ name }) => name),
      [...at, "databases"],
    );
    if (isRoot && !branch.databases?.length) contents.databases.set("neondb", this.defaultOwner);
    const databases = (branch.databases ?? []).map((database, index) =>
      this.#database(database, [...at, "databases", index], contents, isRoot && index === 0),
    );
    const roles = ownRoles.map((name, index) => ({ place: placeOf([...at, "roles", index]), name }));
    return { plan: { place: placeOf(at), roles, databases }, contents };
  }

  #database(database: SeedDatabase, at: Path, contents: Contents, isFirst: boolean): DatabasePlan {
    const ownerName = database.owner_name ?? contents.databases.get(database.name) ?? this.defaultOwner;
    // The owner of a project's first database comes with it.
    if (isFirst) contents.roles.add(ownerName);
    if (!contents.roles.has(ownerName)) {
      const text = `${ownerName} is not one of the branch's roles: ${[...contents.roles].join(", ")}`;
      this.problems.push({ path: [...at, "owner_name"], text });
    }
    contents.databases.set(database.name, ownerName);
    const sql = [
      ...this.#files(asList(database.files), [...at, "files"]),
      ...texts(asList(database.sql), [...at, "sql"]),
    ];
    return { place: placeOf(at), name: database.name, ownerName, sql };
  }

  #files(files: string[], at: Path): SqlPlan[] {
    return files.flatMap((file) => {
      const read = this.readSql(file);
      if ("text" in read) return [{ place: file, text: read.text }];
      this.problems.push({ path: at, text: read.problem });
      return [];
    });
  }

  #refuseRepeated(names: string[], at: Path): void {
    names.forEach((name, index) => {
      if (names.indexOf(name) < index) this.problems.push({ path: [...at, index], text: `${name} is there twice` });
    });
  }
}

const texts = (list: string[], at: Path): SqlPlan[] => list.map((text) => ({ place: placeOf(at), text }));

const asList = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

const placeOf = (path: Path) => problemLine({ path, text: "" }).replace(/: $/, "");
