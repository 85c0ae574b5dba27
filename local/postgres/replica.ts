import fs from "node:fs";
import path from "node:path";
import { endpointNames, type ServerIdentity } from "../tls/serverIdentity";
import { give } from "./account";
import type { Branch, BranchEndpoint, BranchFollower, BranchTools } from "./branch";
import { copyRunning } from "./branchData";
import { discard, makeBranchFolder } from "./branchFiles";
import { BranchIdentity } from "./branchIdentity";
import { BranchLog } from "./branchLog";
import { Cluster } from "./cluster";
import { writeConfiguration, type ClusterSettings } from "./configuration";
import { hasWalAt, readControlFile } from "./controlFile";
import type { Instance } from "./instance";
import { librariesOf } from "./preloadedLibraries";
import { catchUp } from "./replicaLag";
import { originOf, readMarker, replicaFiles, type ReplicaFiles } from "./replicaFiles";
import { neededOfPrimary, raised, type LeastValues } from "./replicaSettings";
import { SerialQueue } from "./serialQueue";

/**
 * A read-only compute: a hot standby with a copy of the branch's files. It streams from the branch's Postgres while that is awake, and
 * reads the branch's WAL from its folder whether that is awake or not. The copy can be thrown away and made again at any time.
 */
export class Replica implements Instance, BranchFollower {
  readonly endpoints = new Set<BranchEndpoint>();
  readonly #files: ReplicaFiles;
  readonly #queue = new SerialQueue();
  readonly #identity: BranchIdentity;
  #cluster: Cluster | undefined;
  /** With what it was started. */
  #settings: Omit<ClusterSettings, "port"> | undefined;
  #holds = 0;
  /** Why it never starts again. */
  #over: string | undefined;

  constructor(
    readonly endpointId: string,
    readonly branch: Branch,
    private readonly tools: BranchTools,
  ) {
    this.#files = replicaFiles(tools.folders, endpointId);
    this.#identity = new BranchIdentity(this.#files, tools.authority, tools.account);
    branch.followers.add(this);
  }

  get isUntouched(): boolean {
    return !fs.existsSync(this.#files.marker);
  }

  get cluster(): Cluster | undefined {
    return this.#cluster?.running ? this.#cluster : undefined;
  }

  async hold(): Promise<Cluster> {
    this.#holds += 1;
    try {
      return await this.running();
    } catch (error) {
      this.#holds -= 1;
      throw error;
    }
  }

  running(): Promise<Cluster> {
    return this.#queue.run(async () => {
      if (this.cluster && !this.#isCopyOfBranch()) await this.#stop();
      return this.cluster ?? (await this.#start());
    });
  }

  async release(): Promise<boolean> {
    this.#holds -= 1;
    return this.#queue.run(async () => {
      if (this.#holds > 0) return false;
      await this.#stop();
      return true;
    });
  }

  async restart(): Promise<void> {
    await this.#queue.run(() => this.#restart());
  }

