import type { Checkpoint } from "../engine/checkpoint";
import { openerFor, type Opener } from "./passphrase";

/** Pulumi's signature of a secret value in a checkpoint (`sdk/go/common/resource/sig`). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The stack's outputs with secrets in clear, read from its checkpoint without starting an engine; undefined where the checkpoint is not
 * under the passphrase provider, or the passphrase is another. `openers` keeps the derived keys of a run, by salt.
 */
export async function openOutputs(
  checkpoint: Checkpoint,
  passphrase: string,
  openers: Map<string, Promise<Opener | undefined>> = new Map(),
): Promise<Record<string, unknown> | undefined> {
  const { salt } = checkpoint;
  if (salt === undefined) return undefined;
  const promise = openers.get(salt) ?? openerFor(passphrase, salt);
  openers.set(salt, promise);
  const opener = await promise;
  return opener && (openValue(checkpoint.outputs, opener) as Record<string, unknown>);
}

function openValue(value: unknown, opener: Opener): unknown {
  if (Array.isArray(value)) return value.map((item) => openValue(item, opener));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if ((value as Record<string, unknown>)[signatureKey] === secretSignature) {
    const { ciphertext } = value as { ciphertext?: unknown };
    return typeof ciphertext === "string" ? openValue(JSON.parse(opener.open(ciphertext)), opener) : undefined;
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, openValue(item, opener)]));
}
