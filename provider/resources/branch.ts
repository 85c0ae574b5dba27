import * as pulumi from "@pulumi/pulumi";
import type { BranchDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("Branch");

/** Inputs of a {@link Branch}. */
export interface BranchArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Name, unique in the project. Renames in place. */
  name: pulumi.Input<string>;
  /** Branch from which it is made. Default the default branch. A change is refused. */
  parentId?: pulumi.Input<string>;
  /** Moment of the parent's history at which it begins, RFC 3339 with zone. Default now. A change is refused. */
  parentTimestamp?: pulumi.Input<string>;
  /** The same as a position in the parent's log, such as `0/1A2B3C4`; not together with `parentTimestamp`. A change is refused. */
  parentLsn?: pulumi.Input<string>;
  /** `schema-only` makes a root branch without the parent's data. Default `parent-data`. A change is refused. */
  initSource?: pulumi.Input<"parent-data" | "schema-only">;
  /** Make it archived; Neon unarchives it when something connects. Default false. A change is refused. */
  archived?: pulumi.Input<boolean>;
  /** Neon's own protection (paid plans). Default false. */
  protected?: pulumi.Input<boolean>;
  /** When Neon deletes the branch, RFC 3339 with zone, at most 30 days ahead. Default never; removing it keeps the branch. */
  expiresAt?: pulumi.Input<string>;
  /**
   * The branch cannot be deleted unless an earlier `up` wrote false here. Default true, because a branch holds data that exists nowhere
   * else; false for one with `expiresAt`, which deletes itself anyway.
   */
  deletionProtection?: pulumi.Input<boolean>;
  /** A branch that vanished is made again from its parent instead of being an error; always so with `expiresAt`. Default false. */
  recreateIfMissing?: pulumi.Input<boolean>;
  /** A branch of this name that is there already is taken over as it is. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * A branch beside the default one (`createProjectBranch`); it has no compute until an Endpoint is made for it.
 *
 * | input | change |
 * |---|---|
 * | projectId, parentId, parentTimestamp, parentLsn, initSource, archived | refused |
 * | name, adoptExisting | in place |
 * | protected | in place; taking it away reduces protection |
 * | expiresAt | reduces protection; removing it is in place and keeps the branch |
 * | deletionProtection, recreateIfMissing | in place; towards less protection it reduces protection |
 */
export class Branch extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  /** Id at Neon. */
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  /** Undefined for a root branch. */
  declare readonly parentId: pulumi.Output<string | undefined>;
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: BranchArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId", "name", "parentId", "createdAt"];
    super(type, name, registered("branch", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A branch that this program does not manage; the id is `{projectId}/{branchId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Branch {
    return new Branch(name, { projectId: "", name: "" }, { ...opts, id });
  }

  /** True for a Branch, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is Branch {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const branchArgsMatchFields: BranchDeclared extends BranchArgs ? SameKeys<BranchArgs, BranchDeclared> : never =
  true;
