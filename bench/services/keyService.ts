import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface KeyService {
  /** Base URL, for `VAULT_ADDR`. */
  url: string;
  close(): void;
}

/** The key that {@link startKeyService} has: `hashivault://bench` for Pulumi. */
export const keyServiceProvider = "hashivault://bench";

/**
 * Encrypts and decrypts as the transit engine of HashiCorp Vault does, with a key that dies with the process: the cost of a key service
 * without a network.
 */
export async function startKeyService(): Promise<KeyService> {
  const key = randomBytes(32);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = transit(key, request.url ?? "", body);
      response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ? { data: answer } : { errors: [`no route ${request.url}`] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** A data key as Pulumi keeps it in a stack file (`encryptedkey`): made once, for all stacks of a fleet. */
export async function makeEncryptedKey(url: string): Promise<string> {
  const body = JSON.stringify({ plaintext: randomBytes(32).toString("base64") });
  const response = await fetch(`${url}/v1/transit/encrypt/bench`, { method: "PUT", body });
  if (!response.ok) throw new Error(`the key service answered ${response.status}`);
  const { data } = (await response.json()) as { data: { ciphertext: string } };
  return Buffer.from(data.ciphertext).toString("base64");
}

function transit(key: Buffer, url: string, body: string): Record<string, string> | undefined {
  const [, verb] = /^\/v1\/transit\/(encrypt|decrypt)\/[^/]+$/.exec(url) ?? [];
  if (!verb) return undefined;
  const { plaintext, ciphertext } = JSON.parse(body) as { plaintext?: string; ciphertext?: string };
  if (verb === "encrypt") return plaintext === undefined ? undefined : { ciphertext: seal(key, plaintext) };
  return ciphertext === undefined ? undefined : { plaintext: unseal(key, ciphertext) };
}

function seal(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "base64"), cipher.final()]);
  return `vault:v1:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64")}`;
}

function unseal(key: Buffer, ciphertext: string): string {
  const bytes = Buffer.from(ciphertext.replace(/^vault:v1:/, ""), "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("base64");
}
