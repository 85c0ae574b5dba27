import { FakeCore } from "./fakeCore";

/** What the fake does not have: schedules, permissions, keys and VPC endpoints are tested against the local Neon. */
export abstract class FakeAccess extends FakeCore {
  getSnapshotSchedule = missing;
  setSnapshotSchedule = missing;
  listProjectPermissions = missing;
  grantProjectPermission = missing;
  revokeProjectPermission = missing;
  listOrgApiKeys = missing;
  createOrgApiKey = missing;
  revokeOrgApiKey = missing;
  listJwks = missing;
  addJwks = missing;
  deleteJwks = missing;
  getOrgVpcEndpoint = missing;
  assignOrgVpcEndpoint = missing;
  deleteOrgVpcEndpoint = missing;
  listProjectVpcEndpoints = missing;
  assignProjectVpcEndpoint = missing;
  deleteProjectVpcEndpoint = missing;
}

function missing(): Promise<never> {
  return Promise.reject(new Error("the fake does not have this; use the local Neon"));
}
