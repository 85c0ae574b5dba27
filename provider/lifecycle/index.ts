import {
  apiKeyLifecycle,
  jwksUrlLifecycle,
  projectPermissionLifecycle,
  snapshotScheduleLifecycle,
  vpcEndpointAssignmentLifecycle,
  vpcEndpointRestrictionLifecycle,
} from "./access";
import { appRoleInputs, appRoleLifecycle } from "./appRole";
import { branchLifecycle } from "./branch";
import type { Lifecycle, ResourceKind } from "./context";
import { databaseLifecycle } from "./database";
import { endpointLifecycle } from "./endpoint";
import { projectLifecycle } from "./project";
import { roleLifecycle } from "./role";
import { withinProject } from "./withinProject";

export type { Checked, Created, Lifecycle, LifecycleContext, ReadBack, ResourceKind } from "./context";
export { PartialFailure, withProvider } from "./partialFailure";
export { RunMemory } from "./runMemory";

/** The life of every kind of resource, by the name of its export. */
export const lifecycles: Readonly<Record<ResourceKind, Lifecycle>> = {
  project: projectLifecycle,
  branch: withinProject(branchLifecycle),
  endpoint: withinProject(endpointLifecycle),
  role: withinProject(roleLifecycle),
  database: withinProject(databaseLifecycle),
  appRole: withinProject(appRoleLifecycle, appRoleInputs),
  snapshotSchedule: withinProject(snapshotScheduleLifecycle),
  projectPermission: withinProject(projectPermissionLifecycle),
  apiKey: withinProject(apiKeyLifecycle),
  jwksUrl: withinProject(jwksUrlLifecycle),
  vpcEndpointAssignment: vpcEndpointAssignmentLifecycle,
  vpcEndpointRestriction: withinProject(vpcEndpointRestrictionLifecycle),
};

/** Every kind of resource. */
export const resourceKinds = Object.keys(lifecycles) as ResourceKind[];
