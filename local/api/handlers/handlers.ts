import type { Handlers } from "../call";
import { accountHandlers } from "./accounts";
import { branchHandlers } from "./branches";
import { connectionHandlers } from "./connection";
import { databaseHandlers } from "./databases";
import { endpointHandlers } from "./endpoints";
import { operationHandlers } from "./operations";
import { projectHandlers } from "./projects";
import { regionHandlers } from "./regions";
import { roleHandlers } from "./roles";

/** Every operation that is built, by its id in Neon's document; the others answer 501. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...branchHandlers,
  ...connectionHandlers,
  ...databaseHandlers,
  ...endpointHandlers,
  ...operationHandlers,
  ...projectHandlers,
  ...regionHandlers,
  ...roleHandlers,
};
