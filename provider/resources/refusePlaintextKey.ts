import * as pulumi from "@pulumi/pulumi";
import { NeonError } from "../api/errors";

const key = "neon:apiKey";

/** Exported by the SDK at run time, though not in its types. */
interface ConfigSecrets {
  isConfigSecret?: (name: string) => boolean;
}

/**
 * Refuses a `neon:apiKey` that is written in clear in a stack or project file, before anything is registered: all configuration is
 * copied into the state, where a plain value stays plain.
 */
export function refusePlaintextKey(): void {
  if (new pulumi.Config("neon").get("apiKey") === undefined) return;
  const { isConfigSecret } = pulumi.runtime as ConfigSecrets;
  if (isConfigSecret === undefined || isConfigSecret(key)) return;
  throw new NeonError("NEON_API_KEY_PLAINTEXT", `${key} is written in clear in the stack's configuration`, {
    hint:
      "Run `pulumi config set --secret neon:apiKey`, or remove it and set NEON_API_KEY; " +
      "then make a new key at Neon, because this one may be in a file or a state.",
  });
}
