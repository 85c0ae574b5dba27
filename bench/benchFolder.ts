import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { findEngine } from "../tools/engine";
import type { Services } from "./services/startServices";
import { fleetFile, fleetName, type FleetFileOptions } from "./sets";

export const passphrase = "bench-passphrase";

/** Above any rate that a machine reaches: how fast the ways are, not how fast Neon lets them be. */
export const unlimitedRate = "1000000";

/** One fleet with a state of its own in a temporary folder. */
export class BenchFolder {
  readonly folder: string;
  private readonly backend: string;

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "bench-fleet-"));
    this.backend = path.join(this.folder, "backend");
    mkdirSync(this.backend);
    // So that no Pulumi.yaml of a folder above is taken for the fleet's.
    writeFileSync(path.join(this.folder, "Pulumi.yaml"), `name: ${fleetName}\nruntime: nodejs\n`);
  }

  get fleetFile(): string {
    return path.join(this.folder, "tenants.yaml");
  }

  get stacksFolder(): string {
    return path.join(this.backend, ".pulumi", "stacks", fleetName);
  }

  write(options: FleetFileOptions): void {
    writeFileSync(this.fleetFile, stringify(fleetFile(options)));
  }

  /** The environment of a shell in which every way works: engine, key, passphrase, key service. */
  async env(services: Services): Promise<NodeJS.ProcessEnv> {
    const { env } = await findEngine();
    return {
      ...process.env,
      ...env,
      NEON_API_KEY: services.apiKey,
      NEON_API_HOST: services.apiHost,
      NEON_ORG_ID: services.orgId,
      NEON_RATE_LIMIT: undefined,
      NEON_TENANTS_FILE: undefined,
      NEON_TENANTS_REVISION: "bench",
      PULUMI_BACKEND_URL: `file://${this.backend}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      VAULT_ADDR: services.keyServiceUrl,
      VAULT_TOKEN: "bench",
      VAULT_SERVER_URL: services.keyServiceUrl,
      VAULT_SERVER_TOKEN: "bench",
    };
  }

  /** The bytes of all checkpoints together. */
  stateBytes(): number {
    return readdirSync(this.stacksFolder)
      .filter((name) => name.endsWith(".json"))
      .reduce((sum, name) => sum + statSync(path.join(this.stacksFolder, name)).size, 0);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
