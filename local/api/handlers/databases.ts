import type { DatabaseCreateRequest, DatabaseUpdateRequest } from "@neondatabase/api-client";
import type { DatabaseDocument } from "../../store/documents";
import { conflict } from "../apiError";
import { bodyOf, created, type Handler, type Handlers, noContent, ok, pathOf } from "../call";
import { nowText } from "../context";
import { databaseOf, findBranch, findProject, roleOf } from "../find";
import { insertDatabase } from "../newDocuments";
import { checkDatabaseName } from "../rules/names";
import { checkLimit, databasesPerBranch } from "../rules/planLimits";
import { applyConfig, branchToChange } from "./roles";

const createProjectBranchDatabase: Handler = (call, context) => {
  const { branch } = branchToChange(call, context);
  const input = bodyOf<DatabaseCreateRequest>(call).database;
  checkDatabaseName(input.name);
  roleOf(context, branch, input.owner_name);
  if (context.store.get("database", `${branch.id}/${input.name}`)) {
    throw conflict("database already exists", { database_name: input.name });
  }
  const wouldBe = context.store.count("database", branch.id) + 1;
  checkLimit("databases", "DATABASES_LIMIT_EXCEEDED", databasesPerBranch, wouldBe);
  const database = insertDatabase(context, branch.id, input);
  const work = { do: "createDatabase", branchId: branch.id, database: database.name } as const;
  return created({ database, operations: applyConfig(context, branch, work) });
};

const updateProjectBranchDatabase: Handler = (call, context) => {
  const { branch } = branchToChange(call, context);
  const database = databaseOf(context, branch, pathOf(call, "database_name"));
  const input = bodyOf<DatabaseUpdateRequest>(call).database;
  const name = input.name !== undefined && input.name !== database.name ? input.name : undefined;
  const owner =
    input.owner_name !== undefined && input.owner_name !== database.owner_name ? input.owner_name : undefined;
  if (name !== undefined) {
    checkDatabaseName(name);
    if (context.store.get("database", `${branch.id}/${name}`)) {
      throw conflict("database already exists", { database_name: name });
    }
  }
  if (owner !== undefined) roleOf(context, branch, owner);
  if (name === undefined && owner === undefined) return ok({ database, operations: [] });
  const updated: DatabaseDocument = {
    ...database,
    name: name ?? database.name,
    owner_name: owner ?? database.owner_name,
    updated_at: nowText(context),
  };
  context.store.remove("database", `${branch.id}/${database.name}`);
  context.store.insert("database", `${branch.id}/${updated.name}`, branch.id, updated, updated.name);
  const operations = applyConfig(context, branch, {
    do: "updateDatabase",
    branchId: branch.id,
    database: database.name,
    name,
    ownerName: owner,
  });
  return ok({ database: updated, operations });
};

const deleteProjectBranchDatabase: Handler = (call, context) => {
  const project = findProject(call, context);
  const name = pathOf(call, "database_name");
  const database = context.store.get("database", `${findBranch(call, context, project).id}/${name}`);
  if (!database) return noContent;
  const { branch } = branchToChange(call, context);
  context.store.remove("database", `${branch.id}/${name}`);
  const operations = applyConfig(context, branch, { do: "dropDatabase", branchId: branch.id, database: name });
  return ok({ database, operations });
};

export const databaseHandlers: Handlers = {
  createProjectBranchDatabase,
  updateProjectBranchDatabase,
  deleteProjectBranchDatabase,
  listProjectBranchDatabases: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return ok({ databases: context.store.list("database", branch.id) });
  },
  getProjectBranchDatabase: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return ok({ database: databaseOf(context, branch, pathOf(call, "database_name")) });
  },
};
