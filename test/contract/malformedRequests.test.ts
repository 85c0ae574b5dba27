import http from "node:http";
import net from "node:net";
import type * as neon from "@neondatabase/api-client";
import fc from "fast-check";
import { type Json, neonDocument, resolveRef } from "../../local/api/apiDocument";
import { checkedRoutes, type Route } from "../../local/api/routes";
import { startTestApi, type TestApi, type TestProject } from "../local/api/testApi";
import { bodySchemaOf } from "./requestSchemas";

const document = neonDocument();
const routes = checkedRoutes(document, false);

let api: TestApi;
let made: TestProject;
/** Ids of what belongs to the project and the organization. */
let access: Record<string, string>;
beforeAll(async () => {
  api = await startTestApi({ closed: false });
  made = await api.project({ name: "target" });
  const path = `/projects/${made.project.id}`;
  const permission = await api.expect<{ id: string }>(200, "POST", `${path}/permissions`, { email: "a@example.com" });
  const request = await api.expect<{ id: string }>(201, "POST", `${path}/transfer_requests`);
  const { members } = await api.expect<neon.OrganizationMembersResponse>(
    200,
    "GET",
    `/organizations/${api.neon.orgId}/members`,
  );
  access = { permission_id: permission.id, request_id: request.id, member_id: members[0]?.member.id ?? "" };
});
afterAll(() => api.close());

interface RawRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Sends exactly this, which `fetch` would repair. */
function send({ method, path, headers = {}, body }: RawRequest): Promise<{ status: number; text: string }> {
  const { port, hostname } = new URL(api.neon.apiHost);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const auth = { Authorization: `Bearer ${api.neon.apiKey}`, ...length };
    const options = { host: hostname, port, method, path, headers: { ...auth, ...headers } };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function expectNeonAnswer(answer: { status: number; text: string }, request: RawRequest): void {
  const shown = `${request.method} ${request.path} ${String(request.body)}: ${answer.status} ${answer.text}`;
  if (answer.status === 500 || answer.status < 200) throw new Error(shown);
  if (answer.status < 400) return;
  if (!answer.text.startsWith("{")) throw new Error(shown);
  const { code, message } = JSON.parse(answer.text) as { code: unknown; message: unknown };
  if (typeof code !== "string" || typeof message !== "string") throw new Error(shown);
}

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "\u0000",
    "\ud800",
    "a/b",
    "%",
    'a"b',
    "-1",
    "1e999",
    "null",
    "x".repeat(300),
  ),
);

/** A percent-encoded part of a URL, or one whose encoding is broken. */
const oddEncoded = fc.oneof(
  oddText.map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "?"))),
  fc.constantFrom("%", "%zz", "%ff", "%00", "%2F", "..", "%C3%28"),
);

/** Mostly what exists, so that handlers are reached. */
const parameterValue = (name: string): fc.Arbitrary<string> => {
  const known: Record<string, string> = {
    project_id: made.project.id,
    branch_id: made.branch.id,
    endpoint_id: made.endpoints[0]?.id ?? "",
    role_name: "neondb_owner",
    database_name: "neondb",
    operation_id: made.operations[0]?.id ?? "",
    org_id: api.neon.orgId,
    source_org_id: api.neon.orgId,
    region_id: made.project.region_id,
    vpc_endpoint_id: "vpce-1",
    key_id: "1",
    ...access,
  };
  return fc.oneof({ weight: 4, arbitrary: fc.constant(known[name] ?? "x") }, { weight: 1, arbitrary: oddEncoded });
};

const pathOf = (route: Route): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...route.segments.map(({ literal, parameter }) => (parameter ? parameterValue(parameter) : fc.constant(literal))),
    )
    .map((segments) => `/${segments.join("/")}`);

const queryOf = (route: Route): fc.Arbitrary<string> => {
  const name = fc.oneof(fc.constantFrom("cursor", "limit", ...route.queryParameters), oddEncoded);
  const value = fc.oneof(
    oddEncoded,
    fc.constantFrom("1", "true", made.branch.id, "neondb_owner", "neondb", "0", "asc"),
  );
  return fc
    .array(fc.tuple(name, value), { maxLength: 4 })
    .map((pairs) => (pairs.length ? `?${pairs.map(([key, text]) => `${key}=${text}`).join("&")}` : ""));
};

const oddJson = fc.oneof(fc.jsonValue({ maxDepth: 2 }), oddText, fc.constantFrom(1e300, -1, 0.3, null, [], {}));

