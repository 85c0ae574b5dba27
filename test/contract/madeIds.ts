/** Ids of what earlier steps made, by the name that paths of steps have for them. */
export type MadeIds = Record<string, string>;

/** The path of a step with the ids in it. */
export const filled = (template: string, made: MadeIds): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => made[name] ?? "missing");

type Answer = Record<string, { id: string } & { id: string }[]>;

/** Keeps the ids that later steps need. */
export function noteIds(made: MadeIds, operationId: string, answer: unknown): void {
  const { branch, endpoint, operations, snapshot } = (answer ?? {}) as Answer;
  noteAccess(made, operationId, answer);
  if (operationId === "createProjectBranch") made["branch"] = branch?.id ?? "";
  if (operationId === "createSnapshot") made["snapshot"] = snapshot?.id ?? "";
  if (operationId === "restoreSnapshot") made["restored"] = branch?.id ?? "";
  if (operationId === "createProjectEndpoint") made["endpoint"] = endpoint?.id ?? "";
  if (operations?.[0]) made["operation"] = operations[0].id;
}

/** Ids of keys, members, permissions, JWKS and transfer requests. */
function noteAccess(made: MadeIds, operationId: string, answer: unknown): void {
  const { id, jwks, members } = (answer ?? {}) as {
    id?: string | number;
    jwks?: { id?: string };
    members?: { member: { id: string } }[];
  };
  if (operationId === "createApiKey" || operationId === "createOrgApiKey") made["key"] = String(id);
  if (operationId === "getOrganizationMembers") made["member"] = members?.[0]?.member.id ?? "";
  if (operationId === "grantPermissionToProject") made["permission"] = String(id);
  if (operationId === "createProjectTransferRequest") made["request"] = String(id);
  if (operationId === "addProjectJWKS") made["jwks"] = jwks?.id ?? "";
}
