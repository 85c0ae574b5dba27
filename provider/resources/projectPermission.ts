import * as pulumi from "@pulumi/pulumi";
import type { ProjectPermissionDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("ProjectPermission");

/** Inputs of a {@link ProjectPermission}. */
export interface ProjectPermissionArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Person who may work in the project. Another one gets access before the former one loses it. */
  email: pulumi.Input<string>;
  /** A permission of this person that is there already is taken over. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A person with whom a project is shared (`grantPermissionToProject`): they may change everything in it, but not delete or share it.
 *
 * | input | change |
 * |---|---|
 * | projectId | refused |
 * | email | reduces protection: another person gets access |
 * | adoptExisting | in place |
 */
export class ProjectPermission extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly email: pulumi.Output<string>;
  /** Id at Neon. */
  declare readonly permissionId: pulumi.Output<string>;
  /** When it was granted, RFC 3339. */
  declare readonly grantedAt: pulumi.Output<string>;

  constructor(name: string, args: ProjectPermissionArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "email", "permissionId", "grantedAt"];
    super(type, name, registered("projectPermission", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A permission that this program does not manage; the id is `{projectId}/{email}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ProjectPermission {
    return new ProjectPermission(name, { projectId: "", email: "" }, { ...opts, id });
  }

  /** True for a ProjectPermission, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is ProjectPermission {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const projectPermissionArgsMatchFields: ProjectPermissionDeclared extends ProjectPermissionArgs
  ? SameKeys<ProjectPermissionArgs, ProjectPermissionDeclared>
  : never = true;