  /** The branch has other data than before, or other settings: sessions that see what no longer is, end. */
  async branchChanged(): Promise<void> {
    await this.#queue.run(async () => {
      if (!this.cluster) return;
      const { standby } = this.#settings ?? {};
      const needed = Object.entries(neededOfPrimary(this.branch));
      const isEnough = needed.every(([name, value]) => (standby?.atLeast[name] ?? 0) >= value);
      if (!isEnough || !this.#isCopyOfBranch()) await this.#restart();
    });
  }

  identity(): Promise<ServerIdentity> {
    const names = endpointNames([...this.endpoints].map(({ spec }) => spec));
    return this.#identity.for(names, () => this.cluster?.reload());
  }

  async close(): Promise<void> {
    this.#over = "is being closed with the local Neon";
    await this.#queue.run(() => this.#stop());
  }

  /** Stops for good. The answer's `gone` resolves when the files are deleted. */
  async remove(): Promise<{ gone: Promise<void> }> {
    this.#over = "was deleted";
    this.branch.followers.delete(this);
    return this.#queue.run(async () => {
      await this.#stop();
      return discard(this.#files, this.tools.folders);
    });
  }

  started(primary: Cluster): void {
    this.#streamFrom(primary);
  }

  async stopping(): Promise<void> {
    // It has what the branch wrote as soon as that is on disk.
  }

  ended(): void {
    this.#streamFrom(undefined);
  }

  async #restart(): Promise<void> {
    if (!this.cluster) return;
    await this.#stop();
    if (this.#holds > 0) await this.#start();
  }

  async #start(): Promise<Cluster> {
    if (this.#over) throw new Error(`Read replica ${this.endpointId} ${this.#over}.`);
    const isOld = this.#isUsable();
    if (!isOld) await this.#copy();
    let cluster: Cluster;
    try {
      cluster = await this.#launch();
    } catch (error) {
      if (!isOld) throw error;
      // Whatever is wrong with the copy, the branch has it all.
      await this.#copy();
      cluster = await this.#launch();
    }
    this.#cluster = cluster;
    void cluster.ended.then(() => this.#crashed(cluster));
    this.#streamFrom(this.branch.cluster);
    await catchUp(cluster, this.branch, (line) => this.tools.log(`${this.endpointId}: ${line}`));
    return cluster;
  }

  async #launch(): Promise<Cluster> {
    await this.identity();
    const log = new BranchLog(this.#files.log);
    let atLeast = neededOfPrimary(this.branch);
    for (;;) {
      const settings = this.#settingsWith(atLeast);
      this.#settings = settings;
      try {
        return await Cluster.start({
          ...settings,
          launcher: this.tools.launcher,
          dataFolder: this.#files.data,
          binaries: await this.tools.binaries(this.branch.spec.pgVersion),
          log,
        });
      } catch (error) {
        // The WAL may tell of settings that the branch has no more.
        const higher = raised(atLeast, log.tail);
        if (!higher) throw error;
        atLeast = higher;
      }
    }
  }

  #settingsWith(atLeast: LeastValues): Omit<ClusterSettings, "port"> {
    const [spec] = [...this.endpoints].map((endpoint) => endpoint.spec);
    const { maxConnections, pgSettings } = spec ?? {};
    const { certFile, keyFile } = this.#files;
    return {
      socketFolder: this.tools.folders.sockets,
      tls: { certFile, keyFile },
      maxConnections,
      pgSettings,
      preloadLibraries: librariesOf(spec),
      standby: { walFolder: path.join(this.branch.files.data, "pg_wal"), primary: this.branch.cluster, atLeast },
    };
  }

  /** Postgres reads where to stream from without being restarted. */
  #streamFrom(primary: Cluster | undefined): void {
    const { cluster } = this;
    const settings = this.#settings;
    if (!cluster || !settings?.standby || settings.standby.primary?.port === primary?.port) return;
    this.#settings = { ...settings, standby: { ...settings.standby, primary } };
    writeConfiguration(this.#files.data, this.branch.spec.pgVersion, { ...this.#settings, port: cluster.port });
    cluster.reload();
  }

  #isCopyOfBranch(): boolean {
    try {
      return readMarker(this.#files).origin === originOf(this.branch.files.data);
    } catch {
      // In the middle of a restore the branch has no data for a moment.
      return false;
    }
  }

  /** A copy that slept for longer than the branch keeps its WAL cannot go on. */
  #isUsable(): boolean {
    if (!this.#isCopyOfBranch()) return false;
    const { timeline, redoLsn } = readControlFile(this.#files.data);
    return hasWalAt(path.join(this.branch.files.data, "pg_wal"), timeline, redoLsn);
  }

  async #copy(): Promise<void> {
    const { data, marker } = this.#files;
    const { account } = this.tools;
    makeBranchFolder(this.#files);
    fs.rmSync(marker, { force: true });
    fs.rmSync(data, { recursive: true, force: true });
    fs.mkdirSync(data, { mode: 0o700 });
    give(data, account);
    // Nothing of the branch's history may be cut off while its WAL is copied.
    const origin = await this.branch.history.exclusive(() =>
      this.branch.using(async (primary) => {
        const before = originOf(primary.dataFolder);
        await copyRunning(primary, data, account);
        return before;
      }),
    );
    const signal = path.join(data, "standby.signal");
    fs.writeFileSync(signal, "", { mode: 0o600 });
    give(signal, account);
    fs.writeFileSync(marker, JSON.stringify({ origin }));
  }

  async #stop(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.stop();
  }

  #crashed(cluster: Cluster): void {
    if (this.#cluster !== cluster) return;
    this.#cluster = undefined;
    this.tools.log(`${this.endpointId}: Postgres ended unexpectedly; the next connection starts it again`);
    for (const endpoint of this.endpoints) endpoint.crashed();
  }
}
