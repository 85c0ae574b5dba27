import type { Cluster } from "./cluster";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

/**
 * Ends the sessions of clients, subscribers included, while Postgres goes on: each is told what a stopping Postgres tells it (57P01,
 * "terminating connection due to administrator command"). Resolves when they have been told to end.
 */
export async function endSessions(cluster: Cluster): Promise<void> {
  await asAdmin(cluster, SYSTEM_DATABASE, (session) =>
    session.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE backend_type IN ('client backend', 'walsender') AND usename <> 'cloud_admin'`,
    ),
  );
}
