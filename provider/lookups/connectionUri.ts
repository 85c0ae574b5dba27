import * as pulumi from "@pulumi/pulumi";
import { lookupApi, type LookupOptions } from "./lookupApi";

/** What is connected to, and as whom. */
export interface ConnectionUriArgs {
  projectId: pulumi.Input<string>;
  databaseName: pulumi.Input<string>;
  roleName: pulumi.Input<string>;
  /** Default the default branch. */
  branchId?: pulumi.Input<string>;
  /** Default the branch's compute that writes. */
  endpointId?: pulumi.Input<string>;
  /** Through the pooler (transaction mode). Default false: migrations, dumps and replication need a direct connection. */
  pooled?: pulumi.Input<boolean>;
}

/**
 * The URI of a connection with the role's password (`getConnectionURI`), as a secret. It wakes no compute. A project that keeps no
 * passwords has none (`NEON_REFUSED`).
 */
export function connectionUri(args: ConnectionUriArgs, options?: LookupOptions): pulumi.Output<string> {
  const { projectId, ...query } = args;
  return pulumi.secret(
    pulumi
      .all([projectId, query])
      .apply(([id, { pooled = false, ...rest }]) => lookupApi(options).connectionUri(id, { ...rest, pooled })),
  );
}
