/** A program of one tenant whose arguments stand in the variable SPEC, beside what every tenant here has. */
export const componentProgram = `
"use strict";
const { TenantDatabase } = require("neon-tenants");
const args = JSON.parse(process.env.SPEC || "{}");
const database = new TenantDatabase("acme", {
  tenant: "acme", fleet: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10", region: "aws-eu-central-1", ...args,
});
exports.branchId = database.branchId;
exports.directUri = database.directUri;
exports.appRoleUris = database.appRoleUris;
exports.pooledUris = database.pooledUris;
exports.rolePooledUris = database.rolePooledUris;
`;
