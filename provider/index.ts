import type * as pulumi from "@pulumi/pulumi";
import { createProvider } from "./resources/dynamicProvider";
import { resourceKinds } from "./lifecycle";

export { isNeonError, NeonError, type NeonErrorCode } from "./api/errors";
export { createNeonApi, type NeonApiOptions } from "./api/createNeonApi";
export type { NeonApi } from "./api/neonApi";
export { connectionUri, type ConnectionUriArgs } from "./lookups/connectionUri";
export { getProject, type ProjectInfo } from "./lookups/getProject";
export { getRegions, type RegionInfo } from "./lookups/getRegions";
export { listProjects, type ListProjectsOptions } from "./lookups/listProjects";
export type { LookupOptions } from "./lookups/lookupApi";
export { AppRole, type AppRoleArgs } from "./resources/appRole";
export { Branch, type BranchArgs } from "./resources/branch";
export { Database, type DatabaseArgs } from "./resources/database";
export { createProvider, type NeonConfig, type ProviderOptions } from "./resources/dynamicProvider";
export { Endpoint, type EndpointArgs } from "./resources/endpoint";
export { Project } from "./resources/project";
export type {
  PreloadLibrariesArgs,
  ProjectAdoptArgs,
  ProjectArgs,
  ProjectComputeArgs,
  ProjectMaintenanceWindowArgs,
  ProjectQuotaArgs,
} from "./resources/projectArgs";
export type { ResourceKind } from "./lifecycle";
export { providerKindOf } from "./resources/providerText";
export { ApiKey, type ApiKeyArgs } from "./resources/apiKey";
export { JwksUrl, type JwksUrlArgs } from "./resources/jwksUrl";
export { ProjectPermission, type ProjectPermissionArgs } from "./resources/projectPermission";
export {
  SnapshotSchedule,
  type SnapshotScheduleArgs,
  type SnapshotScheduleEntryArgs,
} from "./resources/snapshotSchedule";
export { VpcEndpointAssignment, type VpcEndpointAssignmentArgs } from "./resources/vpcEndpointAssignment";
export { VpcEndpointRestriction, type VpcEndpointRestrictionArgs } from "./resources/vpcEndpointRestriction";
export { Role, type RoleArgs } from "./resources/role";

/**
 * The implementations that the `__provider` text in every state names. A public contract: the names never change.
 *
 * Each access makes a new instance, because the text is run once per provider server and several servers, each with its stack's
 * configuration, may live in one process.
 */
export declare const project: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const branch: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const endpoint: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const role: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const database: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const appRole: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const snapshotSchedule: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const projectPermission: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const apiKey: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const jwksUrl: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const vpcEndpointAssignment: pulumi.dynamic.ResourceProvider;
/** See {@link project}. */
export declare const vpcEndpointRestriction: pulumi.dynamic.ResourceProvider;

for (const kind of resourceKinds) {
  Object.defineProperty(exports, kind, { enumerable: true, get: () => createProvider(kind) });
}
