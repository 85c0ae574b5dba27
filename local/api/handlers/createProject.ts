import type { ProjectCreateRequest } from "@neondatabase/api-client";
import type { Plain, ProjectDocument } from "../../store/documents";
import { ApiError, badRequest } from "../apiError";
import { bodyOf, type Call, created, type Handler } from "../call";
import type { LocalOrganization } from "../callers";
import { type ApiContext, nowText } from "../context";
import { findOrganization } from "../find";
import { insertBranch, insertDatabase, insertEndpoint, insertRole, unusedProjectId } from "../newDocuments";
import { schedule } from "../operations/schedule";
import { checkProjectCount } from "../rules/projectCount";
import { checkDatabaseName, checkDisplayName, checkRoleName } from "../rules/names";
import { checkRetention, planLimits } from "../rules/planLimits";
import { changedSettings, defaultSettings, newEndpointDefaults } from "../rules/projectSettings";
import { branchView } from "../views/branchView";
import { connectionDetails } from "../views/connectionUri";
import { endpointView } from "../views/endpointView";
import { projectView } from "../views/projectView";
import { roleView } from "../views/roleView";
import { checkRegion, defaultRegion, offersRegion } from "./regions";

type Input = Plain<ProjectCreateRequest>["project"];

/** The organization that a list or create is for; a personal key has to name it. */
export function requestedOrganization(call: Call, context: ApiContext, orgId: string | undefined): LocalOrganization {
  const id = orgId ?? call.caller.defaultOrgId;
  if (id === undefined) {
    throw badRequest("org_id is required, you can find it on your organization settings page");
  }
  return findOrganization(context, call.caller, id);
}

/** `createProject`: branch, compute, role and database come with the project. */
export const createProject: Handler = (call, context) => {
  const input = bodyOf<Plain<ProjectCreateRequest>>(call).project;
  if (call.caller.projectId !== undefined) {
    throw new ApiError(403, "project-scoped API keys are not allowed to create projects");
  }
  const organization = requestedOrganization(call, context, input.org_id);
  const databaseName = input.branch?.database_name || "neondb";
  const roleName = input.branch?.role_name || `${databaseName}_owner`;
  checkDatabaseName(databaseName);
  checkRoleName(roleName);
  checkDisplayName("branch", input.branch?.name ?? "");
  checkProjectCount(context, organization);

  const project = insertProject(context, organization, input);
  const branch = insertBranch(context, project, {
    name: input.branch?.name ?? "main",
    default: true,
    protected: false,
    annotation: input.branch?.annotations,
  });
  const role = insertRole(context, branch.id, roleName);
  const database = insertDatabase(context, branch.id, { name: databaseName, owner_name: roleName });
  const endpoint = insertEndpoint(context, project, branch.id, { type: "read_write" });
  const operations = schedule(context, project.id, [
    {
      action: "create_timeline",
      branchId: branch.id,
      work: { do: "createBranch", branchId: branch.id, setPasswords: false },
    },
    {
      action: "start_compute",
      branchId: branch.id,
      endpointId: endpoint.id,
      firstStart: true,
      work: { do: "openEndpoint", endpointId: endpoint.id },
    },
  ]);
  return created({
    project: projectView(project),
    connection_uris: [connectionDetails(endpoint, role, database.name, context)],
    roles: [roleView(role, true)],
    databases: [database],
    operations,
    branch: branchView(branch, context),
    endpoints: [endpointView(endpoint, context)],
  });
};

function insertProject(context: ApiContext, organization: LocalOrganization, input: Input): ProjectDocument {
  const { plan } = organization;
  const id = unusedProjectId(context);
  const name = input.name ?? id;
  checkDisplayName("project", name);
  const retention = input.history_retention_seconds ?? planLimits(plan).defaultRetentionSeconds;
  checkRetention(retention, plan);
  const now = nowText(context);
  const pgVersion = input.pg_version ?? 17;
  const settings = changedSettings(defaultSettings, input.settings, {
    pgVersion,
    organization,
    patch: "merge",
    rules: context.accessRules,
  });
  const project: ProjectDocument = {
    id,
    org_id: organization.id,
    name,
    region_id: checkedRegion(organization, input.region_id),
    pg_version: pgVersion,
    store_passwords: input.store_passwords ?? true,
    history_retention_seconds: retention,
    default_endpoint_settings: newEndpointDefaults(withDeprecatedSizes(input), {
      plan,
      rules: context.computeRules,
      pgVersion,
    }),
    settings,
    ...(settings.hipaa ? { hipaa_enabled_at: now } : {}),
    created_at: now,
    updated_at: now,
  };
  return context.store.insert("project", id, organization.id, project, name);
}

/** `autoscaling_limit_*` of the project itself still count where the settings name none. */
function withDeprecatedSizes(input: Input): Input["default_endpoint_settings"] {
  const { autoscaling_limit_min_cu, autoscaling_limit_max_cu } = input;
  return {
    ...(autoscaling_limit_min_cu === undefined ? {} : { autoscaling_limit_min_cu }),
    ...(autoscaling_limit_max_cu === undefined ? {} : { autoscaling_limit_max_cu }),
    ...input.default_endpoint_settings,
  };
}

function checkedRegion(organization: LocalOrganization, regionId: string | undefined): string {
  const wanted = regionId === undefined || regionId === "" ? (organization.regions?.[0] ?? defaultRegion) : regionId;
  checkRegion(wanted);
  if (!offersRegion(organization, wanted)) {
    throw badRequest("region is not available for this organization", { region_id: wanted });
  }
  return wanted;
}
