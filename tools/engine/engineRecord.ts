import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { checkPulumi } from "./checkPrograms";
import type { Engine } from "./engine";
import { partSuffix, type EngineFolder } from "./engineFolder";
import type { EngineSetup } from "./setupStep";

/** What a finished set-up leaves behind: the release, where it came from, and each program as it was when it was checked. */
export interface EngineRecord {
  version: string;
  origin: Engine["origin"];
  programs: Record<ProgramKey, { bytes: number; modifiedMs: number }>;
}

const programKeys = ["pulumi", "languageHost", "launcher", "randomPlugin"] as const satisfies (keyof EngineFolder)[];

type ProgramKey = (typeof programKeys)[number];

/**
 * The record of an earlier set-up, if everything it names is still as it was and `pulumi` still runs. A program that was
 * changed, removed or updated meanwhile makes it worthless.
 */
export async function readRecord(setup: EngineSetup): Promise<EngineRecord | undefined> {
  const { folder } = setup;
  try {
    const record = JSON.parse(await readFile(folder.record, "utf8")) as EngineRecord;
    const present = await describePrograms(folder);
    const same = programKeys.every(
      (key) =>
        record.programs[key].bytes === present[key].bytes &&
        record.programs[key].modifiedMs === present[key].modifiedMs,
    );
    if (!same) return undefined;
    return (await checkPulumi(folder.pulumi, setup)).version === record.version ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Declares what is in the folder now to be a finished set-up. */
export async function writeRecord(
  folder: EngineFolder,
  found: Pick<EngineRecord, "version" | "origin">,
): Promise<EngineRecord> {
  const record: EngineRecord = { ...found, programs: await describePrograms(folder) };
  const part = `${folder.record}.${randomBytes(6).toString("hex")}${partSuffix}`;
  await writeFile(part, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(part, folder.record);
  return record;
}

/** Withdraws the record before its programs are touched. */
export async function removeRecord(folder: EngineFolder): Promise<void> {
  await rm(folder.record, { force: true });
}

async function describePrograms(folder: EngineFolder): Promise<EngineRecord["programs"]> {
  const entries = programKeys.map(async (key) => {
    const { size, mtimeMs } = await stat(folder[key]);
    return [key, { bytes: size, modifiedMs: mtimeMs }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as EngineRecord["programs"];
}
