import type { BranchContents } from "../types";
import type { Cluster } from "./cluster";
import { createDatabase, databaseExists } from "./databases";
import { createRole, roleExists } from "./roles";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

/** Makes the roles and databases that are missing. What a copied branch brought along stays as it is, passwords included. */
export async function fillContents(cluster: Cluster, contents: BranchContents): Promise<void> {
  const missing = await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    for (const role of contents.roles) {
      if (!(await roleExists(session, role.name))) await createRole(session, role);
    }
    const databases = [];
    for (const database of contents.databases) {
      if (!(await databaseExists(session, database.name))) databases.push(database);
    }
    return databases;
  });
  for (const database of missing) await createDatabase(cluster, database);
}
