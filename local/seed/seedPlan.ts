/** A seed with everything said: what has to be there, in the order in which it can be made. */
export interface SeedPlan {
  projects: ProjectPlan[];
}

export interface ProjectPlan {
  /** Where the seed says it: `projects[0]`. */
  place: string;
  name: string;
  orgId: string;
  /** What `createProject` is asked for. */
  body: { project: Record<string, unknown> };
  regionId?: string;
  pgVersion?: number;
  /** The default branch first, every parent before its children. */
  branches: BranchPlan[];
}

export interface BranchPlan {
  place: string;
  /** Nothing for the default branch of a project, whatever it is called by now. */
  name?: string;
  /** Name of the parent; nothing for the default branch. */
  parent?: string;
  roles: { place: string; name: string }[];
  databases: DatabasePlan[];
}

export interface DatabasePlan {
  place: string;
  name: string;
  ownerName: string;
  sql: SqlPlan[];
}

/** One text of SQL, which runs in one transaction. */
export interface SqlPlan {
  /** The file, or the place in the seed. */
  place: string;
  text: string;
}
