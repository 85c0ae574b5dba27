/**
 * A program of one tenant that takes its shape from the variable SPEC:
 * `name` of the resource, `parent` type of a component around it, `args`, `opts`, `full` for the other resources.
 */
export const tenantProgram = `
"use strict";
const pulumi = require("@pulumi/pulumi");
const { Branch, Database, Endpoint, Project, Role } = require("neon-tenants/provider");

const spec = JSON.parse(process.env.SPEC ?? "{}");
const parent = spec.parent && new pulumi.ComponentResource(spec.parent, "around");
const project = new Project(
  spec.name ?? "acme",
  { name: "acme", regionId: "aws-eu-central-1", fleet: "0c5d7f4e-fleet", ...spec.args },
  { ...spec.opts, ...(parent && { parent }) },
);
if (spec.full) {
  const at = { projectId: project.projectId, branchId: project.branchId };
  const role = new Role("app", { ...at, name: "app", ...spec.full.role });
  new Database("crm", { ...at, name: "crm", ownerName: role.name, ...spec.full.database });
  const branch = new Branch("dev", { projectId: project.projectId, name: "dev", ...spec.full.branch });
  new Endpoint("dev", { projectId: project.projectId, branchId: branch.branchId, type: "read_write" });
}
if (spec.got) exports.gotUri = Project.get("got", spec.got).directUri;
exports.projectId = project.projectId;
exports.directUri = project.directUri;
`;
