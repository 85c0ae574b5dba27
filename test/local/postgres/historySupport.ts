import fs from "node:fs";
import path from "node:path";
import type { BranchSpec, DataSource, EndpointSpec, Moment } from "../../../local/types";
import type { TestComputes } from "./support";

const NOTHING = () => ({ roles: [], databases: [] });
let restores = 0;

/** What tests of the history ask of one local Neon. The table is always `t (n int)`. */
export class HistoryTest {
  constructor(readonly local: TestComputes) {}

  async numbers(host: string): Promise<number[]> {
    return (await this.local.query<{ n: number }>(host, "SELECT n FROM t ORDER BY n")).map(({ n }) => n);
  }

  /** A moment between two statements: nothing is committed in the same millisecond. */
  async moment(host: string): Promise<{ time: Date; lsn: string }> {
    const client = await this.local.connect(host);
    await client.query("SELECT pg_sleep(0.005)");
    const { rows } = await client.query<{ time: Date; lsn: string }>(
      "SELECT clock_timestamp() AS time, pg_current_wal_insert_lsn()::text AS lsn",
    );
    await client.query("SELECT pg_sleep(0.005)");
    await client.end();
    return rows[0] as { time: Date; lsn: string };
  }

  restoreSelf(name: string, at: Moment, preserveAs: string, pgVersion = 17): Promise<void> {
    const spec = { branchId: `br-${preserveAs}`, projectId: "p", pgVersion };
    const source = { branchId: `br-${name}`, at };
    const restore = { restoreId: `restore-${++restores}`, source, preserveAs: { spec, contents: NOTHING } };
    return this.local.computes.restoreBranch(`br-${name}`, restore);
  }

  /** A branch with data from elsewhere, and one endpoint. */
  branch(name: string, source: DataSource, extra: Partial<BranchSpec> = {}): Promise<EndpointSpec> {
    const spec = { branchId: `br-${name}`, projectId: "p", pgVersion: 17, source, ...extra };
    this.local.computes.addBranch(spec, NOTHING);
    return this.local.endpoint(name);
  }

  folderOf(name: string): string {
    return path.join(this.local.stateFolder, "postgres", "branches", `br-${name}`);
  }

  basesOf(name: string): string[] {
    const folder = path.join(this.folderOf(name), "bases");
    if (!fs.existsSync(folder)) return [];
    return fs.readdirSync(folder).filter((entry) => /^\d+$/.test(entry));
  }

  walBytesOf(name: string): number {
    const folder = path.join(this.folderOf(name), "data", "pg_wal");
    const sizes = fs.readdirSync(folder).map((file) => fs.statSync(path.join(folder, file)).size);
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}
