/** The Pulumi release that this package is tested with; what a download or a build makes, and the oldest one accepted on PATH. */
export const pulumiVersion = "3.259.0";

/** The release of `pulumi-resource-random`; it must equal that of the installed `@pulumi/random`. */
export const randomVersion = "4.21.2";

/** The last release of Pulumi's Go SDK whose module holds the Node.js language host, built where nothing can be downloaded. */
export const languageHostVersion = "3.68.0";

/** Where the programs came from. `cache` is the result of an earlier set-up, found to be still in order. */
export type EngineSource = "path" | "download" | "build" | "cache";

/** A Pulumi engine that runs: `pulumi`, its Node.js language host, the launcher of dynamic providers and the random plugin. */
export interface Engine {
  /** The release that `pulumi version` names, such as `3.259.0`. */
  version: string;
  source: EngineSource;
  /** Where the programs came from at first; the same as `source` unless that is `cache`. */
  origin: Exclude<EngineSource, "cache">;
  /** Absolute folder that holds `pulumi`, `pulumi-language-nodejs` and `pulumi-resource-pulumi-nodejs`. */
  binFolder: string;
  /** Absolute folder to use as `PULUMI_HOME`; it holds the random plugin and is this package's own. */
  pulumiHome: string;
  /** The program of the random plugin, inside `pulumiHome`. */
  randomPlugin: string;
  /**
   * The variables that a child `pulumi` needs on top of the caller's own: `PATH` (complete: the programs, this Node, then what
   * was there), `PULUMI_HOME`, `PULUMI_SKIP_UPDATE_CHECK`, `PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION`, and
   * `PULUMI_CREDENTIALS_PATH` where the user has logged in to a backend.
   */
  env: Record<string, string>;
}

/** How long each kind of step may take, in milliseconds. */
export interface EngineLimits {
  /** Until the download site must have answered. Default 5 s. */
  probeMs: number;
  /** Until a program that only has to name its version or its port must have done so. Default 30 s. */
  checkMs: number;
  /** For a download in which no byte arrives. Default 30 s. */
  downloadStallMs: number;
  /** For a whole download. Default 20 minutes. */
  downloadMs: number;
  /** For a Go build that names no further package; linking `pulumi` is the longest silence. Default 10 minutes. */
  buildStallMs: number;
  /** For the build of one program. Default 60 minutes. */
  buildMs: number;
  /** Between two lines that say that a long step is still at work. Default 30 s. */
  heartbeatMs: number;
}

export const defaultLimits: EngineLimits = {
  probeMs: 5_000,
  checkMs: 30_000,
  downloadStallMs: 30_000,
  downloadMs: 20 * 60_000,
  buildStallMs: 10 * 60_000,
  buildMs: 60 * 60_000,
  heartbeatMs: 30_000,
};
