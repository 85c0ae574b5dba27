import type * as neon from "@neondatabase/api-client";
import { type ManualClock, manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import type { ComputeObserver } from "../../../local/types";
import { fakeComputes } from "../api/fakeComputes";
import { startTestApi, type TestApi, type TestProject } from "../api/testApi";

/** Half an hour before noon, in the middle of a billing period. */
export const start = new Date("2027-03-10T11:30:00Z");

/** A server over fake computes whose usage the test dictates, with time that stands still until it is moved. */
export interface Metered {
  api: TestApi;
  clock: ManualClock;
  /** What the Postgres side tells and asks. */
  observer: ComputeObserver;
  wake: (project: TestProject) => void;
  refusal: (project: TestProject) => string | undefined;
  isAwake: (project: TestProject) => boolean;
  setQuota: (project: TestProject, quota: Partial<neon.ProjectQuota>) => Promise<void>;
  get: (project: TestProject) => Promise<neon.Project>;
}

export const idsOf = (project: TestProject) => ({
  projectId: project.project.id,
  branchId: project.branch.id,
  endpointId: project.endpoints[0]?.id ?? "",
});

export async function startMetered(options: LocalNeonOptions = {}, clock = manualClock(start)): Promise<Metered> {
  const computes = fakeComputes();
  // Fake operations take no time: the manual clock would hold them up.
  const api = await startTestApi({ ...options, clock }, computes);
  const observer = computes.observer();
  if (!observer) throw new Error("nobody observes");
  return {
    api,
    clock,
    observer,
    wake: (project) => computes.wake(idsOf(project).endpointId),
    refusal: (project) => observer.refusal(idsOf(project).endpointId),
    isAwake: (project) => computes.state(idsOf(project).endpointId).state === "active",
    async setQuota(project, quota) {
      const { projectId } = idsOf(project);
      await api.expect(200, "PATCH", `/projects/${projectId}`, { project: { settings: { quota } } });
      // The counters are looked at after the transaction.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async get(project) {
      const path = `/projects/${idsOf(project).projectId}`;
      return (await api.expect<neon.ProjectResponse>(200, "GET", path)).project;
    },
  };
}

/** A project whose operations are over, though time stands still. */
export async function newProject({ api, clock }: Metered, fields: Record<string, unknown> = {}): Promise<TestProject> {
  const created = await api.expect<TestProject>(201, "POST", "/projects", { project: fields });
  await finish(api, clock, created.project.id);
  return created;
}

/** Lets the operations of a project end, which wait some milliseconds each. */
export async function finish(api: TestApi, clock: ManualClock, projectId: string): Promise<void> {
  for (;;) {
    const path = `/projects/${projectId}/operations`;
    const { operations } = await api.expect<neon.OperationsResponse>(200, "GET", path);
    if (!operations.some(({ status }) => ["scheduling", "running"].includes(status))) return;
    clock.advance(5);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
