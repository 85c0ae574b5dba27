/** A role that an API call made (createProjectBranchRole). */
export interface RoleSpec {
  name: string;
  password: string;
  /** Default false. */
  noLogin?: boolean;
}

/** A database that an API call made (createProjectBranchDatabase). */
export interface DatabaseSpec {
  name: string;
  ownerName: string;
}

/** What must exist in a branch when its Postgres is made for the first time. Read lazily, at the first start. */
export interface BranchContents {
  roles: RoleSpec[];
  databases: DatabaseSpec[];
}

/** What a branch's Postgres knows of roles (those that an API call could have made) and databases. */
export interface FoundContents {
  roles: { name: string; noLogin: boolean }[];
  databases: DatabaseSpec[];
}
