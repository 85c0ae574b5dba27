import type {
  ApiKeyDocument,
  InvitationDocument,
  JwksDocument,
  KeyUseDocument,
  MemberDocument,
  PermissionDocument,
  TransferRequestDocument,
  VpcEndpointDocument,
} from "./accountDocuments";
import type { BranchDocument, DatabaseDocument, RemovedRoleDocument, RoleDocument } from "./branchDocuments";
import type { ComputeTimesDocument, EndpointDocument } from "./endpointDocuments";
import type { Operation } from "./neonTypes";
import type { ProjectDocument, RecoverableProjectDocument } from "./projectDocuments";
import type { SnapshotDocument, SnapshotScheduleDocument } from "./snapshotDocuments";
import type { CleanupDocument, DueDocument, PendingDocument } from "./workDocuments";
import type { ClockDocument, UsageBranchDocument, UsageHourDocument, UsageProjectDocument } from "./usageDocuments";

export type * from "./accountDocuments";
export type * from "./branchDocuments";
export type * from "./endpointDocuments";
export type * from "./neonTypes";
export type * from "./projectDocuments";
export type * from "./snapshotDocuments";
export type * from "./workDocuments";

/**
 * Every kind of document in the store. A deleted project is `recoverableProject` for a time and stays as `deletedProject`, so that
 * list cursors that name it hold.
 */
export interface Documents {
  project: ProjectDocument;
  recoverableProject: RecoverableProjectDocument;
  deletedProject: ProjectDocument;
  deletedBranch: BranchDocument;
  deletedEndpoint: EndpointDocument;
  apiKey: ApiKeyDocument;
  keyUse: KeyUseDocument;
  member: MemberDocument;
  invitation: InvitationDocument;
  spendingLimit: { spending_limit_cents: number };
  orgVpcEndpoint: VpcEndpointDocument;
  projectVpcEndpoint: VpcEndpointDocument;
  permission: PermissionDocument;
  transferRequest: TransferRequestDocument;
  jwks: JwksDocument;
  branch: BranchDocument;
  endpoint: EndpointDocument;
  computeTimes: ComputeTimesDocument;
  role: RoleDocument;
  database: DatabaseDocument;
  operation: Operation;
  pending: PendingDocument;
  cleanup: CleanupDocument;
  usageProject: UsageProjectDocument;
  usageBranch: UsageBranchDocument;
  usageHour: UsageHourDocument;
  clock: ClockDocument;
  removedRole: RemovedRoleDocument;
  snapshot: SnapshotDocument;
  snapshotSchedule: SnapshotScheduleDocument;
  due: DueDocument;
}
export type Kind = keyof Documents;
