import * as pulumi from "@pulumi/pulumi";
import type { AppRoleDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("AppRole");
const secretOutputs = ["password", "ownerUri", "uri", "pooledUri"];

/** Inputs of an {@link AppRole}. */
export interface AppRoleArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Branch on which it is made. After a restore that gave the branch another id, that one: the role is then made again. */
  branchId: pulumi.Input<string>;
  /** Name in Postgres, at most 63 bytes, unique on its branch. A change is refused. */
  name: pulumi.Input<string>;
  /** Database in which it may do something. Default that of {@link ownerUri}. Changes in place: the former one is closed to it. */
  databaseName?: pulumi.Input<string>;
  /** `readWrite` (select, insert, update, delete) or `readOnly` (select). Changes in place, for open connections too. */
  access: pulumi.Input<string>;
  /** Schemas whose present and future objects it may use. Default `public`. Changes in place; they must exist. */
  schemas?: pulumi.Input<pulumi.Input<string>[]>;
  /** Its password, at least 12 characters: the result of a `random.RandomPassword`. Secret. Changes in place. */
  password: pulumi.Input<string>;
  /**
   * URI of a direct connection as the role that owns the database. Secret. Objects that this role makes later are granted too; those of
   * other owners are not.
   */
  ownerUri: pulumi.Input<string>;
  /** Any text, such as the branch's id and a count of its restores; another one applies role, password and grants anew. */
  epoch?: pulumi.Input<string>;
  /** The role cannot be deleted unless an earlier `up` wrote true here. Default false. */
  allowDelete?: pulumi.Input<boolean>;
}

/**
 * A role with least privilege: it may log in to one database, use the objects of some schemas, and nothing else. Neon's API makes only
 * members of `neon_superuser` ({@link Role}); this one is made over SQL, which connects once as the owner at each change and wakes the
 * compute. A refresh does not connect: what was changed by hand in the database is not seen, and another `epoch` repairs it.
 *
 * A role of this name that is there already is taken over, unless it may do more than an app role. It is kept out of the owner's
 * other databases: these are closed to PUBLIC, and every role that is there keeps its access by name.
 *
 * | input | change |
 * |---|---|
 * | projectId, name | refused |
 * | branchId, databaseName, schemas, password, ownerUri, epoch | in place |
 * | access | in place; from `readOnly` to `readWrite` it reduces protection |
 * | allowDelete | reduces protection |
 */
export class AppRole extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly databaseName: pulumi.Output<string>;
  declare readonly access: pulumi.Output<string>;
  /** URI of a direct connection as this role. Secret. */
  declare readonly uri: pulumi.Output<string>;
  /** The same through the pooler (transaction mode). Secret. */
  declare readonly pooledUri: pulumi.Output<string>;

  constructor(name: string, args: AppRoleArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId", "name", "databaseName", "access", "uri", "pooledUri"];
    const inputs = { ...args, password: pulumi.secret(args.password), ownerUri: pulumi.secret(args.ownerUri) };
    super(type, name, registered("appRole", opts?.id ? {} : inputs, outputs), guarded(opts, secretOutputs));
  }

  /** True for an AppRole, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is AppRole {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const appRoleArgsMatchFields: AppRoleDeclared extends AppRoleArgs
  ? SameKeys<AppRoleArgs, AppRoleDeclared>
  : never = true;
