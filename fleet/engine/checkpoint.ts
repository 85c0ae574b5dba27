import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { fileBackendFolder } from "../home";
import type { StackLock } from "./stackError";
import { writeAtomically } from "./workFolder";

/** One resource of a checkpoint, as far as the driver looks into it. Secret values in it are ciphertext. */
export interface CheckpointResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  delete?: boolean;
  protect?: boolean;
  retainOnDelete?: boolean;
  initErrors?: string[];
  outputs?: Record<string, unknown>;
}

/** What a stack's checkpoint says, without opening its secrets. */
export interface Checkpoint {
  /** SHA-256 of the file: equal means that nobody has written this stack since. */
  fingerprint: string;
  resources: CheckpointResource[];
  /** Operations that a killed run left open, such as `creating`. */
  pendingOperations: { type: string; urn: string }[];
  /** The stack's own outputs. */
  outputs: Record<string, unknown>;
  /** The salt of the passphrase provider that this checkpoint is encrypted with. */
  salt?: string;
  /** The file was cut off, by a full disk or a crash; everything but the fingerprint is from the state before its last write. */
  isTorn?: boolean;
}

interface CheckpointFile {
  checkpoint?: {
    latest?: {
      resources?: CheckpointResource[];
      pending_operations?: { type?: string; resource?: { urn?: string } }[];
      secrets_providers?: { state?: { salt?: string } };
    } | null;
  };
}

const extensions = [".json", ".json.gz"];

/** Reads checkpoints where the backend is a folder. Other backends have no cheap way: there every tenant is asked of the engine. */
export class CheckpointStore {
  private readonly folder: string | undefined;
  private readonly lockFolder: string | undefined;

  constructor(backendUrl: string, project: string) {
    const state = fileBackendFolder(backendUrl);
    if (state === undefined) return;
    this.folder = path.join(state, ".pulumi", "stacks", project);
    this.lockFolder = path.join(state, ".pulumi", "locks", "organization", project);
  }

  /** True where {@link read} and {@link stacks} can answer. */
  get readable(): boolean {
    return this.folder !== undefined;
  }

  /** The names of all stacks of the project. */
  stacks(): string[] {
    if (!this.folder) return [];
    return namesIn(this.folder)
      .map(
        (name) =>
          extensions.flatMap((extension) => (name.endsWith(extension) ? [name.slice(0, -extension.length)] : []))[0],
      )
      .filter((name) => name !== undefined);
  }

  /**
   * The stack's checkpoint; `unchanged` where its fingerprint is `known`; undefined where there is no such stack or the backend is not
   * a folder.
   */
  read(stack: string): Checkpoint | undefined;
  read(stack: string, known: string | undefined): Checkpoint | "unchanged" | undefined;
  read(stack: string, known?: string): Checkpoint | "unchanged" | undefined {
    const bytes = this.bytes(stack);
    if (!bytes) return undefined;
    const { fingerprint } = bytes;
    if (fingerprint === known) return "unchanged";
    return parseIfWhole(bytes) ?? { ...nothing, ...parseIfWhole(this.bytes(stack, backup)), fingerprint, isTorn: true };
  }

  /**
   * Puts the state before its last write, of which the engine keeps a copy, in the place of one that was cut off. False where there is no
   * whole copy. Only for stacks that nobody is writing.
   */
  mend(stack: string): boolean {
    const before = this.bytes(stack, backup);
    if (!before || !parseIfWhole(before)) return false;
    writeAtomically(before.file.slice(0, -backup.length), before.raw);
    return true;
  }

  /** When the stack's checkpoint was last written, in milliseconds; undefined where {@link read} says so. */
  writtenAtMs(stack: string): number | undefined {
    if (!this.folder) return undefined;
    for (const extension of extensions) {
      const stats = statSync(path.join(this.folder, stack + extension), { throwIfNoEntry: false });
      if (stats) return Math.floor(stats.mtimeMs);
    }
    return undefined;
  }

  /** Who holds the stack's lock; empty where nobody does or the backend is not a folder. */
  locks(stack: string): StackLock[] {
    if (!this.lockFolder) return [];
    const folder = path.join(this.lockFolder, stack);
    return namesIn(folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => {
        const content = parseLock(path.join(folder, name));
        return content ? [content] : [];
      });
  }

  private bytes(stack: string, suffix = ""): CheckpointBytes | undefined {
    if (!this.folder) return undefined;
    for (const extension of extensions) {
      const file = path.join(this.folder, stack + extension + suffix);
      try {
        const raw = readFileSync(file);
        const fingerprint = createHash("sha256").update(raw).digest("hex");
        return { file, raw, fingerprint, isCompressed: extension === ".json.gz" };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
    return undefined;
  }
}

interface CheckpointBytes {
  file: string;
  raw: Buffer;
  fingerprint: string;
  isCompressed: boolean;
}

/** What the engine appends to the name of the copy that it keeps of the state before its last write. */
const backup = ".bak";

const nothing = { resources: [], pendingOperations: [], outputs: {} };

/** Nothing where the file was cut off. */
function parseIfWhole(bytes: CheckpointBytes | undefined): Checkpoint | undefined {
  try {
    return bytes && parseCheckpoint(bytes.isCompressed ? gunzipSync(bytes.raw) : bytes.raw, bytes.fingerprint);
  } catch {
    return undefined;
  }
}

/** Reads the part of Pulumi's checkpoint format (version 3) that the driver needs. */
export function parseCheckpoint(content: Buffer | string, fingerprint: string): Checkpoint {
  const file = JSON.parse(content.toString()) as CheckpointFile;
  const latest = file.checkpoint?.latest;
  const resources = latest?.resources ?? [];
  return {
    fingerprint,
    resources,
    pendingOperations: (latest?.pending_operations ?? []).map((operation) => ({
      type: operation.type ?? "",
      urn: operation.resource?.urn ?? "",
    })),
    outputs: resources.find((resource) => resource.type === "pulumi:pulumi:Stack")?.outputs ?? {},
    salt: latest?.secrets_providers?.state?.salt,
  };
}

/** The token of a tenant's project: frozen, it stands in every state. */
const projectType = "pulumi-nodejs:dynamic/neon:Project";

/** The tenant's project in its stack. */
export function projectOf({ resources }: Checkpoint): CheckpointResource | undefined {
  return resources.find(({ type }) => type === projectType);
}

/** When the tenant's project was made, in milliseconds; undefined where the state does not say. */
export function madeAtMs(checkpoint: Checkpoint): number | undefined {
  const made = Date.parse(String(projectOf(checkpoint)?.outputs?.createdAt));
  return Number.isNaN(made) ? undefined : made;
}

/** True where a run ended half-way: something is cut off, pending, half-made or waiting to be deleted. */
export function isUnfinished(checkpoint: Checkpoint): boolean {
  return (
    checkpoint.isTorn === true ||
    checkpoint.pendingOperations.length > 0 ||
    checkpoint.resources.some((resource) => resource.delete === true || (resource.initErrors?.length ?? 0) > 0)
  );
}

/** True where the stack holds anything but itself: a project, a branch, a password. */
export function holdsResources(checkpoint: Checkpoint): boolean {
  return checkpoint.resources.some(
    (resource) => resource.custom === true && !resource.type.startsWith("pulumi:providers:"),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A lock file as the engine writes it; one that goes away meanwhile is no lock. */
function parseLock(file: string): StackLock | undefined {
  try {
    const lock = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return {
      user: String(lock.username),
      host: String(lock.hostname),
      pid: Number(lock.pid),
      since: String(lock.timestamp),
    };
  } catch {
    return undefined;
  }
}
