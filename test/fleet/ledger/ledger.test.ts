import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ledger, type LedgerRecord } from "../../../fleet/ledger/ledger";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ledger-"));
  file = path.join(folder, "deep", "ledger.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const applied = (tenant: string, hash: string): LedgerRecord => ({
  tenant,
  hash,
  status: "applied",
  at: "2026-11-23T10:00:00Z",
  by: "me@here",
});

describe("the ledger", () => {
  it("is empty where there is no file", () => {
    expect(Ledger.open(file).all()).toEqual([]);
  });

  it("remembers the last record of each tenant across opens", () => {
    const ledger = Ledger.open(file);
    ledger.append(applied("acme", "1"));
    ledger.append(applied("globex", "1"));
    ledger.append(applied("acme", "2"));
    expect(Ledger.open(file).get("acme")?.hash).toBe("2");
    expect(Ledger.open(file).all()).toHaveLength(2);
  });

  it("keeps what was applied under an attempt that never ended", () => {
    const ledger = Ledger.open(file);
    ledger.append({ ...applied("acme", "1"), projectId: "p1" });
    ledger.append({ tenant: "acme", status: "attempt", at: "2026-11-23T11:00:00Z", by: "me@here" });
    expect(Ledger.open(file).get("acme")).toMatchObject({ status: "attempt", hash: "1", projectId: "p1" });
  });

  it("leaves out a line that a kill tore, and does not lose the next one", () => {
    Ledger.open(file).append(applied("acme", "1"));
    appendFileSync(file, '{"tenant":"globex","status":"app');
    const ledger = Ledger.open(file);
    expect(ledger.get("globex")).toBeUndefined();
    ledger.append(applied("initech", "1"));
    expect(
      Ledger.open(file)
        .all()
        .map(({ tenant }) => tenant),
    ).toEqual(["acme", "initech"]);
  });

  it("does not let a strange line hide the others", () => {
    Ledger.open(file).append(applied("acme", "1"));
    writeFileSync(file, `null\n[1]\n"x"\n${readFileSync(file, "utf8")}`);
    expect(Ledger.open(file).get("acme")?.hash).toBe("1");
  });

  it("does not grow for ever", () => {
    const ledger = Ledger.open(file);
    for (let round = 0; round < 1_100; round++) ledger.append(applied("acme", String(round)));
    expect(Ledger.open(file).get("acme")?.hash).toBe("1099");
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(10);
  });
});
