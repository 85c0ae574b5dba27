import * as pulumi from "@pulumi/pulumi";
import type { EndpointDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { PreloadLibrariesArgs, SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("Endpoint");

/** Inputs of an {@link Endpoint}. */
export interface EndpointArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Branch that it serves. A change is refused. */
  branchId: pulumi.Input<string>;
  /** `read_only` for a replica; a branch has at most one `read_write`. A change is refused. */
  type: pulumi.Input<"read_write" | "read_only">;
  /** Name shown by Neon. */
  name?: pulumi.Input<string>;
  /** Smallest size in compute units. Default the project's. A change restarts the compute. */
  autoscalingLimitMinCu?: pulumi.Input<number>;
  /** Largest size in compute units. Default the project's. A change restarts the compute. */
  autoscalingLimitMaxCu?: pulumi.Input<number>;
  /** Seconds without activity until the compute is suspended: -1 never, 0 (default) Neon's 300, else 60 to 604800. */
  suspendTimeoutSeconds?: pulumi.Input<number>;
  /** Suspend the compute and refuse connections. Default false. */
  disabled?: pulumi.Input<boolean>;
  /** Settings of Postgres by name, such as `work_mem`; the whole set is sent. Default none. A change restarts the compute. */
  pgSettings?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Libraries that it loads when it starts, instead of the project's. A change restarts the compute. */
  preloadLibraries?: pulumi.Input<PreloadLibrariesArgs>;
  /** A compute that is there already (the `read_write` one, or the replica of this name) is taken over. Default false. */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A compute (`createProjectEndpoint`): a read replica, or the compute of a branch. The primary compute of a project belongs to
 * {@link Project}. It holds no data, so it can be deleted freely.
 *
 * | input | change |
 * |---|---|
 * | projectId, branchId, type | refused |
 * | autoscalingLimitMinCu, autoscalingLimitMaxCu, pgSettings, preloadLibraries | restarts the compute |
 * | disabled | `true` suspends the compute |
 * | name, suspendTimeoutSeconds, adoptExisting | in place |
 */
export class Endpoint extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  /** Id at Neon. */
  declare readonly endpointId: pulumi.Output<string>;
  declare readonly type: pulumi.Output<string>;
  /** Host of direct connections. */
  declare readonly host: pulumi.Output<string>;
  /** Host of the connection pooler (transaction mode). */
  declare readonly pooledHost: pulumi.Output<string>;
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: EndpointArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId", "endpointId", "type", "host", "pooledHost", "createdAt"];
    super(type, name, registered("endpoint", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A compute that this program does not manage; the id is `{projectId}/{endpointId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Endpoint {
    return new Endpoint(name, { projectId: "", branchId: "", type: "read_only" }, { ...opts, id });
  }

  /** True for an Endpoint, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is Endpoint {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const endpointArgsMatchFields: EndpointDeclared extends EndpointArgs
  ? SameKeys<EndpointArgs, EndpointDeclared>
  : never = true;
