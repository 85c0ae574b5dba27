import fs from "node:fs";
import type { CertificateAuthority } from "../tls/certificateAuthority";
import { endpointNames, type ServerIdentity } from "../tls/serverIdentity";
import type { BranchContents, BranchSpec, EndpointSpec } from "../types";
import type { Account } from "./account";
import type { Binaries } from "./binaries";
import { branchFiles, discard, type BranchFiles } from "./branchFiles";
import { BranchIdentity } from "./branchIdentity";
import type { Cluster } from "./cluster";
import { readControlFile } from "./controlFile";
import type { Folders } from "./folders";
import { History, type HistoryOptions } from "./history/history";
import type { BranchFinder } from "./history/locate";
import { writeMade, type MadeRecord } from "./history/madeRecord";
import { logicalSizeOf, walPositionOf } from "./history/measures";
import { makeData } from "./history/newData";
import type { Launcher } from "./launcher";
import { librariesOf } from "./preloadedLibraries";
import { SerialQueue } from "./serialQueue";
import { asAdmin, SYSTEM_DATABASE } from "./sql";
import { startCluster, type StartSettings } from "./startCluster";
import type { Templates } from "./templates";

/** What all branches share. */
export interface BranchTools {
  account: Account | undefined;
  folders: Folders;
  launcher: Launcher;
  templates: Templates;
  authority: CertificateAuthority;
  binaries: (major: number) => Promise<Binaries>;
  log: (line: string) => void;
  history?: HistoryOptions;
}

/** What the branch needs to know of its endpoints. */
export interface BranchEndpoint {
  readonly spec: EndpointSpec;
  /** Whether clients were there since this was asked last. */
  takeUse(): boolean;
  /** The branch's Postgres ended without being told to. */
  crashed(): void;
}

/** Who has to know when the branch's Postgres comes and goes. All but `stopping` is synchronous and cheap. */
export interface BranchFollower {
  started(cluster: Cluster): void;
  /** Before it is stopped, which waits for this. */
  stopping(cluster: Cluster): Promise<void>;
  /** Stopped or crashed. */
  ended(): void;
}

/** How long Postgres stays awake after a piece of administration: the next one is often near. */
export const LINGER_MS = 1_000;

/** One branch: its data folder, and the one Postgres that runs on it while somebody holds it. */
export class Branch {
  readonly endpoints = new Set<BranchEndpoint>();
  readonly followers = new Set<BranchFollower>();
  readonly files: BranchFiles;
  readonly history: History;
  readonly #queue = new SerialQueue();
  readonly #identity: BranchIdentity;
  #cluster: Cluster | undefined;
  #holds = 0;
  #linger: NodeJS.Timeout | undefined;
  #making = false;
  #logicalSize: number | undefined;
  /** Why it never starts again. */
  #over: string | undefined;

  constructor(
    readonly spec: BranchSpec,
    private readonly contents: () => BranchContents,
    private readonly branches: BranchFinder,
    private readonly tools: BranchTools,
  ) {
    this.files = branchFiles(tools.folders, spec.branchId);
    this.history = new History(this, tools);
    this.followers.add(this.history);
    this.#identity = new BranchIdentity(this.files, tools.authority, tools.account);
  }

  get isMade(): boolean {
    return fs.existsSync(this.files.marker);
  }

  /** Nothing was made yet and nothing is under way, so `contents` will be read later and say it all. */
  get isUntouched(): boolean {
    return !this.#making && !this.isMade;
  }

  /** Its data comes from nowhere else, so it can be made at any time. */
  get isPlainRoot(): boolean {
    return this.spec.parentId === undefined && this.spec.source === undefined;
  }

  /** The Postgres that runs at this moment. */
  get cluster(): Cluster | undefined {
    return this.#cluster?.running ? this.#cluster : undefined;
  }

