import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Client, type ClientConfig } from "pg";
import { createComputes, type CreateComputesOptions, type LocalComputes } from "../../../local/postgres/createComputes";
import { processesOf } from "../../../local/postgres/leftovers";
import type { BranchContents, EndpointSpec } from "../../../local/types";

export const run = promisify(execFile);
export const isRoot = process.getuid?.() === 0;

/** What most tests have in their branches. */
export const CONTENTS: BranchContents = {
  roles: [{ name: "owner", password: "secret" }],
  databases: [{ name: "app", ownerName: "owner" }],
};

/** Not closed yet: a test that fails does not come to that, and what is open keeps the process from ending. */
const open = new Set<LocalComputes>();
afterAll(() => Promise.all([...open].map((computes) => computes.close())));

let lastAddress = 0;

/** An address of this test process's own: files run at the same time, each with its own port. */
export function nextAddress(): string {
  lastAddress += 1;
  return `127.3.${lastAddress >> 8}.${lastAddress & 255}`;
}

/** A local Neon's Postgres half in a temporary folder. */
export class TestComputes {
  readonly log: string[] = [];
  computes!: LocalComputes;

  private constructor(
    readonly stateFolder: string,
    private readonly options: Partial<CreateComputesOptions>,
  ) {}

  static async start(options: Partial<CreateComputesOptions> = {}): Promise<TestComputes> {
    const folder = options.stateFolder ?? fs.mkdtempSync(path.join(os.tmpdir(), "computes-"));
    const test = new TestComputes(folder, options);
    await test.open();
    return test;
  }

  async open(): Promise<void> {
    const { stateFolder, log } = this;
    this.computes = await createComputes({ stateFolder, pgPort: 0, log: (line) => log.push(line), ...this.options });
    open.add(this.computes);
  }

  async end(): Promise<void> {
    await this.computes.close();
    fs.rmSync(this.stateFolder, { recursive: true, force: true });
  }

  /** A root branch with one read-write endpoint, `br-<name>` and `ep-<name>`. */
  async tenant(name: string, extra: Partial<EndpointSpec> & { contents?: BranchContents; pgVersion?: number } = {}) {
    const { contents = CONTENTS, pgVersion = 17, ...endpoint } = extra;
    this.computes.addBranch({ branchId: `br-${name}`, projectId: `p-${name}`, pgVersion }, () => contents);
    return this.endpoint(name, endpoint);
  }

  async child(name: string, parent: string, contents: BranchContents = { roles: [], databases: [] }) {
    const spec = { branchId: `br-${name}`, projectId: "p", pgVersion: 17, parentId: `br-${parent}` };
    this.computes.addBranch(spec, () => contents);
    return this.endpoint(name);
  }

  async endpoint(name: string, extra: Partial<EndpointSpec> = {}): Promise<EndpointSpec> {
    const base = { endpointId: `ep-${name}`, branchId: `br-${name}`, address: nextAddress() };
    const spec = { ...base, readOnly: false, disabled: false, ...extra };
    await this.computes.addEndpoint(spec);
    return spec;
  }

  get ca(): string {
    return fs.readFileSync(this.computes.caFile, "utf8");
  }

  config(host: string, extra: ClientConfig = {}): ClientConfig {
    const { pgPort: port } = this.computes;
    return { host, port, user: "owner", password: "secret", database: "app", ssl: { ca: this.ca }, ...extra };
  }

  async connect(host: string, extra: ClientConfig = {}): Promise<Client> {
    const client = new Client(this.config(host, extra));
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  async query<Row extends object>(host: string, text: string, extra: ClientConfig = {}): Promise<Row[]> {
    const client = await this.connect(host, extra);
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }
}

/** Kills the Postgres of a data folder, with every process that it has; the first one's end may be the end of others. */
export async function crash(data: string): Promise<void> {
  for (const pid of await processesOf(data)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

export { until } from "../support/until";

export async function hasProgram(name: string): Promise<boolean> {
  return run(name, ["--version"]).then(
    () => true,
    () => false,
  );
}
