import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { readFileSync } from "node:fs";
import { FleetError } from "../config";

/** Pulumi's passphrase secrets provider, read from `sdk/go/common/resource/config/crypt.go`: PBKDF2, then AES-256-GCM. */
const iterations = 1_000_000;
const keyBytes = 32;
const tagBytes = 16;
const knownText = "pulumi";

const deriveKey = promisify(pbkdf2);

/**
 * A salt as Pulumi keeps it in a stack file (`encryptionsalt`): the salt itself and a known text encrypted with the passphrase,
 * so that a wrong passphrase is told before it is used.
 */
export async function createSalt(passphrase: string): Promise<string> {
  const salt = randomBytes(8);
  const key = await deriveKey(passphrase, salt, iterations, keyBytes, "sha256");
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(knownText, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${salt.toString("base64")}:v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

/** Opens the values that Pulumi encrypted under one salt and passphrase. */
export interface Opener {
  /** The plain text of one `ciphertext` of a checkpoint (`v1:nonce:sealed`). Throws where it was not made with this key. */
  open(ciphertext: string): string;
}

/**
 * The opener of a salt, or undefined where `passphrase` is not the one that the salt was made with. Throws where `salt` is not one of
 * Pulumi's. Costs about a third of a second, once.
 */
export async function openerFor(passphrase: string, salt: string): Promise<Opener | undefined> {
  const [, saltText, known] = /^v1:([^:]+):(v1:[^:]+:[^:]+)$/.exec(salt) ?? [];
  if (!saltText || !known) {
    throw new FleetError("FLEET_SALT_INVALID", "secrets.salt is not a salt of Pulumi's passphrase provider", {
      hint: "Copy encryptionsalt from a stack file of this fleet; a fleet that is new needs no salt line.",
    });
  }
  const key = await deriveKey(passphrase, Buffer.from(saltText, "base64"), iterations, keyBytes, "sha256");
  const opener: Opener = { open: (ciphertext) => unseal(key, ciphertext) };
  try {
    return opener.open(known) === knownText ? opener : undefined;
  } catch {
    return undefined;
  }
}

function unseal(key: Buffer, ciphertext: string): string {
  const [version, nonce, sealedText] = ciphertext.split(":");
  if (version !== "v1" || !nonce || !sealedText) throw new Error("not a ciphertext of Pulumi's passphrase provider");
  const sealed = Buffer.from(sealedText, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const text = Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  return text.toString("utf8");
}

/** The passphrase where the Pulumi CLI looks for it: `PULUMI_CONFIG_PASSPHRASE`, then the file `PULUMI_CONFIG_PASSPHRASE_FILE`. */
export function readPassphrase(env: NodeJS.ProcessEnv): string | undefined {
  if (env.PULUMI_CONFIG_PASSPHRASE !== undefined) return env.PULUMI_CONFIG_PASSPHRASE;
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (!file) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new FleetError(
      "FLEET_PASSPHRASE_MISSING",
      `PULUMI_CONFIG_PASSPHRASE_FILE names ${file}, which cannot be read`,
      {
        cause,
      },
    );
  }
}
