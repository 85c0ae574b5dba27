import type { AddProjectJWKSRequest } from "@neondatabase/api-client";
import type { JwksDocument } from "../../store/documents";
import { badRequest, conflict, notFound } from "../apiError";
import { bodyOf, created, type Handler, type Handlers, ok, pathOf } from "../call";
import { nowText } from "../context";
import { branchOf, findProject } from "../find";
import { requireUnlocked } from "../operations/schedule";
import { checkDisplayName, checkRoleName } from "../rules/names";

/** Where none are named, as Neon's document says. */
const defaultRoles = ["authenticator", "authenticated", "anonymous"];

/** Kept and listed; the URL is never asked, and no JSON Web Token is taken for a password. */
const addProjectJWKS: Handler = (call, context) => {
  const project = findProject(call, context);
  const input = bodyOf<AddProjectJWKSRequest>(call);
  requireUnlocked(context, project.id);
  if (!isHttps(input.jwks_url)) throw badRequest("jwks_url must be a valid HTTPS URL", { jwks_url: input.jwks_url });
  if (input.provider_name === "") throw badRequest("provider_name must not be empty");
  for (const text of [input.jwks_url, input.provider_name, input.jwt_audience ?? ""]) checkDisplayName("JWKS", text);
  for (const role of input.role_names ?? []) checkRoleName(role);
  if (input.branch_id !== undefined) branchOf(context, project, input.branch_id);
  const isSameUrl = (other: JwksDocument) =>
    other.jwks_url === input.jwks_url &&
    other.branch_id === input.branch_id &&
    other.jwt_audience === input.jwt_audience;
  if (context.store.list("jwks", project.id).some(isSameUrl)) {
    throw conflict("JWKS URL already exists", { jwks_url: input.jwks_url });
  }
  const now = nowText(context);
  const jwks: JwksDocument = {
    id: context.random.uuid(),
    project_id: project.id,
    ...(input.branch_id === undefined ? {} : { branch_id: input.branch_id }),
    jwks_url: input.jwks_url,
    provider_name: input.provider_name,
    created_at: now,
    updated_at: now,
    ...(input.jwt_audience === undefined ? {} : { jwt_audience: input.jwt_audience }),
    role_names: input.role_names ?? defaultRoles,
  };
  context.store.insert("jwks", jwks.id, project.id, jwks);
  return created({ jwks, operations: [] });
};

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

const deleteProjectJWKS: Handler = (call, context) => {
  const project = findProject(call, context);
  const id = pathOf(call, "jwks_id");
  requireUnlocked(context, project.id);
  const jwks = context.store.get("jwks", id);
  if (jwks?.project_id !== project.id) throw notFound("JWKS not found", { jwks_id: id });
  context.store.remove("jwks", id);
  return ok(jwks);
};

export const jwksHandlers: Handlers = {
  addProjectJWKS,
  deleteProjectJWKS,
  getProjectJWKS: (call, context) => {
    const { id } = findProject(call, context);
    return ok({ jwks: context.store.list("jwks", id) });
  },
};
