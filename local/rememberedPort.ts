import fs from "node:fs";
import path from "node:path";

const fileOf = (stateFolder: string) => path.join(stateFolder, "pg-port");

/** The Postgres port that this state was last served on: connection strings that were handed out name it. 0 where there is none. */
export function rememberedPort(stateFolder: string): number {
  try {
    const port = Number(fs.readFileSync(fileOf(stateFolder), "utf8"));
    return Number.isInteger(port) && port > 0 && port < 65536 ? port : 0;
  } catch {
    return 0;
  }
}

export function rememberPort(stateFolder: string, port: number): void {
  if (rememberedPort(stateFolder) !== port) fs.writeFileSync(fileOf(stateFolder), `${port}\n`);
}
