import fs from "node:fs";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { neonDocument } from "../../local/api/apiDocument";
import type { Handlers } from "../../local/api/call";
import { callerFinder } from "../../local/api/callers";
import { createContext } from "../../local/api/createContext";
import { handlers } from "../../local/api/handlers/handlers";
import { serveApi } from "../../local/api/serveApi";
import { Store } from "../../local/store/store";
import { fakeComputes } from "../local/api/fakeComputes";

/** The answer of `GET` or `POST` on a server with these handlers, and whether a project was kept. */
async function answerOf(
  replaced: Handlers,
  closed: boolean,
  method = "GET",
  route = "/regions",
): Promise<{ status: number; message: string; projects: number }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "contract-"));
  const store = new Store(path.join(folder, "neon.sqlite"));
  const context = createContext({ store, computes: fakeComputes(), pgPort: 5432, caFile: "/ca" });
  const server = http.createServer();
  serveApi(server, {
    document: neonDocument(),
    handlers: { ...handlers, ...replaced },
    context,
    authenticate: callerFinder(context),
    closed,
    log: () => undefined,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${route}`, {
      method,
      headers: { Authorization: "Bearer local", "Content-Type": "application/json" },
      body: method === "GET" ? undefined : JSON.stringify({ project: {} }),
    });
    const { message = "" } = (await response.json()) as { message?: string };
    return { status: response.status, message, projects: store.all("project").length };
  } finally {
    server.closeAllConnections();
    server.close();
    await context.runner.close();
    store.close();
    fs.rmSync(folder, { recursive: true });
  }
}

const region = { region_id: "r", name: "R", default: true, geo_lat: "0", geo_long: "0" };
const regionsAre = (...regions: unknown[]): Handlers => ({
  getActiveRegions: () => ({ status: 200, body: { regions } }),
});

describe("a handler that leaves Neon's document", () => {
  it("is caught when a field has the wrong type", async () => {
    const answer = await answerOf(regionsAre({ ...region, default: "yes" }), false);
    expect(answer).toMatchObject({ status: 500, message: expect.stringContaining("must be boolean") as unknown });
  });

  it("is caught when a required field is missing", async () => {
    const { geo_lat: _without, ...rest } = region;
    const answer = await answerOf(regionsAre(rest), false);
    expect(answer).toMatchObject({ status: 500, message: expect.stringContaining("geo_lat") as unknown });
  });

  it("is caught in closed mode when there is a field that the document does not name", async () => {
    const wrong = regionsAre({ ...region, regionId: "r" });
    expect(await answerOf(wrong, true)).toMatchObject({
      status: 500,
      message: expect.stringContaining("regionId") as unknown,
    });
    expect(await answerOf(wrong, false)).toMatchObject({ status: 200 });
    expect(await answerOf(regionsAre(region), true)).toMatchObject({ status: 200 });
  });

  it("keeps nothing of the request", async () => {
    const createProject: Handlers[string] = (call, context) => {
      const reply = handlers["createProject"]!(call, context);
      return { ...reply, body: { ...(reply.body as object), branch: undefined } };
    };
    const wrong = await answerOf({ createProject }, false, "POST", "/projects");
    expect(wrong).toMatchObject({ status: 500, message: expect.stringContaining("branch") as unknown, projects: 0 });
    expect(await answerOf({}, false, "POST", "/projects")).toMatchObject({ status: 201, projects: 1 });
  });
});
