import * as pulumi from "@pulumi/pulumi";
import type { VpcEndpointAssignmentDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("VpcEndpointAssignment");

/** Inputs of a {@link VpcEndpointAssignment}. */
export interface VpcEndpointAssignmentArgs {
  /** Organization. Default `neon:orgId`, then `NEON_ORG_ID`. A change is refused. */
  orgId?: pulumi.Input<string>;
  /** Region of the VPC endpoint, such as `aws-eu-central-1`. A change is refused. */
  regionId: pulumi.Input<string>;
  /** Id of the VPC endpoint at the cloud provider. A change is refused. */
  vpcEndpointId: pulumi.Input<string>;
  /** Label shown by Neon. */
  label: pulumi.Input<string>;
  /** It cannot be taken away unless an earlier `up` wrote true here. Default false. */
  allowDelete?: pulumi.Input<boolean>;
  /** An assignment that is there already is taken over. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A VPC endpoint through which the projects of an organization may be reached (`assignOrganizationVPCEndpoint`). Neon never takes one
 * again that was taken away, so that is locked.
 *
 * | input | change |
 * |---|---|
 * | orgId, regionId, vpcEndpointId | refused |
 * | label, adoptExisting | in place |
 * | allowDelete | `true` reduces protection |
 */
export class VpcEndpointAssignment extends pulumi.CustomResource {
  declare readonly orgId: pulumi.Output<string>;
  declare readonly regionId: pulumi.Output<string>;
  declare readonly vpcEndpointId: pulumi.Output<string>;
  declare readonly label: pulumi.Output<string>;

  constructor(name: string, args: VpcEndpointAssignmentArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["orgId", "regionId", "vpcEndpointId", "label"];
    super(type, name, registered("vpcEndpointAssignment", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** An assignment that this program does not manage; the id is `{orgId}/{regionId}/{vpcEndpointId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): VpcEndpointAssignment {
    return new VpcEndpointAssignment(name, { regionId: "", vpcEndpointId: "", label: "" }, { ...opts, id });
  }

  /** True for a VpcEndpointAssignment, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is VpcEndpointAssignment {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const vpcEndpointAssignmentArgsMatchFields: VpcEndpointAssignmentDeclared extends VpcEndpointAssignmentArgs
  ? SameKeys<VpcEndpointAssignmentArgs, VpcEndpointAssignmentDeclared>
  : never = true;
