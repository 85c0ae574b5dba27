import fs from "node:fs";
import type { CertificateAuthority, ServerNames } from "../tls/certificateAuthority";
import { serverIdentity, type ServerIdentity } from "../tls/serverIdentity";
import { give, type Account } from "./account";
import { makeBranchFolder, type BranchFiles } from "./branchFiles";
import { SerialQueue } from "./serialQueue";

/** The certificate of a branch's Postgres, for the names of all its endpoints: made when it is first needed and when a name is added. */
export class BranchIdentity {
  readonly #queue = new SerialQueue();
  #present: { names: string; identity: ServerIdentity } | undefined;

  constructor(
    private readonly files: Pick<BranchFiles, "folder" | "certFile" | "keyFile">,
    private readonly authority: CertificateAuthority,
    private readonly account: Account | undefined,
  ) {}

  /** `renewed` is called when Postgres has to read the files again. */
  for(names: ServerNames, renewed: () => void): Promise<ServerIdentity> {
    const key = JSON.stringify(names);
    if (this.#present?.names === key) return Promise.resolve(this.#present.identity);
    return this.#queue.run(async () => {
      if (this.#present?.names === key) return this.#present.identity;
      const identity = this.#onDisk(names) ?? (await this.#issue(names, renewed));
      this.#present = { names: key, identity };
      return identity;
    });
  }

  #onDisk(names: ServerNames): ServerIdentity | undefined {
    const { certFile, keyFile } = this.files;
    try {
      const pair = { certificate: fs.readFileSync(certFile, "utf8"), key: fs.readFileSync(keyFile, "utf8") };
      if (!this.authority.covers(pair.certificate, names)) return undefined;
      give(keyFile, this.account);
      return serverIdentity(pair);
    } catch {
      // Not there, or not a pair: a process that was killed between writing the two.
      return undefined;
    }
  }

  async #issue(names: ServerNames, renewed: () => void): Promise<ServerIdentity> {
    const { certFile, keyFile } = this.files;
    const pair = await this.authority.issue(names);
    makeBranchFolder(this.files);
    fs.rmSync(keyFile, { force: true });
    fs.writeFileSync(keyFile, pair.key, { mode: 0o600, flag: "wx" });
    give(keyFile, this.account);
    fs.writeFileSync(certFile, pair.certificate, { mode: 0o644 });
    renewed();
    return serverIdentity(pair);
  }
}
