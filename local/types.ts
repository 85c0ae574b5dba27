/** The Postgres side (`postgres/`, `proxy/`) as the API side (`api/`, `usage/`) sees it: the contract between the two. */
export * from "./contract/branchContents";
export * from "./contract/branchSpec";
export * from "./contract/computeObserver";
export * from "./contract/computes";
export * from "./contract/dataSource";
export * from "./contract/endpointSpec";
