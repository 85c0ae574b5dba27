import fs from "node:fs";
import type { CertificateAuthority } from "../tls/certificateAuthority";
import { endpointNames, type ServerIdentity } from "../tls/serverIdentity";
import type { BranchContents, BranchSpec, EndpointSpec } from "../types";
import { give, type Account } from "./account";
import type { Binaries } from "./binaries";
import { copyRunning, copyTemplate } from "./branchData";
import { branchFiles, discard, makeBranchFolder, type BranchFiles } from "./branchFiles";
import { BranchIdentity } from "./branchIdentity";
import { BranchLog } from "./branchLog";
import { Cluster, type ClusterOptions } from "./cluster";
import { fillContents } from "./contents";
import type { Folders } from "./folders";
import type { Launcher } from "./launcher";
import { SerialQueue } from "./serialQueue";
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
}

/** What the branch needs to know of its endpoints. */
export interface BranchEndpoint {
  readonly spec: EndpointSpec;
  /** The branch's Postgres ended without being told to. */
  crashed(): void;
}

/** How long Postgres stays awake after a piece of administration: the next one is often near. */
export const LINGER_MS = 1_000;

/** One branch: its data folder, and the one Postgres that runs on it while somebody holds it. */
export class Branch {
  readonly endpoints = new Set<BranchEndpoint>();
  readonly files: BranchFiles;
  readonly #queue = new SerialQueue();
  readonly #identity: BranchIdentity;
  #cluster: Cluster | undefined;
  #holds = 0;
  #linger: NodeJS.Timeout | undefined;
  #making = false;
  /** Why it never starts again. */
  #over: string | undefined;

  constructor(
    readonly spec: BranchSpec,
    private readonly contents: () => BranchContents,
    private readonly parent: () => Branch | undefined,
    private readonly tools: BranchTools,
  ) {
    this.files = branchFiles(tools.folders, spec.branchId);
    this.#identity = new BranchIdentity(this.files, tools.authority, tools.account);
  }

  get isMade(): boolean {
    return fs.existsSync(this.files.marker);
  }

  /** Nothing was made yet and nothing is under way, so `contents` will be read later and say it all. */
  get isUntouched(): boolean {
    return !this.#making && !this.isMade;
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
  }

  /** Stops for good. The answer's `gone` resolves when the files are deleted. */
  async remove(): Promise<{ gone: Promise<void> }> {
    this.#over = "was deleted";
    clearTimeout(this.#linger);
    return this.#queue.run(async () => {
      await this.#stop();
      return discard(this.files, this.tools.folders);
    });
  }

  identity(): Promise<ServerIdentity> {
    const names = endpointNames([...this.endpoints].map(({ spec }) => spec));
    return this.#identity.for(names, () => this.cluster?.reload());
  }

  async #start(): Promise<Cluster> {
    await this.#makeOnce();
    await this.identity();
    const { certFile, keyFile } = this.files;
    const limits = [...this.endpoints].flatMap(({ spec }) => spec.maxConnections ?? []);
    const cluster = await this.#launch({
      tls: { certFile, keyFile },
      ...(limits.length > 0 ? { maxConnections: Math.max(...limits) } : {}),
    });
    this.#cluster = cluster;
    void cluster.ended.then(() => this.#ended(cluster));
    return cluster;
  }

  async #makeOnce(): Promise<void> {
    if (this.#over) throw new Error(`Branch ${this.spec.branchId} ${this.#over}.`);
    if (this.isMade) return;
    this.#making = true;
    try {
      await this.#make();
    } finally {
      this.#making = false;
    }
  }

  /** Started once without waiting for the disk: what a crash would spoil here is made again, as the marker is missing. */
  async #make(): Promise<void> {
    const { data, marker } = this.files;
    const { account, templates, binaries } = this.tools;
    makeBranchFolder(this.files);
    fs.rmSync(data, { recursive: true, force: true });
    const parent = this.#parent();
    if (parent) {
      fs.mkdirSync(data, { mode: 0o700 });
      give(data, account);
      await parent.using((cluster) => copyRunning(cluster, data, account));
    } else {
      await copyTemplate(await templates.folder(await binaries(this.spec.pgVersion)), data, account);
    }
    const cluster = await this.#launch({ unsafe: true });
    try {
      await fillContents(cluster, this.contents());
    } finally {
      await cluster.stop();
    }
    fs.writeFileSync(marker, JSON.stringify({ pgVersion: this.spec.pgVersion }));
  }

  #parent(): Branch | undefined {
    const { parentId } = this.spec;
    if (parentId === undefined) return undefined;
    const parent = this.parent();
    if (!parent) throw new Error(`Branch ${parentId}, the parent of ${this.spec.branchId}, is not known.`);
    return parent;
  }

  async #launch(settings: Pick<ClusterOptions, "tls" | "maxConnections" | "unsafe">): Promise<Cluster> {
    return Cluster.start({
      ...settings,
      launcher: this.tools.launcher,
      socketFolder: this.tools.folders.sockets,
      dataFolder: this.files.data,
      binaries: await this.tools.binaries(this.spec.pgVersion),
      log: new BranchLog(this.files.log),
    });
  }

  #stopIfUnheld(): Promise<boolean> {
    return this.#queue.run(async () => {
      if (this.#holds > 0) return false;
      await this.#stop();
      return true;
    });
  }

  async #stop(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.stop();
  }

  #ended(cluster: Cluster): void {
    if (this.#cluster !== cluster) return;
    this.#cluster = undefined;
    this.tools.log(`${this.spec.branchId}: Postgres ended unexpectedly; the next connection starts it again`);
    for (const endpoint of this.endpoints) endpoint.crashed();
  }
}
