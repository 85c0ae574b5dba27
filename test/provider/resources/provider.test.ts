import type * as pulumi from "@pulumi/pulumi";
import * as provider from "../../../provider";
import type { ResourceKind } from "../../../provider";
import { FakeNeonApi } from "../fakeNeonApi";
import { FakeWorld } from "../fakeWorld";

const kinds: ResourceKind[] = [
  "project",
  "branch",
  "endpoint",
  "role",
  "database",
  "appRole",
  "snapshotSchedule",
  "projectPermission",
  "apiKey",
  "jwksUrl",
  "vpcEndpointAssignment",
  "vpcEndpointRestriction",
];

/** The texts that are in the state of every customer. They must be here for ever, as they are. */
const texts: Record<ResourceKind, string> = {
  project:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").project',
  branch:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").branch',
  endpoint:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").endpoint',
  role: 'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").role',
  appRole:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").appRole',
  database:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").database',
  snapshotSchedule:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").snapshotSchedule',
  projectPermission:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").projectPermission',
  apiKey:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").apiKey',
  jwksUrl:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").jwksUrl',
  vpcEndpointAssignment:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").vpcEndpointAssignment',
  vpcEndpointRestriction:
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").vpcEndpointRestriction',
};

const config = (values: Record<string, string>): pulumi.dynamic.ConfigureRequest => ({
  config: {
    get: (key) => values[key],
    require: (key) => values[key]!,
  },
});

const inputs = {
  name: "acme",
  regionId: "aws-eu-central-1",
  mark: { fleet: "fleet-1", stack: "acme", resource: "neon:Project::acme" },
  __provider: texts.project,
};

describe.each(kinds)("the provider of a %s", (kind) => {
  test("is what the text in old states names, and makes a new instance each time", () => {
    expect(provider.providerKindOf(texts[kind])).toBe(kind);
    const { [kind]: first } = provider;
    const { [kind]: second } = provider;
    expect(first).not.toBe(second);
    for (const method of ["configure", "check", "diff", "create", "read", "update", "delete"] as const) {
      expect(typeof first[method]).toBe("function");
    }
  });

  test("answers anything at all in check", async () => {
    const { failures } = await provider.createProvider(kind).check!({}, { __provider: texts[kind], surprise: 1 });
    expect(failures!.length).toBeGreaterThan(1);
  });
});

test("a text that was never ours is not one of our kinds", () => {
  expect(provider.providerKindOf(`${texts.project};`)).toBeUndefined();
});

describe("several instances in one process", () => {
  test("each see their own configuration", async () => {
    const seen: (string | undefined)[] = [];
    const make = () =>
      provider.createProvider("project", {
        api: (read) => {
          seen.push(read("apiKey"));
          return new FakeNeonApi(new FakeWorld());
        },
      });
    const [a, b] = [make(), make()];
    await a.configure!(config({ "neon:apiKey": "key-a" }));
    await b.configure!(config({ "neon:apiKey": "key-b" }));
    await Promise.all([a.create(inputs), b.create(inputs)]);
    expect(seen.sort()).toEqual(["key-a", "key-b"]);
  });

  test("do not take one's run for another's", async () => {
    const world = new FakeWorld();
    const make = () => provider.createProvider("project", { api: () => new FakeNeonApi(world) });
    const first = make();
    const unlocked = { ...inputs, deletionProtection: false };
    const { id, outs } = (await first.create(unlocked)) as { id: string; outs: object };
    const replacing = make();
    await replacing.check!({}, unlocked);
    await expect(replacing.delete!(id, outs)).rejects.toMatchObject({ code: "NEON_REPLACE_REFUSED" });
    await make().delete!(id, outs);
    expect(world.names()).toEqual([]);
  });
});

test("a project is looked for and made in the organization that it names", async () => {
  const organizations: (string | undefined)[] = [];
  const own = provider.createProvider("project", {
    api: (_read, orgId) => {
      organizations.push(orgId);
      return new FakeNeonApi(new FakeWorld(), { orgId });
    },
  });
  await own.create({ ...inputs, orgId: "org-paid" });
  expect(organizations).toEqual(["org-paid"]);
});

test("a missing key is said when a call needs it, with the way out, and not before", async () => {
  const own = provider.createProvider("project", { env: {} });
  await own.configure!(config({}));
  expect((await own.check!({}, inputs)).failures).toEqual([]);
  await expect(own.create(inputs)).rejects.toMatchObject({ code: "NEON_API_KEY_MISSING" });
});

test("what is gone reads as an empty id", async () => {
  const own = provider.createProvider("role", { api: () => new FakeNeonApi(new FakeWorld()) });
  expect(await own.read!("project-1/br-1/app", { __provider: texts.role })).toEqual({ id: "", props: {} });
});
