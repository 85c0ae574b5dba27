import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Clock, systemClock } from "../../../local";
import type { Documents, Kind } from "../../../local/store/documents";
import { Store } from "../../../local/store/store";
import { expectCode, FleetFixture } from "./fleetFixture";

jest.setTimeout(300_000);

const fixtures = path.resolve(__dirname, "../../fixtures");
const releases = readdirSync(fixtures).filter((name) => name.startsWith("state-"));
const filesOf = (release: string) => readdirSync(path.join(fixtures, release));
const stacksOf = (release: string) =>
  filesOf(release).flatMap((name) => (/^(?!neon\.)(.+)\.json$/.exec(name)?.[1] ? [name.replace(/\.json$/, "")] : []));
const withNeon = releases.filter((release) => filesOf(release).includes("neon.json"));
const plain = ["--non-interactive", "--color=never"];

/** Puts the states and the fleet file where a fleet has them. */
function place(release: string, fleet: FleetFixture): void {
  const stacks = path.join(fleet.folder, "backend", ".pulumi", "stacks", "example-fleet");
  mkdirSync(stacks, { recursive: true });
  writeFileSync(path.join(fleet.folder, "backend", ".pulumi", "meta.yaml"), "version: 1\n");
  for (const stack of stacksOf(release)) {
    cpSync(path.join(fixtures, release, `${stack}.json`), path.join(stacks, `${stack}.json`));
  }
  for (const name of filesOf(release).filter((file) => file.endsWith(".yaml"))) {
    cpSync(path.join(fixtures, release, name), path.join(fleet.folder, name));
  }
  fleet.prepareProjectFile(fleet.folder, "example-fleet");
}

describe.each(releases.filter((release) => !withNeon.includes(release)))("%s", (release) => {
  /** Nobody answers there: whatever called Neon would fail. */
  const nobody = "http://127.0.0.1:9/api/v2";
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start();
    place(release, fleet);
  });
  afterAll(() => fleet.stop());

  it.each(["direct", "stock"])(
    "is not updated by today's release under the %s engine, and no call is made",
    async (engine) => {
      const env = { PULUMI_CONFIG_PASSPHRASE: "local", NEON_API_HOST: nobody, NEON_TENANTS_REVISION: `of-${engine}` };
      const stacks = stacksOf(release);
      for (const stack of stacks) {
        expectCode(await fleet.pulumi(["preview", "--stack", stack, "--expect-no-changes", ...plain], { env }), 0);
      }
      const apply = await fleet.run(["apply", "--only", ...stacks, "--engine", engine], { env });
      expectCode(apply, 0);
      expect(apply.stdout).toContain(`${stacks.length} unchanged`);
    },
  );
});

/** The local Neon as it was, with time that goes on from then: nothing expires, and no snapshot is due. */
function neonOf(release: string): { stateFolder: string; clock: Clock } {
  const stateFolder = mkdtempSync(path.join(tmpdir(), "old-neon-"));
  const store = new Store(path.join(stateFolder, "neon.sqlite"));
  const documents = JSON.parse(readFileSync(path.join(fixtures, release, "neon.json"), "utf8")) as {
    kind: Kind;
    id: string;
    parent: string;
    name: string;
    doc: Documents[Kind];
  }[];
  for (const { kind, id, parent, name, doc } of documents) store.insert(kind, id, parent, doc, name);
  store.close();
  const [stack = ""] = stacksOf(release);
  const state = readFileSync(path.join(fixtures, release, `${stack}.json`), "utf8");
  const then = Date.parse(/"time":"([^"]+)"/.exec(state)?.[1] ?? "");
  const started = Date.now();
  const now = () => new Date(then + Date.now() - started);
  return { stateFolder, clock: { now, after: (delayMs, run) => systemClock.after(delayMs, run) } };
}

describe.each(withNeon)("%s, with the Neon of then,", (release) => {
  const env = { PULUMI_CONFIG_PASSPHRASE: "local", NEON_RATE_LIMIT: "700" };
  const stacks = stacksOf(release);
  let stateFolder: string;
  let fleet: FleetFixture;
  beforeAll(async () => {
    const options = neonOf(release);
    ({ stateFolder } = options);
    fleet = await FleetFixture.start(options);
    place(release, fleet);
  });
  afterAll(async () => {
    await fleet.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  });

  /** Everything at Neon that a change would show in; what is metered goes on. */
  const atNeon = async () =>
    Promise.all(
      (await fleet.api.listProjects()).map(async ({ id }) => {
        const { name, settings, default_endpoint_settings: defaults, updated_at: at } = await fleet.api.getProject(id);
        const branches = (await fleet.api.listBranches(id)).map(({ branch }) => [branch.id, branch.updated_at]);
        const endpoints = (await fleet.api.listEndpoints(id)).map((endpoint) => [endpoint.id, endpoint.updated_at]);
        return { name, settings, defaults, at, branches, endpoints };
      }),
    );

  test("is not updated by up or refresh", async () => {
    const before = await atNeon();
    const apply = await fleet.run(["apply"], { env });
    expectCode(apply, 0);
    expect(apply.stdout).toContain(`${stacks.length} unchanged`);
    const same = ["--yes", "--skip-preview", "--expect-no-changes", ...plain];
    for (const stack of stacks) {
      expectCode(await fleet.pulumi(["up", "--stack", stack, ...same], { env }), 0);
      expectCode(await fleet.pulumi(["refresh", "--stack", stack, ...same], { env }), 0);
    }
    expectCode(await fleet.pulumi(["up", "--stack", "full", ...same], { env }), 0);
    expect(await atNeon()).toEqual(before);
  });

  test("takes a change of its plan in place, and is destroyed whole", async () => {
    const before = (await fleet.projectNames()).length;
    const file = path.join(fleet.folder, "tenants.yaml");
    const text = readFileSync(file, "utf8").replaceAll("activeTime: 100h", "activeTime: 200h");
    // Neon deletes no project with a protected branch, and that is a lock of its own.
    writeFileSync(file, text.replaceAll("protectedBranch: true", "protectedBranch: false"));
    expectCode(await fleet.run(["apply", "--allow", "reducesProtection"], { env }), 0);
    const changed = (await atNeon()).filter(({ settings }) => settings?.quota?.active_time_seconds === 720_000);
    expect([changed.length > 0, (await fleet.projectNames()).length]).toEqual([true, before]);
    for (const stack of stacks) expectCode(await fleet.run(["destroy", stack, "--confirm", stack], { env }), 0);
    expect(await fleet.projectNames()).toEqual([]);
  });
});
