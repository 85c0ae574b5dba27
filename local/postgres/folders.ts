import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { canEnter, give, type Account } from "./account";

/** Where the local Neon keeps its Postgres files. */
export interface Folders {
  /** Shared by all instances of this user, can be deleted at any time: templates and copied binaries. */
  cache: string;
  /** This instance's clusters. */
  clusters: string;
  /** Unix sockets of this run. Short: the path of a unix socket may have about 100 bytes. */
  sockets: string;
}

export async function prepareFolders(stateFolder: string, account: Account | undefined): Promise<Folders> {
  const cache = await cacheFolder(account);
  const clusters = await clustersFolder(stateFolder, account);
  return { cache, clusters, sockets: await socketFolder(clusters, account) };
}

/** The user's cache folder; as root another one if the account of Postgres cannot get into root's home. */
async function cacheFolder(account: Account | undefined): Promise<string> {
  const home = os.homedir();
  const users =
    process.env["XDG_CACHE_HOME"] ??
    path.join(home, ...(process.platform === "darwin" ? ["Library", "Caches"] : [".cache"]));
  const places = [path.join(users, "neon-tenants", "postgres")];
  if (account) places.push("/var/cache/neon-tenants/postgres");
  places.push(path.join(os.tmpdir(), privateName(), "postgres"), path.join("/tmp", privateName(), "postgres"));
  return firstUsable(places, account);
}

/**
 * `postgres/` in the state folder. As root the account of Postgres has to get there too: a closed state folder (0700, as `mkdtemp`
 * makes it) is opened for that account's group to pass through; below somebody's closed home the clusters are kept elsewhere.
 */
async function clustersFolder(stateFolder: string, account: Account | undefined): Promise<string> {
  const inside = path.join(stateFolder, "postgres");
  if (!account || (await canEnter(inside, account))) return inside;
  const state = fs.statSync(stateFolder);
  if (state.uid === process.getuid?.() && (await canEnter(path.dirname(stateFolder), account))) {
    fs.chownSync(stateFolder, state.uid, account.gid);
    fs.chmodSync(stateFolder, (state.mode & 0o777) | 0o010);
    fs.chmodSync(inside, 0o711);
    if (await canEnter(inside, account)) return inside;
  }
  return outsideFolder(stateFolder, inside, account);
}

async function outsideFolder(stateFolder: string, inside: string, account: Account): Promise<string> {
  const real = fs.realpathSync(stateFolder);
  const [temporary, ...places] = outsidePlaces();
  const isTemporary = real.startsWith(fs.realpathSync(os.tmpdir()) + path.sep);
  const base = await firstUsable(isTemporary ? [temporary, ...places] : places, account);
  const key = crypto.createHash("sha256").update(real).digest("hex").slice(0, 16);
  const pointer = path.join(inside, "location");
  const known = readText(pointer);
  const name = known?.startsWith(`${key}-`) ? known : `${key}-${crypto.randomBytes(4).toString("hex")}`;
  removeForgotten(base, key, name);
  const folder = path.join(base, name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
  fs.writeFileSync(path.join(folder, "owner"), real, { mode: 0o600 });
  fs.writeFileSync(pointer, name);
  return folder;
}

/** Where clusters can be that are not in their state folder; the first is for state folders that are temporary. */
const outsidePlaces = (): [string, ...string[]] => [
  path.join(os.tmpdir(), privateName(), "clusters"),
  "/var/lib/neon-tenants/clusters",
  path.join("/tmp", privateName(), "clusters"),
];

/** Where the clusters of a state folder are by what its last server noted. */
export function notedClusters(stateFolder: string): string {
  const inside = path.join(stateFolder, "postgres");
  const name = readText(path.join(inside, "location"));
  if (!name) return inside;
  const owner = fs.realpathSync(stateFolder);
  const folders = outsidePlaces().map((place) => path.join(place, name));
  return folders.find((folder) => readText(path.join(folder, "owner")) === owner) ?? inside;
}

/** What an earlier state folder of the same path left, and what deleted temporary state folders left. */
function removeForgotten(base: string, key: string, keep: string): void {
  for (const name of fs.readdirSync(base)) {
    if (name === keep) continue;
    const owner = readText(path.join(base, name, "owner"));
    const gone = owner?.startsWith(os.tmpdir() + path.sep) && !fs.existsSync(owner);
    if (name.startsWith(`${key}-`) || gone) fs.rmSync(path.join(base, name), { recursive: true, force: true });
  }
}

async function socketFolder(clusters: string, account: Account | undefined): Promise<string> {
  const record = path.join(clusters, "sockets");
  const former = readText(record);
  if (former && path.basename(former).startsWith("nt-")) fs.rmSync(former, { recursive: true, force: true });
  const places = [os.tmpdir(), "/tmp"].filter((place) => Buffer.byteLength(place) <= 60);
  for (const place of places) {
    if (!(await canEnter(place, account))) continue;
    const folder = fs.mkdtempSync(path.join(place, "nt-"));
    give(folder, account);
    fs.writeFileSync(record, folder);
    return folder;
  }
  throw new Error(`No temporary folder with a short path for unix sockets: ${os.tmpdir()} and /tmp cannot be used.`);
}

/** In a folder that everybody writes to: a name of our own, and refused below if somebody else made it. */
function privateName(): string {
  return `neon-tenants-${process.getuid?.() ?? os.userInfo().username}`;
}

async function firstUsable(places: readonly string[], account: Account | undefined): Promise<string> {
  for (const place of places) {
    try {
      fs.mkdirSync(place, { recursive: true, mode: 0o755 });
      fs.accessSync(place, fs.constants.W_OK | fs.constants.X_OK);
    } catch {
      continue;
    }
    if (isOurs(place) && isOurs(path.dirname(place)) && (await canEnter(place, account))) return place;
  }
  throw new Error(`None of these folders can be used: ${places.join(", ")}.`);
}

function isOurs(folder: string): boolean {
  const info = fs.lstatSync(folder);
  const uid = process.getuid?.();
  return info.isDirectory() && (uid === undefined || info.uid === uid) && (info.mode & 0o002) === 0;
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
