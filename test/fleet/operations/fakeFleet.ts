import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { openFleet, type OpenFleet, StackError, type StackEngine, type StackOperation } from "../../../fleet";

/** A fleet file and a file backend in a temporary folder. */
export class FakeFleet {
  readonly folder = mkdtempSync(path.join(tmpdir(), "fleet-"));
  readonly file = path.join(this.folder, "tenants.yaml");
  private readonly state = path.join(this.folder, "state");

  /** Writes the fleet file with these tenants. */
  write(tenants: Record<string, object>, more: object = {}): this {
    const fleet = {
      name: "shop",
      fleet: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10",
      secrets: { provider: "passphrase" },
      plans: { small: { quota: { computeTime: "10h" } }, big: { quota: { computeTime: "100h" } } },
      defaults: { plan: "small", region: "aws-eu-central-1" },
      tenants,
      ...more,
    };
    writeFileSync(this.file, stringify(fleet));
    return this;
  }

  open(): OpenFleet {
    mkdirSync(this.state, { recursive: true });
    const env = {
      PULUMI_BACKEND_URL: `file://${this.state}`,
      NEON_API_KEY: "k",
      PULUMI_CONFIG_PASSPHRASE: "p",
      NEON_TENANTS_REVISION: "r1",
    };
    return openFleet({ file: this.file, cwd: this.folder, env });
  }

  /** Writes a stack's checkpoint as the engine leaves it. */
  checkpoint(tenant: string, outputs: object, resources: object[] = [project(tenant, true)]): void {
    const folder = path.join(this.state, ".pulumi", "stacks", "shop");
    mkdirSync(folder, { recursive: true });
    const stack = { urn: "stack", type: "pulumi:pulumi:Stack", outputs };
    const latest = { resources: [stack, ...resources], nonce: Math.random() };
    writeFileSync(path.join(folder, `${tenant}.json`), JSON.stringify({ version: 3, checkpoint: { latest } }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function project(tenant: string, protection: boolean): object {
  return {
    urn: `project-${tenant}`,
    type: "pulumi-nodejs:dynamic/neon:Project",
    custom: true,
    id: `p-${tenant}`,
    protect: protection,
    outputs: { declared: { deletionProtection: protection } },
  };
}

/** An engine that leaves checkpoints like the real one, writes down what it was asked, and fails where it is told to. */
export class FakeEngine implements StackEngine {
  readonly name = "stock";
  readonly calls: string[] = [];
  readonly failing = new Map<string, string>();
  inFlight = 0;
  mostInFlight = 0;

  constructor(private readonly fleet: FakeFleet) {}

  async run({ verb, spec, mark }: StackOperation) {
    this.calls.push(`${verb} ${spec.tenant}`);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.inFlight -= 1;
    const failure = this.failing.get(spec.tenant);
    if (failure) throw new StackError("refused", failure, "it was refused", "");
    const gone = verb === "destroy";
    this.fleet.checkpoint(
      spec.tenant,
      gone ? {} : { projectId: `p-${spec.tenant}`, applied: { ...mark, entry: spec } },
      gone ? [] : [project(spec.tenant, spec.protection)],
    );
    return { changes: { create: 1 } };
  }
  outputs = () => Promise.resolve({});
  cancel(stack: string): Promise<void> {
    this.calls.push(`cancel ${stack}`);
    return Promise.resolve();
  }
  close = () => Promise.resolve();
}
