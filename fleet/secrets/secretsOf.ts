import { FleetError, isFleetError, loadFleet, writeSecretsSalt, type Fleet } from "../config";
import { createSalt, openerFor, readPassphrase } from "./passphrase";

/** What goes into every stack file of the fleet: stack files hold nothing else that is ours, so they can be made again. */
export type StackSecrets = { encryptionsalt: string } | { secretsprovider: string; encryptedkey?: string };

export interface SecretsOptions {
  env: NodeJS.ProcessEnv;
  /** Salts found in the checkpoints of this fleet, newest first: a fleet that lost its salt line gets its own back. */
  saltsInUse?: () => Iterable<string>;
  /** False for commands that only look: they never write a salt. */
  mayCreate: boolean;
}

/**
 * The fleet's secrets provider, checked once before the first stack is touched: a wrong passphrase stops here and writes nothing.
 * The salt is the fleet's (`secrets.salt`), not the stack's; a fleet without one gets it from a stack it already has, or a new one
 * in `tenants.state.yaml`.
 */
export async function secretsOf(fleet: Fleet, options: SecretsOptions): Promise<StackSecrets> {
  const { provider, encryptedKey } = fleet.secrets;
  if (provider !== "passphrase") {
    return encryptedKey ? { secretsprovider: provider, encryptedkey: encryptedKey } : { secretsprovider: provider };
  }
  const passphrase = readPassphrase(options.env);
  if (passphrase === undefined) {
    throw new FleetError(
      "FLEET_PASSPHRASE_MISSING",
      "the fleet's secrets are encrypted with a passphrase and none was given",
      {
        hint: "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
      },
    );
  }
  const known = fleet.secrets.salt ?? first(options.saltsInUse?.() ?? []);
  const salt = known ?? (options.mayCreate ? await createSalt(passphrase) : undefined);
  if (salt === undefined) return { encryptionsalt: "" };
  if (known !== undefined && !(await openerFor(passphrase, known))) {
    throw new FleetError(
      "FLEET_PASSPHRASE_WRONG",
      "the passphrase is not the one this fleet's secrets were encrypted with",
      {
        hint: "Nothing was read or written. Set the right PULUMI_CONFIG_PASSPHRASE and run the command again.",
      },
    );
  }
  if (fleet.secrets.salt === undefined && options.mayCreate) {
    try {
      writeSecretsSalt(fleet.file, salt);
    } catch (error) {
      const isTaken = isFleetError(error) && error.code === "FLEET_SALT_TAKEN";
      if (known !== undefined || !isTaken) throw error;
      // Two first commands at once: the one that came second has encrypted nothing yet and takes the salt that was written.
      return secretsOf({ ...fleet, secrets: loadFleet(fleet.file).secrets }, options);
    }
  }
  return { encryptionsalt: salt };
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
