import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expectCode, FleetFixture } from "./fleetFixture";

const fixtures = path.resolve(__dirname, "../../fixtures");
const releases = readdirSync(fixtures).filter((name) => name.startsWith("state-"));
/** Nobody answers there: whatever called Neon would fail. */
const nobody = "http://127.0.0.1:9/api/v2";

describe.each(releases)("%s", (release) => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start();
    const stacks = path.join(fleet.folder, "backend", ".pulumi", "stacks", "example-fleet");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(path.join(fleet.folder, "backend", ".pulumi", "meta.yaml"), "version: 1\n");
    for (const name of readdirSync(path.join(fixtures, release))) {
      cpSync(path.join(fixtures, release, name), path.join(name.endsWith(".json") ? stacks : fleet.folder, name));
    }
    fleet.prepareProjectFile(fleet.folder, "example-fleet");
  });
  afterAll(() => fleet.stop());

  it.each(["direct", "stock"])(
    "is not updated by today's release under the %s engine, and no call is made",
    async (engine) => {
      const env = { PULUMI_CONFIG_PASSPHRASE: "local", NEON_API_HOST: nobody, NEON_TENANTS_REVISION: `of-${engine}` };
      const args = ["apply", "--only", "wonka", "umbrella", "--engine", engine];
      const preview = ["--non-interactive", "--color=never", "--expect-no-changes"];
      for (const stack of ["wonka", "umbrella"]) {
        expectCode(await fleet.pulumi(["preview", "--stack", stack, ...preview], { env }), 0);
      }
      const apply = await fleet.run(args, { env });
      expectCode(apply, 0);
      expect(apply.stdout).toContain("2 unchanged");
    },
  );
});
