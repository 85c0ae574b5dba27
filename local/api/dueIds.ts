/** The entry of the timetable at which a branch expires. */
export const branchExpiryId = (branchId: string) => `expiry ${branchId}`;

/** The same for a snapshot. */
export const snapshotExpiryId = (snapshotId: string) => `expiry ${snapshotId}`;

/** The next time of the n-th entry of a branch's backup schedule. */
export const scheduleDueId = (branchId: string, index: number) => `schedule ${branchId} ${index}`;
