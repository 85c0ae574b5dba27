import { type Handlers, ok } from "../call";
import { findProject } from "../find";
import { availablePreloadLibraries } from "../rules/preloadLibraries";

export const preloadLibraryHandlers: Handlers = {
  getAvailablePreloadLibraries: (call, context) =>
    ok({ libraries: availablePreloadLibraries(findProject(call, context).pg_version) }),
};
