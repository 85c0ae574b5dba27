import * as pulumi from "@pulumi/pulumi";
import type { ApiKeyDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("ApiKey");

/** Inputs of a {@link ApiKey}. */
export interface ApiKeyArgs {
  /** Organization. Default `neon:orgId`, then `NEON_ORG_ID`. A change is refused. */
  orgId?: pulumi.Input<string>;
  /** The only project that the key reaches. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Name shown by Neon. Another name makes another key, as another `epoch` does. */
  name: pulumi.Input<string>;
  /** Any text, such as a count; another one makes a new key. The former one works until the next rotation, or `revokePrevious`. */
  epoch?: pulumi.Input<string>;
  /** Revoke the key before the present one: write true once everything has the present one. Default false. */
  revokePrevious?: pulumi.Input<boolean>;
  /** Keys of this name for this project that are there are revoked. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A key of Neon's API that reaches one project (`createOrgApiKey`). Making one needs the personal key of an admin of the organization.
 * Neon tells the key once: it is a secret output and cannot be read again.
 *
 * To rotate, write another `epoch` and run `up`: the new key is made, and the former one goes on working. When everything has the new
 * one, write `revokePrevious: true`; the next rotation revokes it in any case.
 *
 * | input | change |
 * |---|---|
 * | orgId, projectId | refused |
 * | name, epoch | in place: a new key, the former one stays valid |
 * | revokePrevious | in place: the former key is revoked |
 * | adoptExisting | in place |
 */
export class ApiKey extends pulumi.CustomResource {
  declare readonly orgId: pulumi.Output<string>;
  declare readonly projectId: pulumi.Output<string>;
  /** Id at Neon of the present key. */
  declare readonly keyId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  /** The key. Secret. */
  declare readonly key: pulumi.Output<string>;
  /** When the present key was made, RFC 3339. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: ApiKeyArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["orgId", "projectId", "keyId", "name", "key", "createdAt"];
    super(type, name, registered("apiKey", opts?.id ? {} : { ...args }, outputs), guarded(opts, ["key"]));
  }

  /** A key that this program does not manage, without the key itself; the id is `{orgId}/{projectId}/{keyId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ApiKey {
    return new ApiKey(name, { projectId: "", name: "" }, { ...opts, id });
  }

  /** True for a ApiKey, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is ApiKey {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const apiKeyArgsMatchFields: ApiKeyDeclared extends ApiKeyArgs ? SameKeys<ApiKeyArgs, ApiKeyDeclared> : never =
  true;
