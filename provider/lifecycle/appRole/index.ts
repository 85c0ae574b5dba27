export { appRoleLifecycle } from "./appRoleLifecycle";