  /** Makes and starts what is needed, and keeps it running until `release`. */
  async hold(): Promise<Cluster> {
    this.#holds += 1;
    clearTimeout(this.#linger);
    try {
      return await this.running();
    } catch (error) {
      this.#holds -= 1;
      throw error;
    }
  }

  /** For who holds it: the running Postgres, started again if it crashed meanwhile. */
  running(): Promise<Cluster> {
    return this.#queue.run(async () => this.cluster ?? (await this.#start()));
  }

  /** Whether Postgres stopped because nobody else holds it. */
  async release(lingerMs = 0): Promise<boolean> {
    this.#holds -= 1;
    if (this.#holds > 0) return false;
    clearTimeout(this.#linger);
    if (lingerMs === 0) return this.#stopIfUnheld();
    this.#linger = setTimeout(() => void this.#stopIfUnheld(), lingerMs);
    this.#linger.unref();
    return false;
  }

  /** Holds it for one piece of work. */
  async using<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const cluster = await this.hold();
    try {
      return await work(cluster);
    } finally {
      await this.release(LINGER_MS);
    }
  }

  /** Makes the data folder if it is not there yet. */
  async materialize(): Promise<void> {
    await this.#queue.run(() => this.#makeOnce());
  }

  /** Ends all sessions; whoever holds it finds it running again. Nothing to do while it sleeps. */
  async restart(): Promise<void> {
    await this.#queue.run(async () => {
      if (!this.cluster) return;
      await this.#stop();
      if (this.#holds > 0) await this.#start();
    });
  }

  /** Stops, and stays so: a connection that is still on its way must not start it again. */
  async close(): Promise<void> {
    this.#over = "is being closed with the local Neon";
    clearTimeout(this.#linger);
    await this.#queue.run(() => this.#stop());
    // What copied from it or for its history has lost its Postgres, or ends soon.
    await this.history.exclusive(async () => undefined);
  }

  /** Other data takes the place of its own: `exchange` moves the files while nothing runs on them. Sessions end, as in a restart. */
  async replace(exchange: () => void): Promise<void> {
    const work = async () => {
      if (this.#over) throw new Error(`Branch ${this.spec.branchId} ${this.#over}.`);
      await this.#stop();
      exchange();
      if (this.#holds > 0) await this.#start();
    };
    await this.history.exclusive(() => this.#queue.run(work));
  }

  /** Stops for good. The answer's `gone` resolves when the files are deleted. */
  async remove(): Promise<{ gone: Promise<void> }> {
    this.#over = "was deleted";
    clearTimeout(this.#linger);
    await this.#queue.run(() => this.#stop());
    return this.history.exclusive(() => this.#queue.run(async () => discard(this.files, this.tools.folders)));
  }

  /** Bytes of WAL up to now; asked of Postgres while it is awake, else read from its files. Nothing before the branch is made. */
  async walPosition(): Promise<bigint | undefined> {
    const { cluster } = this;
    if (cluster) return asAdmin(cluster, SYSTEM_DATABASE, walPositionOf);
    return this.isMade ? readControlFile(this.files.data).checkpointLsn : undefined;
  }

  /** Bytes of the users' databases; while Postgres sleeps what they were when it was asked last, if it was. */
  async logicalSize(): Promise<number | undefined> {
    const { cluster } = this;
    if (cluster) this.#logicalSize = await asAdmin(cluster, SYSTEM_DATABASE, logicalSizeOf);
    return this.#logicalSize;
  }

  identity(): Promise<ServerIdentity> {
    const names = endpointNames([...this.endpoints].map(({ spec }) => spec));
    return this.#identity.for(names, () => this.cluster?.reload());
  }

  async #start(): Promise<Cluster> {
    await this.#makeOnce();
    await this.identity();
    const { certFile, keyFile } = this.files;
    const settings = { tls: { certFile, keyFile }, ...this.#computeSettings() };
    const cluster = await startCluster(this.files, this.spec.pgVersion, this.tools, settings);
    this.#cluster = cluster;
    for (const follower of this.followers) follower.started(cluster);
    void cluster.ended.then(() => this.#ended(cluster));
    return cluster;
  }

  /** As the branch's read-write compute has them. */
  #computeSettings(): StartSettings {
    const [spec] = [...this.endpoints].map((endpoint) => endpoint.spec);
    const { maxConnections, pgSettings } = spec ?? {};
    const preloadLibraries = librariesOf(spec);
    const walLevel = this.spec.logicalReplication?.() ? "logical" : undefined;
    return { maxConnections, pgSettings, preloadLibraries, walLevel };
  }

  async #makeOnce(): Promise<void> {
    if (this.#over) throw new Error(`Branch ${this.spec.branchId} ${this.#over}.`);
    if (this.isMade) return;
    this.#making = true;
    try {
      writeMade(this.files, await this.#make());
    } finally {
      this.#making = false;
    }
  }

  #make(): Promise<MadeRecord> {
    const {
      pgVersion,
      parentId,
      schemaOnly,
      source = parentId === undefined ? undefined : { branchId: parentId },
    } = this.spec;
    // The past, or somebody else's state, had the roles and databases of its own time.
    const isPresent = !source || ("branchId" in source && !source.at);
    const contents = isPresent ? this.contents() : undefined;
    const hasHistory = this.history.retentionMs > 0;
    const plan = { files: this.files, pgVersion, source, schemaOnly, contents, hasHistory };
    return makeData(plan, this.tools, this.branches);
  }

  #stopIfUnheld(): Promise<boolean> {
    return this.#queue.run(async () => {
      if (this.#holds > 0) return false;
      await this.#stop();
      return true;
    });
  }

  async #stop(): Promise<void> {
    const { cluster } = this;
    if (cluster) await Promise.all([...this.followers].map((follower) => follower.stopping(cluster)));
    this.#cluster = undefined;
    if (!cluster) return;
    await cluster.stop();
    for (const follower of this.followers) follower.ended();
  }

  #ended(cluster: Cluster): void {
    if (this.#cluster !== cluster) return;
    this.#cluster = undefined;
    this.tools.log(`${this.spec.branchId}: Postgres ended unexpectedly; the next connection starts it again`);
    for (const follower of this.followers) follower.ended();
    for (const endpoint of this.endpoints) endpoint.crashed();
  }
}
