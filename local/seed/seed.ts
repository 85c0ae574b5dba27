/** What must exist. Names of fields are those of Neon's API, where it has one. */
export interface Seed {
  projects: SeedProject[];
}

/** A project, known by its name and organization; made with `createProject` where there is none. */
export interface SeedProject {
  name: string;
  /** Default: the first organization. */
  org_id?: string;
  /** Default: as Neon has it. */
  region_id?: string;
  /** 14 to 18. Default: as Neon has it. */
  pg_version?: number;
  /** Seconds, or a duration like `7d`. Default: by the organization's plan. */
  history_retention_seconds?: number | string;
  /** As `createProject` takes them: `quota`, `allowed_ips` and so on. Only for a project that is made. */
  settings?: Record<string, unknown>;
  /** As `createProject` takes them: `autoscaling_limit_min_cu` and so on. Only for a project that is made. */
  default_endpoint_settings?: Record<string, unknown>;
  /** Name of the default branch. Default `main`. Only for a project that is made. */
  branch?: string;
  /** Of the default branch. The first one owns databases that name no owner. Default: what Neon makes. */
  roles?: string[];
  /** Of the default branch. The first one takes the place of `neondb`. Default: what Neon makes. */
  databases?: SeedDatabase[];
  /** Others than the default branch. */
  branches?: SeedBranch[];
}

/** A branch with a compute, made at the head of its parent when everything is in there. */
export interface SeedBranch {
  name: string;
  /** Name of another branch of the seed. Default: the default branch. */
  parent?: string;
  /** Beside those of the parent. */
  roles?: string[];
  /** Beside those of the parent; one that the parent has as well only gets its SQL. */
  databases?: SeedDatabase[];
}

export interface SeedDatabase {
  name: string;
  /** Default: the owner in the parent, or the first role of the default branch. */
  owner_name?: string;
  /** SQL to run once in this database, as its owner. A text, or several that run in their order. */
  sql?: string | string[];
  /** Files of SQL, run once in their order and before `sql`; paths are relative to the seed file. */
  files?: string | string[];
}
