import { randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Caller } from "./callers";

const tokenHeader = "x-local-neon-insider";
const orgHeader = "x-local-neon-org";

/**
 * Requests that the server sends to itself, for a seed: with the rights of an organization's key, and neither counted, limited nor struck by
 * faults, which are there for the clients that are tested. The token never leaves the process.
 */
export class Insider {
  readonly #token = randomUUID();

  headersFor(orgId: string): Record<string, string> {
    return { [tokenHeader]: this.#token, [orgHeader]: orgId };
  }

  callerOf({ headers }: Pick<IncomingMessage, "headers">): Caller | undefined {
    const { [tokenHeader]: token, [orgHeader]: orgId } = headers;
    if (typeof token !== "string" || typeof orgId !== "string" || !this.#isOurs(token)) return undefined;
    return { kind: "organization", accountId: orgId, orgIds: [orgId], adminOf: [orgId], defaultOrgId: orgId };
  }

  #isOurs(token: string): boolean {
    const [given, own] = [Buffer.from(token), Buffer.from(this.#token)];
    return given.length === own.length && timingSafeEqual(given, own);
  }
}
