import * as pulumi from "@pulumi/pulumi";
import { Endpoint, type Project } from "../provider";
import { preloadInputs, type TenantPreloadLibraries } from "./tenantPolicies";

/** A compute of its own that reads the same data: for reports that must not slow the customer's programs down. */
export interface TenantReplica {
  /** Its name, by which one that a lost answer left behind is found again. */
  name: string;
  /** Smallest size, in compute units; default the tenant's. Changing it restarts the replica. */
  minCu?: pulumi.Input<number>;
  /** Largest size, in compute units; at most 8 above `minCu`. Changing it restarts the replica. */
  maxCu?: pulumi.Input<number>;
  /** Seconds without a query until it stops; -1 never, 0 Neon's default (300). */
  suspendSeconds?: pulumi.Input<number>;
  /** Suspend the replica and refuse connections to it. Default false. */
  disabled?: pulumi.Input<boolean>;
  /** Settings of Postgres by name, such as `work_mem`; the whole set is sent. Default none. A change restarts the replica. */
  pgSettings?: Record<string, pulumi.Input<string>>;
  /** Libraries that the replica loads when it starts, instead of the project's. A change restarts the replica. */
  preloadLibraries?: TenantPreloadLibraries;
}

/** The read-only computes on the default branch, by name. */
export function tenantReplicas(
  wanted: readonly TenantReplica[],
  options: { prefix: string; project: Project; optionsOf: (item: string) => pulumi.CustomResourceOptions },
): Map<string, Endpoint> {
  const { prefix, project, optionsOf } = options;
  return new Map(
    wanted.map(({ name, minCu, maxCu, suspendSeconds, disabled, pgSettings, preloadLibraries }) => {
      const replica = new Endpoint(
        `${prefix}-${name}`,
        {
          projectId: project.projectId,
          branchId: project.branchId,
          type: "read_only",
          name,
          autoscalingLimitMinCu: minCu,
          autoscalingLimitMaxCu: maxCu,
          suspendTimeoutSeconds: suspendSeconds,
          disabled,
          pgSettings,
          preloadLibraries: preloadLibraries && preloadInputs(preloadLibraries),
          // The project is this tenant's alone: a replica of this name in it is what a killed run made.
          adoptExisting: true,
        },
        optionsOf(name),
      );
      return [name, replica];
    }),
  );
}

/** Direct URI of each replica, as the owner to the tenant's own database. */
export function replicaUris(
  replicas: ReadonlyMap<string, Endpoint>,
  project: Project,
): pulumi.Output<Record<string, string>> {
  const uris = [...replicas].map(([name, replica]) =>
    pulumi
      .all([project.directUri, project.endpointId, replica.host, replica.endpointId])
      .apply(([uri, primary, host, id]): [string, string] => [name, uriAt(uri, host, primary, id)]),
  );
  return pulumi.secret(pulumi.all(uris).apply((pairs) => Object.fromEntries(pairs)));
}

/** Where all computes share one host, the parameter `options=endpoint=…` tells which one is meant. */
function uriAt(uri: string, host: string, primary: string, id: string): string {
  const url = new URL(uri);
  url.hostname = host;
  return url.toString().replace(`endpoint%3D${primary}`, `endpoint%3D${id}`);
}
