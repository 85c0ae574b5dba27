import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import { create, faultedApis, operationsOf, progress, projectNamed, send, until } from "./faultedApi";

const start = faultedApis();

describe("an operation that fails", () => {
  it("shows its error, has not done its work, and cancels those behind it", async () => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", kind: "operationFails", error: "no capacity", first: 1 });
    expect((await create(api)).status).toBe(201);
    const { id } = await projectNamed(api, "customer");
    await api.settle(id);
    expect(await progress(api, id)).toEqual(["create_timeline failed", "start_compute cancelled"]);
    const [, failed] = await operationsOf(api, id);
    expect(failed).toMatchObject({ error: "no capacity", failures_count: 1 });
    expect(api.computes.calls.map(([name]) => name)).not.toContain("addEndpoint");
    expect(api.neon.faults.log).toEqual([
      expect.objectContaining({
        kind: "operationFails",
        committed: true,
        operation: { id: failed?.id, projectId: id, action: "create_timeline" },
      }),
    ]);
    await api.expect(200, "DELETE", `/projects/${id}`);
  });

  it("is chosen by its action and counted by itself, whatever other requests come", async () => {
    const api = await start();
    const fault = api.neon.faults.add({
      route: "*",
      kind: "operationFails",
      action: "start_compute",
      after: 1,
      first: 1,
    });
    const statuses: string[][] = [];
    for (const name of ["a", "b", "c"]) {
      await create(api, name);
      const { id } = await projectNamed(api, name);
      await api.settle(id);
      statuses.push(await progress(api, id));
    }
    const good = ["create_timeline finished", "start_compute finished"];
    expect(statuses).toEqual([good, ["create_timeline finished", "start_compute failed"], good]);
    expect([fault.matched, fault.fired]).toEqual([3, 1]);
  });

  it("leaves a compute whose start failed to the next connection or start, as at Neon", async () => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", kind: "operationFails", action: "start_compute", first: 1 });
    await create(api);
    const { id } = await projectNamed(api, "customer");
    await api.settle(id);
    const { endpoints } = await api.expect<neon.EndpointsResponse>(200, "GET", `/projects/${id}/endpoints`);
    const endpointId = endpoints[0]?.id ?? "";
    expect(api.computes.endpoints.has(endpointId)).toBe(true);
    await api.expect(200, "POST", `/projects/${id}/endpoints/${endpointId}/start`);
    await api.settle(id);
    expect(api.computes.calls.at(-1)).toEqual(["start", endpointId]);
  });

  it("never lets Postgres and the API disagree about roles and about what was deleted", async () => {
    const api = await start();
    const { project, branch } = await api.project();
    const base = `/projects/${project.id}/branches`;
    const child = await api.expect<neon.BranchResponse & neon.EndpointsResponse>(201, "POST", base, {
      endpoints: [{ type: "read_write" }],
    });
    await api.settle(project.id);
    api.neon.faults.add({ route: "*", kind: "operationFails" });
    const { role } = await api.expect<neon.RoleResponse>(201, "POST", `${base}/${branch.id}/roles`, {
      role: { name: "app" },
    });
    await api.settle(project.id);
    expect(await progress(api, project.id)).toContain("apply_config failed");
    const spec = { name: "app", password: role.password, noLogin: false };
    expect(api.computes.calls).toContainEqual(["createRole", branch.id, spec]);
    await api.expect(200, "DELETE", `${base}/${child.branch.id}`);
    await api.settle(project.id);
    expect((await progress(api, project.id)).slice(-2)).toEqual([
      "suspend_compute failed",
      "delete_timeline cancelled",
    ]);
    await until(() => !api.computes.branches.has(child.branch.id));
    expect(api.computes.endpoints.has(child.endpoints[0]?.id ?? "")).toBe(false);
  });
});

