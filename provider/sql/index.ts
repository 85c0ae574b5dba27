export { isConnectionUri, partsOf, uriFor } from "./connectionUri";
export { createSql } from "./createSql";
export type { Sql, SqlSession, SqlTarget } from "./sql";
