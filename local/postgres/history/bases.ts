import fs from "node:fs";
import path from "node:path";
import type { BranchFiles } from "../branchFiles";
import { discard, makeBranchFolder } from "../branchFiles";
import type { Folders } from "../folders";
import { baseText, readBase, type Base } from "./baseRecord";
import { templateFolder } from "./keptTemplates";

const HALF_DONE = "making-";

/** The bases of one branch, in its folder. A base is there when its folder has its final name; everything before that does not count. */
export class Bases {
  constructor(
    private readonly files: Pick<BranchFiles, "folder" | "bases">,
    private readonly folders: Folders,
  ) {}

  /** From the earliest to the latest. */
  list(): Base[] {
    return this.#names()
      .filter((name) => !name.startsWith(HALF_DONE))
      .sort()
      .map((name) => readBase(name, fs.readFileSync(path.join(this.files.bases, name, "base.json"), "utf8")));
  }

  dataOf(base: Base): string {
    if (base.template !== undefined) return templateFolder(this.folders, base.template);
    return path.join(this.files.bases, base.name, "data");
  }

  /** `fill` writes the data into the folder that it is given, or tells of what lies elsewhere. One at a time. */
  async add(fill: (data: string) => Promise<Omit<Base, "name">>): Promise<void> {
    this.removeHalfDone();
    const last = Number(this.list().pop()?.name ?? 0);
    const name = String(last + 1).padStart(8, "0");
    const making = path.join(this.files.bases, `${HALF_DONE}${name}`);
    makeBranchFolder(this.files);
    fs.mkdirSync(making, { recursive: true, mode: 0o711 });
    try {
      const record = await fill(path.join(making, "data"));
      fs.writeFileSync(path.join(making, "base.json"), baseText(record));
      fs.renameSync(making, path.join(this.files.bases, name));
    } catch (error) {
      fs.rmSync(making, { recursive: true, force: true });
      throw error;
    }
  }

  /** The answer resolves when the files are gone. */
  async remove(base: Base): Promise<void> {
    await discard({ folder: path.join(this.files.bases, base.name) }, this.folders).gone;
  }

  /** What a process left that was killed while it made a base. */
  removeHalfDone(): void {
    for (const name of this.#names()) {
      if (!name.startsWith(HALF_DONE)) continue;
      fs.rmSync(path.join(this.files.bases, name), { recursive: true, force: true });
    }
  }

  #names(): string[] {
    return fs.existsSync(this.files.bases) ? fs.readdirSync(this.files.bases) : [];
  }
}
