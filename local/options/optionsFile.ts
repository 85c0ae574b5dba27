import type { LocalNeonOptions } from "../startServer";

/** The options that a file can hold: what is not known for certain of Neon, and who may ask. */
export type OptionsFile = Pick<
  LocalNeonOptions,
  | "organizations"
  | "apiKeys"
  | "branchRules"
  | "computeRules"
  | "accessRules"
  | "quotaRules"
  | "proxyErrorSqlState"
  | "consumptionRateLimit"
>;
