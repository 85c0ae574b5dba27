import { Client } from "pg";
import type { NeonApi } from "../../../provider/api";
import type { Spec } from "../../provider/faults/support/tenantWorld";
import { FleetFixture, type Ran } from "../fleet/fleetFixture";
import { componentProgram } from "./program";

const plain = ["--non-interactive", "--color=never"];
const canaryKey = "napi_canary_0123456789";

/** A folder with the program of a tenant, and a local Neon whose key is worth a search. */
export async function startEngineFleet(): Promise<FleetFixture> {
  const fleet = await FleetFixture.start({
    closed: true,
    apiKeys: [{ key: canaryKey, kind: "personal", orgIds: ["org-local-00000001"], inferOrg: true }],
  });
  fleet.program(componentProgram);
  fleet.write({ acme: {} });
  return fleet;
}

/** One stack of its own, whose project has the stack's name. */
export class EngineTenant {
  readonly #printed: string[] = [];
  readonly #secrets = new Set([canaryKey]);

  constructor(
    private readonly fixture: FleetFixture,
    private readonly stack: string,
  ) {}

  get tenant(): string {
    return this.stack;
  }

  get api(): NeonApi {
    return this.fixture.api;
  }

  async init(): Promise<void> {
    await this.well(this.fixture.pulumi(["stack", "init", this.stack, "--no-select", ...plain]));
  }

  up(spec: Spec, ...args: string[]): Promise<Ran> {
    return this.run(["up", "--skip-preview"], spec, ...args);
  }

  async run(command: string[], spec: Spec, ...args: string[]): Promise<Ran> {
    const env = { SPEC: JSON.stringify({ ...spec, tenant: this.stack, projectName: this.stack }) };
    const ran = await this.fixture.pulumi([...command, "--yes", "--stack", this.stack, ...plain, ...args], { env });
    this.#printed.push(ran.output);
    return ran;
  }

  async well(running: Promise<Ran>): Promise<void> {
    const { code, output } = await running;
    if (code !== 0) throw new Error(output);
  }

  async projectIds(): Promise<string[]> {
    const all = await this.api.listProjects({ search: this.stack });
    return all.filter(({ name }) => name === this.stack).map(({ id }) => id);
  }

  /** Every connection string in the state opens its database. */
  async expectAccess(): Promise<void> {
    const ran = await this.fixture.pulumi(["stack", "output", "--json", "--show-secrets", "--stack", this.stack]);
    const outputs = JSON.parse(ran.stdout) as { directUri: string; appRoleUris: Record<string, string> };
    for (const uri of [outputs.directUri, ...Object.values(outputs.appRoleUris)]) {
      const { username, password } = new URL(uri);
      this.#secrets.add(decodeURIComponent(password));
      expect(await userAt(uri)).toBe(username);
    }
  }

  /** No secret in what was printed or is kept. */
  async expectSilent(): Promise<void> {
    const exported = await this.fixture.pulumi(["stack", "export", "--stack", this.stack]);
    const texts = [exported.output, ...this.#printed, ...this.fixture.files().values()];
    for (const secret of this.#secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }
}

/** The role that a connection string logs in as. */
async function userAt(uri: string): Promise<string | undefined> {
  const client = new Client({ connectionString: uri.replace("sslmode=require", "sslmode=verify-full") });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<{ user: string }>("SELECT current_user AS user")).rows[0]?.user;
  } finally {
    await client.end().catch(() => undefined);
  }
}
