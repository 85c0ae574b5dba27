import {
  apiKeyLifecycle,
  jwksUrlLifecycle,
  projectPermissionLifecycle,
  snapshotScheduleLifecycle,
  vpcEndpointAssignmentLifecycle,
  vpcEndpointRestrictionLifecycle,
} from "./access";
import { appRoleLifecycle } from "./appRole";
import { branchLifecycle } from "./branch";
import type { Lifecycle, ResourceKind } from "./context";
import { databaseLifecycle } from "./database";
import { endpointLifecycle } from "./endpoint";
import { projectLifecycle } from "./project";
import { roleLifecycle } from "./role";

export type { Checked, Created, Lifecycle, LifecycleContext, ReadBack, ResourceKind } from "./context";
export { PartialFailure, withProvider } from "./partialFailure";
export { RunMemory } from "./runMemory";

/** The life of every kind of resource, by the name of its export. */
export const lifecycles: Readonly<Record<ResourceKind, Lifecycle>> = {
  project: projectLifecycle,
  branch: branchLifecycle,
  endpoint: endpointLifecycle,
  role: roleLifecycle,
  database: databaseLifecycle,
  appRole: appRoleLifecycle,
  snapshotSchedule: snapshotScheduleLifecycle,
  projectPermission: projectPermissionLifecycle,
  apiKey: apiKeyLifecycle,
  jwksUrl: jwksUrlLifecycle,
  vpcEndpointAssignment: vpcEndpointAssignmentLifecycle,
  vpcEndpointRestriction: vpcEndpointRestrictionLifecycle,
};

/** Every kind of resource. */
export const resourceKinds = Object.keys(lifecycles) as ResourceKind[];
