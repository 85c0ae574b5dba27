/** Components and resources: one Neon Postgres database per customer, as Pulumi code. */
export * from "./components";
export * from "./provider";
