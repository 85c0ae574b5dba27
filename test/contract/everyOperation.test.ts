import { neonDocument } from "../../local/api/apiDocument";
import { handlers } from "../../local/api/handlers/handlers";
import { checkedRoutes, matchRoutes } from "../../local/api/routes";
import { startTestApi, type TestApi } from "../local/api/testApi";
import { accountSteps, organizationSteps } from "./accountSteps";
import { filled, type MadeIds, noteIds } from "./madeIds";
import { fullProject, projectSteps, twoOrganizations } from "./projectSteps";
import type { Step } from "./step";

const document = neonDocument();
const routes = checkedRoutes(document, false);

let api: TestApi;
beforeAll(async () => (api = await startTestApi(twoOrganizations)));
afterAll(() => api.close());

/** After these there is no project whose operations could be waited for. */
const withoutProject = ["deleteProject", "listProjects"];

/** Makes the call of a step in closed mode: an answer outside of the document is a 500. */
async function run(made: MadeIds, [operationId, method, template, body, status]: Step): Promise<void> {
  const path = filled(template, made);
  const segments = (path.split("?")[0] ?? "").slice(1).split("/");
  const route = matchRoutes(routes, segments).find((candidate) => candidate.method === method);
  expect(route?.operationId).toBe(operationId);
  const answer = await api.expect<Record<string, unknown> | undefined>(status, method, path, body);
  noteIds(made, operationId, answer);
}

it("answers a valid call of every built operation within Neon's document", async () => {
  const done = new Set(["createProject"]);
  const created = await api.project(fullProject);
  const made: MadeIds = {};
  for (const step of [...accountSteps(api.neon.orgId), ...organizationSteps(api.neon.orgId)]) {
    await run(made, step);
    done.add(step[0]);
  }
  for (const step of projectSteps(created)) {
    await run(made, step);
    done.add(step[0]);
    if (!withoutProject.includes(step[0])) await api.settle(created.project.id);
  }
  expect([...done].sort()).toEqual(Object.keys(handlers).sort());
});

it("answers 501 with the operation id for every operation that is not built", async () => {
  const unbuilt = routes.filter(({ operationId }) => !(operationId in handlers));
  expect(unbuilt.length).toBeGreaterThan(50);
  const bare = unbuilt.filter((route) => !route.bodyRequired);
  let answered = 0;
  for (const route of bare) {
    const path = route.template.replace("{operation_id}", "00000000-0000-4000-8000-000000000000");
    const answer = await api.request("GET" === route.method ? "GET" : route.method, path.replace(/\{\w+\}/g, "1"));
    // Some need a query or more in the path; those are refused before.
    expect([400, 501]).toContain(answer.status);
    if (answer.status !== 501) continue;
    answered += 1;
    expect(answer.body.message).toContain(route.operationId);
  }
  expect(answered).toBeGreaterThan(30);
});

it("builds every operation of the groups that it promises, masking excepted", () => {
  const promised = new Set([
    "Project",
    "Branch",
    "Endpoint",
    "Snapshot",
    "Operation",
    "Region",
    "API Key",
    "Consumption",
    "Users",
    "Organizations",
  ]);
  const isPromised = ({ template, method }: (typeof routes)[number]) => {
    const item = (document["paths"] as Record<string, Record<string, { tags: string[] }>>)[template];
    return item?.[method.toLowerCase()]?.tags.some((tag) => promised.has(tag)) ?? false;
  };
  const missing = routes.filter((route) => isPromised(route) && !(route.operationId in handlers));
  expect(missing.map(({ operationId }) => operationId).sort()).toEqual([
    "createProjectBranchAnonymized",
    "getAnonymizedBranchStatus",
    "getMaskingRules",
    "startAnonymization",
    "updateMaskingRules",
  ]);
});
