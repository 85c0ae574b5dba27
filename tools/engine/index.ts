export { defaultLimits, pulumiVersion, randomVersion } from "./engine";
export type { Engine, EngineLimits, EngineSource } from "./engine";
export { describeEngine, exportLines, printEngine } from "./printEngine";
export type { PrintEngineOptions } from "./printEngine";
export { EngineError } from "./engineError";
export type { EngineErrorCode } from "./engineError";
export { findEngine } from "./findEngine";
export type { FindEngineOptions } from "./findEngine";
