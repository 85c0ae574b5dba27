import { FleetError } from "../config";
import { createEngine } from "../engine/createEngine";
import { holdsResources } from "../engine/checkpoint";
import { specOf, type OpenFleet } from "../openFleet";
import { openOutputs } from "../secrets/openOutputs";
import { readPassphrase, type Opener } from "../secrets/passphrase";

/** A tenant's stack outputs with secrets in clear, as far as they are needed to connect. */
export interface ConnectionOutputs {
  tenant: string;
  projectId: string;
  databaseName: string;
  roleName: string;
  directUri: string;
  pooledUri: string;
  /** Direct URI of every database by name. */
  uris: Record<string, string>;
}

/** Reads outputs of many tenants: from checkpoints where that can be done without an engine, otherwise through it. */
export class OutputReader {
  private readonly openers = new Map<string, Promise<Opener | undefined>>();

  constructor(
    private readonly open: OpenFleet,
    private readonly log?: (line: string) => void,
  ) {}

  /** Works with Neon unreachable: everything is in the state. */
  async read(tenant: string): Promise<ConnectionOutputs> {
    const outputs = (await this.fromCheckpoint(tenant)) ?? (await this.fromEngine(tenant));
    if (typeof outputs.directUri !== "string") throw this.notApplied(tenant);
    return outputs as unknown as ConnectionOutputs;
  }

  private async fromCheckpoint(tenant: string): Promise<Record<string, unknown> | undefined> {
    const checkpoint = this.open.checkpoints.read(tenant);
    if (checkpoint === undefined) {
      if (this.open.checkpoints.readable) throw this.notApplied(tenant);
      return undefined;
    }
    if (!holdsResources(checkpoint)) throw this.notApplied(tenant);
    const passphrase = readPassphrase(this.open.env);
    return passphrase === undefined ? undefined : openOutputs(checkpoint, passphrase, this.openers);
  }

  private async fromEngine(tenant: string): Promise<Record<string, unknown>> {
    const engine = await createEngine(this.open, { concurrency: 1, writes: false, log: this.log });
    try {
      return await engine.outputs(tenant);
    } finally {
      await engine.close();
    }
  }

  private notApplied(tenant: string): FleetError {
    specOf(this.open, tenant);
    return new FleetError("FLEET_NOT_APPLIED", `tenant ${tenant} has no database yet`, {
      hint: `Run neon-tenants apply --only ${tenant} first.`,
    });
  }
}
