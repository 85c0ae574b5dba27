import * as pulumi from "@pulumi/pulumi";
import type { DatabaseDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("Database");

/** Inputs of a {@link Database}. */
export interface DatabaseArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Branch in which it lives. A change is refused. */
  branchId: pulumi.Input<string>;
  /** Name in Postgres, at most 63 bytes. Renames in place; connection strings change with it. */
  name: pulumi.Input<string>;
  /** Role that owns it; it must exist. */
  ownerName: pulumi.Input<string>;
  /** The database cannot be deleted unless an earlier `up` wrote true here. Default false. */
  allowDelete?: pulumi.Input<boolean>;
  /** A database of this name that is there already is taken over as it is. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/** A database (`createProjectBranchDatabase`). */
export class Database extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly ownerName: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId", "name", "ownerName"];
    super(type, name, registered("database", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A database that this program does not manage; the id is `{projectId}/{branchId}/{name}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Database {
    return new Database(name, { projectId: "", branchId: "", name: "", ownerName: "" }, { ...opts, id });
  }

  /** True for a Database, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is Database {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const databaseArgsMatchFields: DatabaseDeclared extends DatabaseArgs
  ? SameKeys<DatabaseArgs, DatabaseDeclared>
  : never = true;
