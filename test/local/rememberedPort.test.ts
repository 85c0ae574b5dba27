import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalNeon } from "../../local";

it("a state is served on the same Postgres port again, because connection strings that were handed out name it", async () => {
  const stateFolder = mkdtempSync(path.join(tmpdir(), "port-"));
  try {
    const first = await startLocalNeon({ stateFolder });
    await first.close();
    const second = await startLocalNeon({ stateFolder });
    await second.close();
    expect(second.pgPort).toBe(first.pgPort);
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
});
