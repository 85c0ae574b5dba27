import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { applyFleet, openFleet } from "../../../fleet";
import { createEngine } from "../../../fleet/engine/createEngine";
import { DirectEngine, programIn } from "../../../fleet/engine/direct/directEngine";
import { loadSdk } from "../../../fleet/engine/direct/sdk";
import { prepareWorkFolder } from "../../../fleet/engine/workFolder";
import { expectCode, FleetFixture } from "../fleet/fleetFixture";

let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await FleetFixture.start();
});
afterAll(() => fleet.stop());

const open = () => openFleet({ cwd: fleet.folder, file: path.join(fleet.folder, "tenants.yaml"), env: fleet.env() });

describe("the work folder of the direct engine", () => {
  it("may be deleted between two runs and between two tenants of one run", async () => {
    fleet.write({ acme: {}, globex: {} });
    const opened = open();
    const work = path.join(opened.home.folder, "work");
    const engine = await createEngine(opened, { concurrency: 1, writes: true, kind: "direct" });
    const deleting: typeof engine = {
      name: engine.name,
      outputs: (stack) => engine.outputs(stack),
      cancel: (stack) => engine.cancel(stack),
      close: () => engine.close(),
      run: async (operation) => {
        rmSync(work, { recursive: true });
        return engine.run(operation);
      },
    };
    const { outcomes } = await applyFleet(opened, { engine: deleting, concurrency: 1 });
    expect(outcomes.map(({ tenant, state, error }) => [tenant, state, error])).toEqual([
      ["acme", "created", undefined],
      ["globex", "created", undefined],
    ]);
    rmSync(work, { recursive: true });
    expect(await engine.outputs("acme")).toMatchObject({ tenant: "acme" });
    await engine.close();
    rmSync(path.join(fleet.folder, ".neon-tenants", "work"), { recursive: true });
    expectCode(await fleet.run(["apply"]), 0);
    expect((await fleet.apply()).states).toEqual({ acme: "unchanged", globex: "unchanged" });
  });
});

describe("an engine program that cannot be started", () => {
  it.each([
    ["is missing", "ENOENT", () => undefined],
    ["is not executable", "EACCES", (file: string) => (writeFileSync(file, "#!/bin/sh\n"), chmodSync(file, 0o644))],
    ["is a link to nowhere", "ENOENT", (file: string) => symlinkSync(`${file}.gone`, file)],
  ])("%s: the tenant fails with a sentence, no lock and no project", async (_name, code, make) => {
    fleet.write({ acme: {}, globex: {}, initech: {} });
    const opened = open();
    const workFolder = path.join(fleet.folder, "elsewhere");
    prepareWorkFolder(workFolder, "shop");
    const program = programIn(fleet.folder);
    rmSync(program, { force: true });
    make(program);
    const sdk = loadSdk();
    if ("misfit" in sdk) throw new Error(sdk.misfit);
    const secrets = { encryptionsalt: "" };
    const { backendUrl } = opened.home;
    const engine = new DirectEngine({
      sdk,
      project: "shop",
      workFolder,
      backendUrl,
      secrets,
      program,
      env: {},
      apiEnvOf: () => ({}),
    });
    const { outcomes } = await applyFleet(opened, { engine, only: ["initech"] });
    await engine.close();
    expect(outcomes).toMatchObject([{ tenant: "initech", state: "failed", error: { code: "FLEET_ENGINE_MISSING" } }]);
    expect(outcomes[0]?.error?.message).toContain(code);
    expect(await fleet.projectNames()).not.toContain("initech");
    expect(existsSync(path.join(fleet.folder, "backend", ".pulumi", "locks", "organization", "shop", "initech"))).toBe(
      false,
    );
  });
});
