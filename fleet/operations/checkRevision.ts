import { execFileSync } from "node:child_process";
import path from "node:path";
import { FleetError } from "../config";
import type { OpenFleet } from "../openFleet";

/**
 * Stops an apply from a checkout older than the one that was applied last: it would take back what a colleague did. Compares commits by
 * their place in the history, so that clocks do not matter. Throws `FLEET_OLDER_CHECKOUT`.
 */
export function checkRevision(open: OpenFleet, tenants: readonly string[]): void {
  const current = commitOf(open.revision);
  if (current === undefined) return;
  const applied = new Set(
    tenants.map((tenant) => commitOf(revisionOf(open, tenant))).filter((commit) => commit !== undefined),
  );
  applied.delete(current);
  for (const commit of applied) {
    if (!isOlder(open, current, commit)) continue;
    throw new FleetError(
      "FLEET_OLDER_CHECKOUT",
      `this checkout (${short(current)}) is older than the one applied last (${short(commit)})`,
      {
        hint: "Update the checkout. To go back on purpose: --rollback.",
      },
    );
  }
}

/** What was applied last, from the stack's own outputs where they can be read: another machine's apply counts as well. */
function revisionOf(open: OpenFleet, tenant: string): string | undefined {
  const applied = open.checkpoints.read(tenant)?.outputs.applied as { revision?: string } | undefined;
  return applied?.revision ?? open.ledger.get(tenant)?.revision;
}

function commitOf(revision: string | undefined): string | undefined {
  return /^[0-9a-f]{40}/.exec(revision ?? "")?.[0];
}

/** `current` is an ancestor of `applied`, or does not know it at all: either way something applied is missing here. */
function isOlder(open: OpenFleet, current: string, applied: string): boolean {
  const folder = path.dirname(open.home.file);
  if (!git(folder, ["cat-file", "-e", `${applied}^{commit}`])) return true;
  return git(folder, ["merge-base", "--is-ancestor", current, applied]);
}

function git(folder: string, args: string[]): boolean {
  try {
    execFileSync("git", ["-C", folder, ...args], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function short(commit: string): string {
  return commit.slice(0, 8);
}
