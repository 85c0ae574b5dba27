import * as pulumi from "@pulumi/pulumi";
import {
  ApiKey,
  AppRole,
  Branch,
  Database,
  Endpoint,
  JwksUrl,
  Project,
  ProjectPermission,
  Role,
  SnapshotSchedule,
  VpcEndpointAssignment,
  VpcEndpointRestriction,
} from "../../../provider";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return { id: id || `${name}-id`, state: { ...(inputs as object), projectId: `${name}-id`, branchId: "br-1" } };
      },
      call: () => ({}),
    },
    "shop",
    "acme",
    false,
  );
});

beforeEach(() => {
  registered.length = 0;
  pulumi.runtime.setAllConfig({});
});

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));
const args = { name: "acme", regionId: "aws-eu-central-1", fleet: "fleet-1" };

test("every class registers its frozen type and the constant text", async () => {
  const project = new Project("p", args);
  const at = { projectId: project.projectId, branchId: "br-1" };
  const all = [
    project,
    new Branch("b", { projectId: project.projectId, name: "dev" }),
    new Endpoint("e", { ...at, type: "read_only" }),
    new Role("r", { ...at, name: "app" }),
    new Database("d", { ...at, name: "crm", ownerName: "app" }),
    new AppRole("a", { ...at, name: "web", access: "readOnly", password: "canary", ownerUri: "canary" }),
    new SnapshotSchedule("s", { ...at, schedule: [{ frequency: "daily" }] }),
    new ProjectPermission("pp", { projectId: project.projectId, email: "a@example.com" }),
    new ApiKey("k", { projectId: project.projectId, name: "ci" }),
    new JwksUrl("j", { projectId: project.projectId, jwksUrl: "https://example.com/jwks", providerName: "Clerk" }),
    new VpcEndpointAssignment("va", { regionId: "aws-us-east-2", vpcEndpointId: "vpce-1", label: "l" }),
    new VpcEndpointRestriction("vr", { projectId: project.projectId, vpcEndpointId: "vpce-1", label: "l" }),
  ];
  await Promise.all(all.map((resource) => value(resource.urn)));
  const classes = [
    Project,
    Branch,
    Endpoint,
    Role,
    Database,
    AppRole,
    SnapshotSchedule,
    ProjectPermission,
    ApiKey,
    JwksUrl,
    VpcEndpointAssignment,
    VpcEndpointRestriction,
  ];
  const named = classes.map((one) => one.name);
  for (const kind of named) {
    const found = registered.find(({ type }) => type === `pulumi-nodejs:dynamic/neon:${kind}`);
    expect(found?.inputs.__provider).toMatch(
      new RegExp(`"neon-tenants/provider"\\)\\.${kind.charAt(0).toLowerCase()}${kind.slice(1)}$`),
    );
  }
  expect(classes.map((kind) => all.map((it) => kind.isInstance(it)))).toEqual(
    named.map((_kind, index) => named.map((_other, position) => index === position)),
  );
});

test("a project carries the mark of its fleet, stack and place in the program, and no fleet among its inputs", async () => {
  const parent = new pulumi.ComponentResource("shop:index:Tenant", "around");
  const project = new Project("p", args, { parent });
  await value(project.urn);
  const { inputs } = registered.find(({ name }) => name === "p")!;
  expect(inputs.mark).toEqual({
    fleet: "fleet-1",
    stack: "acme",
    resource: "shop:index:Tenant$pulumi-nodejs:dynamic/neon:Project::p",
  });
  expect(inputs).not.toHaveProperty("fleet");
});

test("the fleet may come from the configuration", async () => {
  pulumi.runtime.setAllConfig({ "neon:fleet": "fleet-of-config" });
  const { fleet: _fleet, ...rest } = args;
  await value(new Project("p", rest).urn);
  expect(registered[0]!.inputs.mark).toMatchObject({ fleet: "fleet-of-config" });
});

test("outputs are there although the class declares fields of the same names", async () => {
  const project = new Project("p", args);
  expect(await value(project.projectId)).toBe("p-id");
  expect(await value(project.name)).toBe("acme");
});

test("get reads by id and sends nothing but the text", async () => {
  const project = Project.get("p", "calm-sun-1");
  expect(await value(project.id)).toBe("calm-sun-1");
  expect(Object.keys(registered[0]!.inputs)).toEqual(["__provider"]);
});

test("an API key in clear in the configuration is refused before anything is registered", () => {
  pulumi.runtime.setAllConfig({ "neon:apiKey": "napi_canary" });
  const refused = () => new Project("p", args);
  expect(refused).toThrow("NEON_API_KEY_PLAINTEXT");
  expect(refused).not.toThrow("napi_canary");
  expect(registered).toEqual([]);
  pulumi.runtime.setAllConfig({ "neon:apiKey": "napi_canary" }, ["neon:apiKey"]);
  expect(refused).not.toThrow();
});
