import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expectCode, FleetFixture } from "./fleetFixture";

const root = path.resolve(__dirname, "../../..");
const plain = ["--non-interactive", "--color=never"];
let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await FleetFixture.start();
});
afterAll(() => fleet.stop());

describe("the example fleet", () => {
  it("stacks the same customer from the project's root and from its own folder, as apply does", async () => {
    rmSync(path.join(fleet.folder, "index.js"));
    cpSync(path.join(root, "Pulumi.yaml"), path.join(fleet.folder, "Pulumi.yaml"));
    const example = path.join(fleet.folder, "examples", "fleet");
    mkdirSync(example, { recursive: true });
    for (const name of ["Pulumi.yaml", "index.js", "tenants.yaml"]) {
      cpSync(path.join(root, "examples", "fleet", name), path.join(example, name));
    }
    // A package whose own entry is something else, as this one's is.
    writeFileSync(
      path.join(fleet.folder, "package.json"),
      JSON.stringify({ name: "any", main: "./node_modules/neon-tenants" }),
    );
    const env = { PULUMI_CONFIG_PASSPHRASE: "local" };
    expectCode(await fleet.pulumi(["up", "--yes", "--stack", "acme", ...plain], { env }), 0);
    const apply = await fleet.run(["apply", "--only", "acme"], { env });
    expectCode(apply, 0);
    expect(apply.stdout).toMatch(/1 unchanged/);
    const preview = ["preview", "--stack", "acme", "--expect-no-changes", ...plain];
    expectCode(await fleet.pulumi(preview, { env, cwd: example }), 0);
  });
});
