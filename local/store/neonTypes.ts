import type * as neon from "@neondatabase/api-client";

/** The client's types with their enums as plain texts, which is what travels and what is stored. */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer U)[]
    ? Plain<U>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

export type Project = Plain<neon.Project>;
export type Branch = Plain<neon.Branch>;
export type Endpoint = Plain<neon.Endpoint>;
export type Role = Plain<neon.Role>;
export type Database = Plain<neon.Database>;
export type Operation = Plain<neon.Operation>;
