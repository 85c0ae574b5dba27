import type { EndpointSpec } from "../types";

/** What a compute that starts now loads: its own libraries where it names any, else those of its project. */
export const librariesOf = (spec: EndpointSpec | undefined): string[] | undefined =>
  spec?.preloadLibraries ?? spec?.defaultPreloadLibraries?.();
