export { appRoleInputs, appRoleLifecycle } from "./appRoleLifecycle";
