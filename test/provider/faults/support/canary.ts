import { inspect } from "node:util";
import { hasUnknown } from "../../../../provider/fields";
import type { TenantWorld } from "./tenantWorld";

/** Collects every secret of a tenant's life, and where one of them shows. */
export class Canary {
  readonly #secrets = new Set<string>();
  readonly #texts = new Map<string, string>();

  constructor(private readonly world: TenantWorld) {
    this.#secrets.add(world.neon.neon.apiKey);
  }

  /** To be called after each command: what it wrote, how it failed, and what it keeps in clear. */
  look(error?: Error): void {
    const { engine, sql, log, neon } = this.world;
    for (const { outputs } of engine.entries) {
      for (const key of ["rolePassword", "password", "result"]) this.#learn(outputs[key]);
    }
    for (const password of sql.passwords.values()) this.#learn(password);
    for (const entry of engine.entries) {
      for (const part of ["inputs", "outputs"] as const) {
        const open = Object.entries(entry[part]).filter(([key]) => !entry.secrets.includes(key));
        this.#texts.set(`${part} of ${entry.name}`, JSON.stringify(open));
      }
    }
    this.#texts.set("log", log.join("\n"));
    this.#texts.set("log of the local Neon", neon.log.join("\n"));
    // As a logger would show it that looks into objects.
    if (error) this.#texts.set("error", inspect(error, { depth: 10 }));
    this.expectSilent();
  }

  /** Fails where any text so far holds any secret so far. */
  expectSilent(): void {
    const found = [...this.#texts].filter(([, text]) => [...this.#secrets].some((secret) => text.includes(secret)));
    if (found.length > 0) throw new Error(`a secret shows in ${found.map(([where]) => where).join(", ")}`);
  }

  #learn(value: unknown): void {
    if (typeof value === "string" && value.length > 6 && !hasUnknown(value)) this.#secrets.add(value);
  }
}
