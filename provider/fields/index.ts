export { type ChangeClass, changeClasses, type Declared, type Field, type Fields, type Leaf, leaves } from "./field";
export {
  type ApiKeyDeclared,
  apiKeyFields,
  type JwksUrlDeclared,
  jwksUrlFields,
  type ProjectPermissionDeclared,
  projectPermissionFields,
  type SnapshotScheduleDeclared,
  snapshotScheduleFields,
  type VpcEndpointAssignmentDeclared,
  vpcEndpointAssignmentFields,
  type VpcEndpointRestrictionDeclared,
  vpcEndpointRestrictionFields,
} from "./accessFields";
export { checkFields } from "./checkFields";
export {
  declaredIn,
  declaredOf,
  diffFields,
  diffSecrets,
  driftedDeclared,
  driftOf,
  type FieldChange,
  worstClass,
} from "./diffFields";
export { type ProjectAdopt, type ProjectDeclared, projectFields } from "./projectFields";
export { computeLimitProblems, isComputeSize, type Problem } from "./rules";
export { jsonSchema, zodSchema } from "./schemas";
export { type AppRoleDeclared, appRoleFields } from "./appRoleFields";
export {
  type BranchDeclared,
  branchFields,
  type DatabaseDeclared,
  databaseFields,
  type EndpointDeclared,
  endpointFields,
  type RoleDeclared,
  roleFields,
} from "./subResourceFields";
export { hasUnknown, isRecord, sameValue, unknownValue, valueAt, type Values, withValueAt } from "./values";
