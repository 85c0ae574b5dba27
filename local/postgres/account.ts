import { spawn } from "node:child_process";
import fs from "node:fs";
import { LocalNeonError } from "../localNeonError";

/** The account that Postgres runs under when this process is root, which Postgres refuses to run as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** `undefined`: this process is not root, so Postgres runs under its own account. */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = chooseAccount(fs.readFileSync("/etc/passwd", "utf8"));
  if (account) return account;
  throw new LocalNeonError(
    "LOCAL_POSTGRES_ACCOUNT",
    "PostgreSQL does not run as root, and this machine has neither a `postgres` nor a `nobody` account to run it under.",
    "Run the local Neon as another user, or add one of these accounts.",
  );
}

/** `postgres` where it exists, else `nobody`: initdb wants an account that has a passwd entry. */
export function chooseAccount(passwd: string): Account | undefined {
  const accounts = new Map<string, Account>();
  for (const line of passwd.split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (!name || !uid || !gid || Number(uid) === 0) continue;
    accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts.get("postgres") ?? accounts.get("nobody");
}

/** What `spawn` needs to run a program under the account. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Whether the account gets into the folder: asked of the kernel, because mode bits alone do not say it (parents, ACLs, mounts). */
export function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], {
      ...asAccount(account),
      cwd: "/",
      stdio: "ignore",
      env: {},
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** Hands a file or folder to the account; nothing to do where there is none. */
export function give(file: string, account: Account | undefined): void {
  if (account) fs.chownSync(file, account.uid, account.gid);
}
