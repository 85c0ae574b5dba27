import { z } from "zod";
import {
  apiKeyFields,
  appRoleFields,
  branchFields,
  databaseFields,
  endpointFields,
  type Field,
  type Fields,
  isRecord,
  jwksUrlFields,
  leaves,
  projectFields,
  projectPermissionFields,
  roleFields,
  snapshotScheduleFields,
  vpcEndpointAssignmentFields,
  vpcEndpointRestrictionFields,
} from "../fields";
import type { ResourceKind } from "../lifecycle";

interface Documented {
  readonly fields: Fields;
  /** One sentence, with the operation of Neon's document that makes it. */
  readonly about: string;
}

/** Every resource in the order of the document. */
const resources: Readonly<Record<ResourceKind, Documented>> = {
  project: {
    fields: projectFields,
    about: "A project with its default branch, compute, first role and first database, made by one `createProject`.",
  },
  branch: { fields: branchFields, about: "A branch beside the default one (`createProjectBranch`)." },
  endpoint: {
    fields: endpointFields,
    about: "A compute: a read replica, or the compute of another branch (`createProjectEndpoint`).",
  },
  role: { fields: roleFields, about: "A member of `neon_superuser` (`createProjectBranchRole`)." },
  database: { fields: databaseFields, about: "A database (`createProjectBranchDatabase`)." },
  appRole: { fields: appRoleFields, about: "A role with least privilege, made over SQL." },
  snapshotSchedule: {
    fields: snapshotScheduleFields,
    about: "When snapshots of a branch are made (`setSnapshotSchedule`, beta).",
  },
  projectPermission: {
    fields: projectPermissionFields,
    about: "A person with whom a project is shared (`grantPermissionToProject`).",
  },
  apiKey: { fields: apiKeyFields, about: "A key of Neon's API that reaches one project (`createOrgApiKey`)." },
  jwksUrl: { fields: jwksUrlFields, about: "An issuer of tokens that may connect (`addProjectJWKS`)." },
  vpcEndpointAssignment: {
    fields: vpcEndpointAssignmentFields,
    about: "A VPC endpoint of an organization (`assignOrganizationVPCEndpoint`).",
  },
  vpcEndpointRestriction: {
    fields: vpcEndpointRestrictionFields,
    about: "A VPC endpoint that a project is reached through, and no others (`assignProjectVPCEndpoint`).",
  },
};

const head = `# Resources

Every input of every resource, generated from the declarations in \`provider/fields/\` by \`npm run docs\`: do not edit it by hand.

What a change of an input does:

- **in place**: nobody notices.
- **restarts the compute**: open connections drop once.
- **reduces protection**: data or access is guarded less than before.
- **may suspend**: a limit may lie below what is in use, and Neon then suspends the computes.
- **refused**: Neon cannot do it in place, and replacing would lose data (\`NEON_IMMUTABLE\`). Nothing is ever replaced.

An input that is taken out of the program goes back to its default where that is known, and is left as it is where Neon decides.
`;

/** The text of `docs/resources.md`. */
export function resourcesMarkdown(): string {
  const sections = Object.entries(resources).map(([kind, resource]) => sectionOf(classNameOf(kind), resource));
  return `${[head, ...sections].join("\n")}`;
}

const classNameOf = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1);

function sectionOf(name: string, { fields, about }: Documented): string {
  const rows = leaves(fields).map(({ path, field }) => rowOf(path, field));
  return `## ${name}\n\n${about}\n\n${tableOf([["input", "type", "default", "change", "meaning"], ...rows])}\n`;
}

/** Columns as wide as their widest cell, as the formatter of this repository wants them. */
function tableOf(rows: readonly string[][]): string {
  const [titles = [], ...rest] = rows;
  const widths = titles.map((_title, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join("\n");
}

function rowOf(path: string, field: Field<unknown>): string[] {
  if (field.changeText === undefined) throw new Error(`${path}: say in changeText what its change does`);
  const unit = field.unit === undefined ? "" : `, ${field.unit}`;
  const api = field.api === undefined ? "" : ` Neon: ${code(field.api)}.`;
  const secret = field.secret ? " Secret." : "";
  return [
    `\`${path}\``,
    `${typeOf(z.toJSONSchema(field.schema, { unrepresentable: "any" }))}${unit}`,
    field.defaultText,
    field.changeText,
    `${field.about}${secret}${api}`,
  ].map(escaped);
}

/** Names of the document as code; words around them as they are. */
const code = (api: string): string => api.replace(/[a-z][\w.]*[._[][\w.[\]]*/gi, (name) => `\`${name}\``);

const escaped = (cell: string): string => cell.replaceAll("|", "\\|").replace(/\s+/g, " ");

/** A JSON Schema in a word or two. */
function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return "anything";
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
  if (typeof schema.const === "string") return `\`${schema.const}\``;
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeOf).join(" or ");
  switch (schema.type) {
    case "array":
      return `list of ${typeOf(schema.items)}`;
    case "object":
      return isRecord(schema.properties) ? `{ ${Object.keys(schema.properties).join(", ")} }` : "texts by name";
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    default:
      return typeof schema.type === "string" ? schema.type : "anything";
  }
}
