import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expectCode, FleetFixture } from "../fleet/fleetFixture";
import { normalizedState } from "./normalizedState";

/** A program with the options that leave a trace in the state; `renamed` is its second version. */
const programOf = (renamed: boolean): string => `
const pulumi = require("@pulumi/pulumi");
const { Database, Project, Role } = require("neon-tenants/provider");
module.exports = async () => {
  const around = new pulumi.ComponentResource("shop:index:Around", "around");
  const project = new Project(
    ${renamed ? '"new"' : '"old"'},
    { name: "acme", regionId: "aws-eu-central-1", fleet: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10", historyRetentionSeconds: ${renamed ? 3600 : 7200} },
    {
      parent: around,
      protect: true,
      retainOnDelete: true,
      additionalSecretOutputs: ["host"],
      ignoreChanges: ["historyRetentionSeconds"],
      customTimeouts: { create: "5m", update: "6m" },
      ${renamed ? 'aliases: [{ name: "old" }],' : ""}
    },
  );
  const at = { projectId: project.projectId, branchId: project.branchId };
  const role = new Role("app", { ...at, name: "app" }, { dependsOn: [project, around], replaceOnChanges: ["name"] });
  new Database("crm", { ...at, name: "crm", ownerName: role.name }, { parent: role, deletedWith: project });
  return { uri: project.directUri, nested: { list: [project.projectId, pulumi.secret("in secret")] }, nothing: undefined };
};`;

interface Resource {
  urn: string;
  [option: string]: unknown;
}

type State = { latest: { resources: Resource[] } };

const doors = {
  direct: async (fleet: FleetFixture) => {
    const options = { cwd: fleet.folder, env: fleet.env() };
    await promisify(execFile)(process.execPath, [path.join(__dirname, "runProgram.js"), "acme"], options);
  },
  plain: async (fleet: FleetFixture) => {
    const up = ["up", "--yes", "--skip-preview", "--stack", "acme", "--non-interactive", "--color=never"];
    expectCode(await fleet.pulumi(up), 0);
  },
};

async function statesThrough(door: keyof typeof doors): Promise<State[]> {
  const fleet = await FleetFixture.start();
  try {
    fleet.write({ acme: {} });
    const states: State[] = [];
    for (const renamed of [false, true]) {
      fleet.program(programOf(renamed));
      await doors[door](fleet);
      const file = path.join(fleet.folder, "backend", ".pulumi", "stacks", "shop", "acme.json");
      states.push((await normalizedState(file, fleet.passphrase)) as State);
    }
    return states;
  } finally {
    await fleet.stop();
  }
}

let direct: State[];
let plain: State[];
beforeAll(async () => {
  direct = await statesThrough("direct");
  plain = await statesThrough("plain");
}, 300_000);

describe("a program with every resource option", () => {
  it.each([
    ["created", 0],
    ["renamed with an alias", 1],
  ])("%s: the direct engine leaves the state of plain `pulumi up`", (_step, index) => {
    expect(direct[index]).toEqual(plain[index]);
  });

  it("has them in the state, and the alias kept the project", () => {
    const projects = direct[1]?.latest.resources.filter(({ urn }) => urn.includes("neon:Project"));
    expect(projects).toHaveLength(1);
    expect(projects?.[0]).toMatchObject({
      urn: expect.stringMatching(/::new$/) as string,
      protect: true,
      retainOnDelete: true,
      customTimeouts: { create: 300, update: 360 },
      ignoreChanges: ["historyRetentionSeconds"],
      inputs: { historyRetentionSeconds: 7200 },
    });
    const role = direct[1]?.latest.resources.find(({ urn }) => urn.endsWith("neon:Role::app"));
    expect(role?.dependencies).toHaveLength(1);
    const database = direct[1]?.latest.resources.find(({ urn }) => urn.includes("neon:Database"));
    expect(database).toMatchObject({ parent: role?.urn, deletedWith: projects?.[0]?.urn });
    const stack = direct[1]?.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    expect(JSON.stringify(stack?.outputs)).toContain("in secret");
  });
});