describe("an operation that hangs", () => {
  it("locks its project until it is released, and then does its work", async () => {
    const api = await start();
    const fault = api.neon.faults.add({
      route: "createProject",
      kind: "operationHangs",
      action: "start_compute",
      first: 1,
    });
    await create(api);
    const { id } = await projectNamed(api, "customer");
    await until(async () => (await progress(api, id)).join() === "create_timeline finished,start_compute running");
    expect(fault.hanging).toEqual([(await operationsOf(api, id))[0]?.id]);
    await api.expect(423, "PATCH", `/projects/${id}`, { project: { name: "x" } });
    expect(api.computes.calls.map(([name]) => name)).not.toContain("addEndpoint");
    fault.release();
    await api.settle(id);
    expect(fault.hanging).toEqual([]);
    expect(api.computes.calls.map(([name]) => name)).toContain("addEndpoint");
    await api.expect(200, "PATCH", `/projects/${id}`, { project: { name: "x" } });
  });

  it("goes on when its fault is removed or all are cleared", async () => {
    const api = await start();
    const hang = () => api.neon.faults.add({ route: "*", kind: "operationHangs" });
    const first = hang();
    await create(api, "a");
    const a = await projectNamed(api, "a");
    first.remove();
    await api.settle(a.id);
    hang();
    await create(api, "b");
    const b = await projectNamed(api, "b");
    api.neon.faults.clear();
    await api.settle(b.id);
    expect(api.neon.faults.active).toEqual([]);
    expect(await progress(api, b.id)).toEqual(["create_timeline finished", "start_compute finished"]);
  });

  it("does not keep the server from closing, and goes on at the next start; one that fails fails there too", async () => {
    const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "faults-"));
    try {
      const first = await start({ stateFolder, clock: manualClock(new Date("2026-01-01T00:00:00Z")) });
      first.neon.faults.add({ route: "*", kind: "operationHangs", action: "create_timeline", first: 1 });
      first.neon.faults.add({ route: "*", kind: "operationFails", action: "start_compute", first: 1 });
      await create(first);
      await first.close();
      const again = await start({ stateFolder });
      const { id } = await projectNamed(again, "customer");
      await until(async () =>
        (await progress(again, id)).every((line) => !line.endsWith("running") && !line.endsWith("scheduling")),
      );
      expect(await progress(again, id)).toEqual(["create_timeline finished", "start_compute failed"]);
      await again.close();
    } finally {
      fs.rmSync(stateFolder, { recursive: true, force: true });
    }
  });
});

describe("a spontaneous lock", () => {
  it("refuses the request that met it and those that follow, until its operation is over", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    await create(api);
    const { id } = await projectNamed(api, "customer");
    await until(async () => {
      clock.advance(5);
      return (await progress(api, id)).every((line) => line.endsWith("finished"));
    });
    const fault = api.neon.faults.add({ route: "* /projects/**", kind: "lock", durationMs: 3000, first: 1 });
    const rename = () => send(api, "PATCH", `/projects/${id}`, { body: { project: { name: "renamed" } } });
    await send(api, "GET", "/projects");
    await send(api, "GET", "/projects/no-such-project-1");
    expect(fault.matched).toBe(0);
    expect((await rename()).status).toBe(423);
    expect((await rename()).status).toBe(423);
    expect((await progress(api, id)).at(-1)).toBe("check_availability running");
    expect(api.neon.faults.log).toMatchObject([{ kind: "lock", committed: false, operation: { projectId: id } }]);
    // The operation begins after the request that it came with.
    await until(async () => {
      clock.advance(3000);
      return (await rename()).status === 200;
    });
    expect((await progress(api, id)).at(-1)).toBe("check_availability finished");
  });

  it("comes behind the operations of a project that is made, which its answer does not tell", async () => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", kind: "lock", durationMs: 0, first: 1 });
    const seen = await create(api);
    const answer = JSON.parse(seen.text) as neon.OperationsResponse;
    expect(answer.operations).toHaveLength(2);
    const { id } = await projectNamed(api, "customer");
    await api.settle(id);
    expect(await progress(api, id)).toEqual([
      "create_timeline finished",
      "start_compute finished",
      "check_availability finished",
    ]);
  });
});
