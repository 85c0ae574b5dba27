import path from "node:path";
import { readCheckedFile } from "../checkedFile/readCheckedFile";
import { problemLine } from "../checkedFile/problem";
import { LocalNeonError } from "../localNeonError";
import type { Seed } from "./seed";
import type { SeedPlan } from "./seedPlan";
import { planSeed, type SeedFacts } from "./planSeed";

/** The plan of a seed, or of a YAML or JSON file with one; an error names every problem, in a file with its line. */
export function readSeed(seed: Seed | string, facts: Omit<SeedFacts, "folder">): SeedPlan {
  if (typeof seed === "string") {
    const folder = path.dirname(path.resolve(seed));
    return readCheckedFile(seed, {
      noun: "seed",
      flag: "--seed",
      unreadable: "LOCAL_SEED_UNREADABLE",
      check: (value) => planSeed(value, { ...facts, folder }),
      describe: problemLine,
      invalid,
    });
  }
  const checked = planSeed(seed, { ...facts, folder: process.cwd() });
  if ("value" in checked) return checked.value;
  throw invalid(checked.problems.map(problemLine));
}

const invalid = (problems: string[]) =>
  new LocalNeonError(
    "LOCAL_SEED_INVALID",
    `The seed is not right: ${problems.join("; ")}.`,
    "docs/local.md shows every field.",
  );
