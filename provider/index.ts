import type * as pulumi from "@pulumi/pulumi";
import { createProvider } from "./resources/dynamicProvider";
import type { ResourceKind } from "./lifecycle";

export { isNeonError, NeonError, type NeonErrorCode } from "./api/errors";
export { createNeonApi, type NeonApiOptions } from "./api/createNeonApi";
export type { NeonApi } from "./api/neonApi";
export { AppRole, type AppRoleArgs } from "./resources/appRole";
export { Branch, type BranchArgs } from "./resources/branch";
export { Database, type DatabaseArgs } from "./resources/database";
export { createProvider, type NeonConfig, type ProviderOptions } from "./resources/dynamicProvider";
export { Endpoint, type EndpointArgs } from "./resources/endpoint";
export { Project } from "./resources/project";
export type {
  ProjectArgs,
  ProjectComputeArgs,
  ProjectMaintenanceWindowArgs,
  ProjectQuotaArgs,
} from "./resources/projectArgs";
export type { ResourceKind } from "./lifecycle";
export { providerKindOf } from "./resources/providerText";
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

for (const kind of ["project", "branch", "endpoint", "role", "database", "appRole"] satisfies ResourceKind[]) {
  Object.defineProperty(exports, kind, { enumerable: true, get: () => createProvider(kind) });
}
