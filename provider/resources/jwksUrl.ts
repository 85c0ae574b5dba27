import * as pulumi from "@pulumi/pulumi";
import type { JwksUrlDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("JwksUrl");

/** Inputs of a {@link JwksUrl}. */
export interface JwksUrlArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Where the keys of the token issuer are listed; https. The new one is added before the former one is taken away. */
  jwksUrl: pulumi.Input<string>;
  /** Name of the token issuer, such as `Clerk`. A change takes the entry away and adds it again at once. */
  providerName: pulumi.Input<string>;
  /** The only branch for which it holds. Default all branches. */
  branchId?: pulumi.Input<string>;
  /** The `aud` that tokens must have. Default any. */
  jwtAudience?: pulumi.Input<string>;
  /** Roles that tokens may take (deprecated at Neon). Default authenticator, authenticated and anonymous. */
  roleNames?: pulumi.Input<pulumi.Input<string>[]>;
  /** An entry of this URL, branch and audience that is there already is taken over. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A URL at which the keys of a token issuer are listed (`addProjectJWKS`), so that its JSON Web Tokens may connect.
 *
 * | input | change |
 * |---|---|
 * | projectId | refused |
 * | jwksUrl, branchId | in place: the new entry is there before the former one goes |
 * | jwtAudience | the same; taking it away reduces protection |
 * | providerName, roleNames | in place: the entry is taken away and added again at once |
 * | adoptExisting | in place |
 */
export class JwksUrl extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  /** Id at Neon of the present entry. */
  declare readonly jwksId: pulumi.Output<string>;
  declare readonly jwksUrl: pulumi.Output<string>;
  /** When the present entry was made, RFC 3339. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: JwksUrlArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "jwksId", "jwksUrl", "createdAt"];
    super(type, name, registered("jwksUrl", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** An entry that this program does not manage; the id is `{projectId}/{jwksId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): JwksUrl {
    return new JwksUrl(name, { projectId: "", jwksUrl: "", providerName: "" }, { ...opts, id });
  }

  /** True for a JwksUrl, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is JwksUrl {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const jwksUrlArgsMatchFields: JwksUrlDeclared extends JwksUrlArgs
  ? SameKeys<JwksUrlArgs, JwksUrlDeclared>
  : never = true;
