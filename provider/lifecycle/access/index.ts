export { apiKeyLifecycle } from "./apiKey";
export { jwksUrlLifecycle } from "./jwksUrl";
export { projectPermissionLifecycle } from "./projectPermission";
export { snapshotScheduleLifecycle } from "./snapshotSchedule";
export { vpcEndpointAssignmentLifecycle, vpcEndpointRestrictionLifecycle } from "./vpcEndpoint";
