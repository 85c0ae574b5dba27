import type { Handlers } from "../call";
import { accountHandlers } from "./accounts";
import { advisorHandlers } from "./advisors";
import { apiKeyHandlers } from "./apiKeys";
import { branchHandlers } from "./branches";
import { connectionHandlers } from "./connection";
import { consumptionHandlers } from "./consumption";
import { databaseHandlers } from "./databases";
import { endpointHandlers } from "./endpoints";
import { jwksHandlers } from "./jwks";
import { memberHandlers } from "./members";
import { operationHandlers } from "./operations";
import { permissionHandlers } from "./permissions";
import { preloadLibraryHandlers } from "./preloadLibraries";
import { projectHandlers } from "./projects";
import { regionHandlers } from "./regions";
import { restoreSnapshotHandlers } from "./restoreSnapshot";
import { roleHandlers } from "./roles";
import { schemaHandlers } from "./branchSchema";
import { snapshotScheduleHandlers } from "./snapshotSchedule";
import { snapshotHandlers } from "./snapshots";
import { spendingLimitHandlers } from "./spendingLimit";
import { transferHandlers } from "./transfers";
import { vpcEndpointHandlers } from "./vpcEndpoints";

/** Every operation that is built, by its id in Neon's document; the others answer 501. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...advisorHandlers,
  ...apiKeyHandlers,
  ...branchHandlers,
  ...connectionHandlers,
  ...consumptionHandlers,
  ...databaseHandlers,
  ...endpointHandlers,
  ...jwksHandlers,
  ...memberHandlers,
  ...operationHandlers,
  ...permissionHandlers,
  ...preloadLibraryHandlers,
  ...projectHandlers,
  ...regionHandlers,
  ...restoreSnapshotHandlers,
  ...roleHandlers,
  ...schemaHandlers,
  ...snapshotScheduleHandlers,
  ...snapshotHandlers,
  ...spendingLimitHandlers,
  ...transferHandlers,
  ...vpcEndpointHandlers,
};
