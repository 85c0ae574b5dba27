import type { EngineLimits, EngineSource } from "./engine";
import type { EngineFolder } from "./engineFolder";

/** What every step of one set-up shares. */
export interface EngineSetup {
  folder: EngineFolder;
  /** The caller's environment. */
  env: NodeJS.ProcessEnv;
  limits: EngineLimits;
  log: (line: string) => void;
  /** Answers that hold for the whole set-up, by question: whether the download site answers, whether Go is there. */
  answers: Map<string, Promise<StepResult>>;
}

/** How a step ended: with the release that is now in place, or with the reason why it is not. */
export type StepResult = { ok: true; version: string; note?: string } | { ok: false; reason: string };

/** One way to get the engine's programs, or the random plugin, into the engine's folder. */
export interface SetupStep {
  source: Exclude<EngineSource, "cache">;
  /** What it does, as the start of its line: `pulumi on PATH`. */
  title: string;
  run(setup: EngineSetup): Promise<StepResult>;
}

export function failed(reason: string): StepResult {
  return { ok: false, reason };
}

/** Asks once per set-up. */
export function askOnce(setup: EngineSetup, question: string, ask: () => Promise<StepResult>): Promise<StepResult> {
  const answer = setup.answers.get(question) ?? ask();
  setup.answers.set(question, answer);
  return answer;
}

/** `1 min 20 s`. */
export function spokenTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
