import * as pulumi from "@pulumi/pulumi";
import type { VpcEndpointRestrictionDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("VpcEndpointRestriction");

/** Inputs of a {@link VpcEndpointRestriction}. */
export interface VpcEndpointRestrictionArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Id of a VPC endpoint that is assigned to the project's organization. A change is refused. */
  vpcEndpointId: pulumi.Input<string>;
  /** Label shown by Neon. */
  label: pulumi.Input<string>;
  /** It cannot be taken away unless an earlier `up` wrote true here. Default false. */
  allowDelete?: pulumi.Input<boolean>;
  /** A restriction that is there already is taken over. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * Lets a project be reached through this VPC endpoint and through no others than those with a restriction of their own
 * (`assignProjectVPCEndpoint`). Taking the last one away opens the project to all VPC endpoints of its organization, so that is locked.
 *
 * | input | change |
 * |---|---|
 * | projectId, vpcEndpointId | refused |
 * | label, adoptExisting | in place |
 * | allowDelete | `true` reduces protection |
 */
export class VpcEndpointRestriction extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly vpcEndpointId: pulumi.Output<string>;
  declare readonly label: pulumi.Output<string>;

  constructor(name: string, args: VpcEndpointRestrictionArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "vpcEndpointId", "label"];
    super(type, name, registered("vpcEndpointRestriction", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A restriction that this program does not manage; the id is `{projectId}/{vpcEndpointId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): VpcEndpointRestriction {
    return new VpcEndpointRestriction(name, { projectId: "", vpcEndpointId: "", label: "" }, { ...opts, id });
  }

  /** True for a VpcEndpointRestriction, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is VpcEndpointRestriction {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const vpcEndpointRestrictionArgsMatchFields: VpcEndpointRestrictionDeclared extends VpcEndpointRestrictionArgs
  ? SameKeys<VpcEndpointRestrictionArgs, VpcEndpointRestrictionDeclared>
  : never = true;
