import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createEngine } from "../../../fleet/engine/createEngine";
import { openFleet } from "../../../fleet/openFleet";
import { type LoadModule, loadSdk } from "../../../fleet/engine/direct/sdk";

let answer: ReturnType<typeof loadSdk> | undefined;
jest.mock("../../../fleet/engine/direct/sdk", () => {
  const actual: typeof import("../../../fleet/engine/direct/sdk") = jest.requireActual(
    "../../../fleet/engine/direct/sdk",
  );
  return {
    ...actual,
    loadSdk: (...args: [LoadModule?]) => (args.length === 0 && answer ? answer : actual.loadSdk(...args)),
  };
});

const sdkRequire = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const installed = (name: string) => sdkRequire(name) as Record<string, unknown>;
/** The installed modules with another one in the place of `name`. */
const instead = (name: string, module: () => Record<string, unknown>): LoadModule => {
  return (wanted) => (wanted === name ? module() : installed(wanted));
};

describe("the SDK's insides", () => {
  it("are found in the installed SDK", () => {
    expect(loadSdk(installed)).toMatchObject({ version: installed("@pulumi/pulumi/package.json").version });
  });

  it.each(["3.258.0", "3.260.1", "4.0.0"])("are not taken from version %s, which nobody tested", (version) => {
    const load = instead("@pulumi/pulumi/package.json", () => ({ version }));
    expect(loadSdk(load)).toEqual({ misfit: `@pulumi/pulumi ${version} is not one it was tested with` });
  });

  it("are not taken where a part is missing, which is named", () => {
    expect(loadSdk(instead("@pulumi/pulumi/automation/server", () => ({})))).toEqual({
      misfit: expect.stringMatching(/has no LanguageServer$/) as string,
    });
  });

  it("are not taken where a module is gone", () => {
    const load = instead("@pulumi/pulumi/proto/language_grpc_pb", () => {
      throw new Error("Cannot find module");
    });
    expect(loadSdk(load)).toEqual({ misfit: expect.stringMatching(/Cannot find module$/) as string });
  });
});

describe("the engine of a fleet", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sdk-"));
    mkdirSync(path.join(folder, "state"));
    writeFileSync(
      path.join(folder, "tenants.yaml"),
      "name: shop\nfleet: 6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10\nsecrets: { provider: passphrase }\ndefaults: { region: aws-eu-central-1 }\ntenants: { acme: {} }\n",
    );
  });
  afterEach(() => {
    answer = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function engineOf(kind?: "stock" | "direct"): Promise<{ name: string; lines: string[] }> {
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "p",
      NEON_API_KEY: "k",
    };
    const open = openFleet({ cwd: folder, file: path.join(folder, "tenants.yaml"), env });
    const lines: string[] = [];
    const engine = await createEngine(open, { concurrency: 2, writes: true, kind, log: (line) => lines.push(line) });
    await engine.close();
    return { name: engine.name, lines };
  }

  it("is direct with the installed SDK, and says nothing about it", async () => {
    const { name, lines } = await engineOf();
    expect(name).toBe("direct");
    expect(lines.join("\n")).not.toContain("stock");
  });

  it.each([undefined, "direct" as const])(
    "is stock where the SDK does not fit, and says why (asked for: %s)",
    async (kind) => {
      answer = { misfit: "@pulumi/pulumi 9.9.9 is not one it was tested with" };
      const { name, lines } = await engineOf(kind);
      expect(name).toBe("stock");
      expect(lines).toContain("engine: stock, because @pulumi/pulumi 9.9.9 is not one it was tested with");
    },
  );

  it("is stock without a word where that was asked for", async () => {
    const { name, lines } = await engineOf("stock");
    expect(name).toBe("stock");
    expect(lines.join("\n")).not.toContain("because");
  });
});
