import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { engineEnv } from "./engine";

const repository = path.resolve(__dirname, "../../..");

export interface CliResult {
  readonly ok: boolean;
  /** Everything that the CLI printed. */
  readonly text: string;
}

/** One entry of the state as `pulumi stack export` prints it. */
export interface StateEntry {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly delete?: boolean;
  readonly outputs?: Record<string, unknown>;
}

/** A Pulumi project in a temporary folder, with a state of its own and this repository as the package `neon-tenants`. */
export class PulumiStack {
  private constructor(
    private readonly folder: string,
    private readonly stack: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Needs `dist/`: the engine's processes load the package as a user's would. */
  static async make(stack: string, program: string, env: Record<string, string>): Promise<PulumiStack> {
    if (!fs.existsSync(path.join(repository, "dist/provider/index.js"))) throw new Error("run `npm run build` first");
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "neon-tenants-engine-"));
    fs.mkdirSync(path.join(folder, "state"));
    fs.mkdirSync(path.join(folder, "home"));
    fs.mkdirSync(path.join(folder, "node_modules/@pulumi"), { recursive: true });
    fs.symlinkSync(repository, path.join(folder, "node_modules/neon-tenants"));
    fs.symlinkSync(
      path.join(repository, "node_modules/@pulumi/pulumi"),
      path.join(folder, "node_modules/@pulumi/pulumi"),
    );
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "shop", main: "index.js" }));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    fs.writeFileSync(path.join(folder, "index.js"), program);
    const made = new PulumiStack(folder, stack, {
      ...process.env,
      ...(await engineEnv()),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      NO_COLOR: "1",
      ...env,
    });
    const { ok, text } = await made.cli(["stack", "init", stack]);
    if (!ok) throw new Error(text);
    return made;
  }

  /** The URN of a resource of the program. */
  urn(typesAndName: string): string {
    return `urn:pulumi:${this.stack}::shop::${typesAndName}`;
  }

  up(spec: object, ...args: string[]): Promise<CliResult> {
    return this.cli(["up", "--yes", "--skip-preview", "--stack", this.stack, ...args], spec);
  }

  run(command: string[], spec: object = {}): Promise<CliResult> {
    return this.cli([...command, "--yes", "--stack", this.stack], spec);
  }

  /** The program reads `spec` from its environment. */
  cli(args: string[], spec: object = {}): Promise<CliResult> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: { ...this.env, SPEC: JSON.stringify(spec) }, maxBuffer: 1 << 26 };
      execFile("pulumi", [...args, "--non-interactive"], options, (error, stdout, stderr) => {
        resolve({ ok: error === null, text: `${stdout}\n${stderr}` });
      });
    });
  }

  /** The state as text, secrets encrypted. */
  async exported(): Promise<string> {
    return (await this.cli(["stack", "export", "--stack", this.stack])).text;
  }

  async entries(): Promise<StateEntry[]> {
    const state = JSON.parse(await this.exported()) as { deployment: { resources?: StateEntry[] } };
    return state.deployment.resources ?? [];
  }

  /** Everything that a run may have written, for a search for secrets; the folder `home` holds the CLI's logs. */
  files(): string[] {
    const own = [
      "state",
      "home",
      "Pulumi.yaml",
      ...fs.readdirSync(this.folder).filter((name) => /^Pulumi\..*yaml$/.test(name)),
    ];
    return own.flatMap((name) => textsBelow(path.join(this.folder, name)));
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function textsBelow(at: string): string[] {
  if (!fs.statSync(at).isDirectory()) return [fs.readFileSync(at, "utf8")];
  return fs.readdirSync(at).flatMap((name) => textsBelow(path.join(at, name)));
}