/** A value of roughly the schema's form: some fields left out, some wrong, some that nobody knows. */
function shaped(schema: unknown, depth = 0): fc.Arbitrary<unknown> {
  const node = resolveRef(document, schema);
  const variants = ((node["allOf"] ?? node["oneOf"] ?? node["anyOf"]) as unknown[] | undefined) ?? [];
  const right = (): fc.Arbitrary<unknown> => {
    if (variants.length) {
      return fc
        .tuple(...variants.map((part) => shaped(part, depth)))
        .map((parts) => Object.assign({}, ...parts) as unknown);
    }
    if (Array.isArray(node["enum"])) return fc.constantFrom(...(node["enum"] as unknown[]));
    switch (node["type"]) {
      case "object":
        return objectOf(node, depth);
      case "array":
        return fc.array(shaped(node["items"], depth + 1), { maxLength: 2 });
      case "integer":
        return fc.oneof(fc.constantFrom(0, 1, 17, 60, 300), fc.integer());
      case "number":
        return fc.oneof(fc.constantFrom(0.25, 1, 2, 7, 56), fc.double({ noNaN: true, noDefaultInfinity: true }));
      case "boolean":
        return fc.boolean();
      default:
        return fc.oneof(fc.constantFrom("name", made.branch.id, made.project.id, "neondb_owner"), oddText);
    }
  };
  return fc.oneof({ weight: 9, arbitrary: right() }, { weight: 1, arbitrary: oddJson });
}

function objectOf(node: Json, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries((node["properties"] ?? {}) as Json);
  const required = new Set((node["required"] as string[] | undefined) ?? []);
  if (depth > 5 || properties.length === 0) return fc.dictionary(oddText, oddText, { maxKeys: 2 });
  const fields = properties.map(([name, schema]) =>
    fc
      .option(shaped(schema, depth + 1), { nil: undefined, freq: required.has(name) ? 20 : 1 })
      .map((value) => (value === undefined ? {} : { [name]: value })),
  );
  const unknownField = fc
    .option(oddJson, { nil: undefined, freq: 1 })
    .map((value) => (value === undefined ? {} : { zzz: value }));
  return fc.tuple(...fields, unknownField).map((parts) => Object.assign({}, ...parts) as unknown);
}

const bodyOf = (route: Route): fc.Arbitrary<string | undefined> => {
  const schema = bodySchemaOf(route);
  const json = (schema ? shaped(schema) : oddJson).map((value) => JSON.stringify(value));
  const broken = fc.constantFrom("{", "[]]", "nul", '{"project":', "\u0000", "");
  return fc.oneof(
    { weight: 6, arbitrary: json },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
};

describe("no request, however malformed, gets a 500", () => {
  it.each(routes.map((route) => [route.operationId, route] as const))("%s", async (_, route) => {
    // What would take the target away has its own tests.
    const destructive = [
      "deleteProject",
      "deleteProjectEndpoint",
      "deleteProjectBranchRole",
      "deleteProjectBranchDatabase",
    ];
    const path = destructive.includes(route.operationId)
      ? pathOf(route).map((text) => text.replace(/[^/]*$/, "not-there"))
      : pathOf(route);
    const request = fc.record({
      method: fc.constant(route.method),
      path: fc.tuple(fc.constantFrom("", "/api/v2"), path, queryOf(route)).map((parts) => parts.join("")),
      headers: fc.constantFrom<Record<string, string>[]>(
        { "Content-Type": "application/json" },
        { "Content-Type": "text/xml" },
        {},
      ),
      body: bodyOf(route),
    });
    await fc.assert(
      fc.asyncProperty(request, async (raw) => expectNeonAnswer(await send(raw), raw)),
      { numRuns: 12 },
    );
  });

  it("for any method and path at all", async () => {
    const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND");
    const path = fc.array(fc.oneof(oddEncoded, fc.constantFrom("projects", "branches", "api", "v2", "")), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(method, path, async (verb, segments) => {
        const raw = { method: verb, path: `/${segments.join("/")}` };
        const answer = await send(raw);
        if (verb === "HEAD") expect(answer.status).toBeLessThan(500);
        else expectNeonAnswer(answer, raw);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, number, RawRequest]>([
    ["a huge body", 413, { method: "POST", path: "/projects", body: Buffer.alloc(2_000_000, 32) }],
    ["bytes that are not UTF-8", 400, { method: "POST", path: "/projects", body: Buffer.from([0x22, 0xff, 0x22]) }],
    [
      "a body nested deeply",
      400,
      { method: "POST", path: "/projects", body: "[".repeat(200_000) + "]".repeat(200_000) },
    ],
    [
      "a deep unknown field",
      201,
      { method: "POST", path: "/projects", body: `{"project":{"x":${"[".repeat(99_999)}${"]".repeat(99_999)}}}` },
    ],
    ["no body where one is needed", 400, { method: "POST", path: "/projects" }],
    ["broken encoding in the path", 400, { method: "GET", path: "/projects/%zz" }],
    ["an empty segment", 301, { method: "GET", path: "/api/v2/projects//branches" }],
    ["another method", 405, { method: "DELETE", path: "/regions" }],
    ["an unknown path", 404, { method: "GET", path: "/nowhere" }],
  ])("%s is answered %s", async (_, status, raw) => {
    expect((await send({ headers: { "Content-Type": "application/json" }, ...raw })).status).toBe(status);
  });

  it("noise that is not HTTP is answered as a wrong request", async () => {
    const socket = net.connect(Number(new URL(api.neon.apiHost).port), "127.0.0.1");
    socket.end("\u0016\u0003\u0001 not http\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 400 .*\r\n\r\n\{"code":"",/s);
  });

  it("and the server goes on", async () => {
    expect(api.log.filter((line) => line.endsWith(" 500"))).toEqual([]);
    await api.expect(200, "GET", "/regions");
  });
});
