import * as pulumi from "@pulumi/pulumi";
import type { RoleDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("Role");

/** Inputs of a {@link Role}. */
export interface RoleArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Branch in which it lives. A change is refused. */
  branchId: pulumi.Input<string>;
  /** Name in Postgres, at most 63 bytes. A change is refused. */
  name: pulumi.Input<string>;
  /** A role that cannot connect and has no password. Default false. A change is refused. */
  noLogin?: pulumi.Input<boolean>;
  /** The role cannot be deleted unless an earlier `up` wrote true here. Default false. */
  allowDelete?: pulumi.Input<boolean>;
  /** A role of this name that is there already is taken over as it is. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/** A role made by Neon (`createProjectBranchRole`): a member of `neon_superuser`. */
export class Role extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  /** Its password; undefined for a role that cannot log in. Secret. */
  declare readonly password: pulumi.Output<string | undefined>;

  constructor(name: string, args: RoleArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId", "name", "password"];
    super(type, name, registered("role", opts?.id ? {} : { ...args }, outputs), guarded(opts, ["password"]));
  }

  /** A role that this program does not manage; the id is `{projectId}/{branchId}/{name}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Role {
    return new Role(name, { projectId: "", branchId: "", name: "" }, { ...opts, id });
  }

  /** True for a Role, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is Role {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const roleArgsMatchFields: RoleDeclared extends RoleArgs ? SameKeys<RoleArgs, RoleDeclared> : never = true;
