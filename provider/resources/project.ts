import * as pulumi from "@pulumi/pulumi";
import type { ProjectArgs } from "./projectArgs";
import { typeToken } from "./providerText";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, placeInProgram, registered } from "./resourceOptions";

const type = typeToken("Project");
const secretOutputs = ["rolePassword", "directUri", "pooledUri"];
const outputs = [
  "projectId",
  "name",
  "regionId",
  "pgVersion",
  "orgId",
  "branchId",
  "branchName",
  "endpointId",
  "host",
  "pooledHost",
  "databaseName",
  "roleName",
  "createdAt",
  ...secretOutputs,
];

/**
 * A Neon project with its default branch, primary compute, first role and first database, made by one `POST /projects`
 * (`createProject`). Every input changes in place; what Neon cannot change is refused, and nothing ever replaces a project: its data
 * would be lost. A rename in the program needs an alias (`NEON_PROJECT_RENAMED` says which).
 *
 * To delete one, write `deletionProtection: false`, run `up`, then remove it or destroy.
 *
 * One that is in the state but not at Neon is `NEON_PROJECT_VANISHED` in refresh, update and delete; the message names the ways out
 * (docs/vanished-projects.md). An unlocked one that Neon lists as deleted (`listProjects` with `recoverable`) is a delete that was done.
 */
export class Project extends pulumi.CustomResource {
  /** Id at Neon, also the resource's id. */
  declare readonly projectId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly regionId: pulumi.Output<string>;
  declare readonly pgVersion: pulumi.Output<number>;
  /** Owning organization; undefined for a personal project. */
  declare readonly orgId: pulumi.Output<string | undefined>;
  /** The default branch. */
  declare readonly branchId: pulumi.Output<string>;
  declare readonly branchName: pulumi.Output<string>;
  /** The primary compute. */
  declare readonly endpointId: pulumi.Output<string>;
  /** Host of the primary compute, for direct connections: migrations, dumps, replication. */
  declare readonly host: pulumi.Output<string>;
  /** Host of its connection pooler (transaction mode). */
  declare readonly pooledHost: pulumi.Output<string>;
  /** The first database. */
  declare readonly databaseName: pulumi.Output<string>;
  /** The first role, which owns it. */
  declare readonly roleName: pulumi.Output<string>;
  /** Password of the first role. Secret. */
  declare readonly rolePassword: pulumi.Output<string>;
  /** URI of a direct connection as the first role to the first database. Secret. */
  declare readonly directUri: pulumi.Output<string>;
  /** The same through the pooler. Secret. */
  declare readonly pooledUri: pulumi.Output<string>;
  /** When the project was made, RFC 3339. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    super(
      type,
      name,
      registered("project", opts?.id ? {} : inputsOf(name, args, opts), outputs),
      guarded(opts, secretOutputs),
    );
  }

  /** A project that this program does not manage, by its id. Reading its password and URIs costs a few calls at every `up`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Project {
    return new Project(name, { name: "", regionId: "" }, { ...opts, id });
  }

  /** True for a Project, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is Project {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

function inputsOf(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions): pulumi.Inputs {
  const { fleet = new pulumi.Config("neon").get("fleet"), ...inputs } = args;
  const resource = placeInProgram(name, type, opts);
  return { ...inputs, mark: { fleet, stack: pulumi.getStack(), resource } };
}
