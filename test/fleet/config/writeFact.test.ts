import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { loadFleet, writeFact, writeSecretsSalt } from "../../../fleet/config";
import { withFileLock } from "../../../fleet/config/fileLock";
import { base, TempFolder } from "./support/tempFolder";

let folder: TempFolder;
let file: string;
beforeEach(() => {
  folder = new TempFolder();
  file = folder.write("tenants.yaml", `${base}tenants: { acme: {}, globex: {} }\n`);
});
afterEach(() => folder.remove());

const state = (): string => readFileSync(folder.file("tenants.state.yaml"), "utf8");
const departed = { at: "2026-11-23T15:00:00.000Z", by: "ops@example.com" };

test("a fact that was written is read back, and nothing else is left in the folder", () => {
  writeFact(file, "acme", { protection: false });
  writeFact(file, "acme", { departed });
  expect(loadFleet(file).facts.get("acme")).toEqual({ protection: false, departed });
  expect(readdirSync(folder.path).toSorted()).toEqual(["tenants.state.yaml", "tenants.yaml"]);
});

test("comments, other tenants and tenants that the file no longer lists stay", () => {
  folder.write(
    "tenants.state.yaml",
    "# kept\ntenants:\n  # left in May\n  initech:\n    departed: { at: 2026-05-01T00:00:00Z, by: ops } # said so\n  globex:\n    protection: false\n",
  );
  writeFact(file, "acme", { protection: false });
  writeFact(file, "globex", { protection: true });
  expect(state()).toContain("# kept\n");
  expect(state()).toContain("# left in May\n");
  expect(state()).toContain("by: ops } # said so");
  const facts = loadFleet(file).facts;
  expect([...facts.keys()].toSorted()).toEqual(["acme", "globex", "initech"]);
  expect(facts.get("globex")).toEqual({ protection: true });
});

test("null removes a fact, and an entry without facts disappears", () => {
  writeFact(file, "acme", { protection: false, departed });
  writeFact(file, "acme", { departed: null });
  expect(loadFleet(file).facts.get("acme")).toEqual({ protection: false });
  writeFact(file, "acme", { protection: null });
  expect(loadFleet(file).facts.has("acme")).toBe(false);
  writeFact(file, "globex", { protection: null });
  expect(loadFleet(file).facts.size).toBe(0);
});

test("an alias in the state file is written out before it changes", () => {
  folder.write("tenants.state.yaml", "tenants:\n  globex: &x { protection: false }\n  acme: *x\n");
  writeFact(file, "acme", { departed });
  expect(loadFleet(file).facts.get("acme")).toEqual({ protection: false, departed });
  expect(loadFleet(file).facts.get("globex")).toEqual({ protection: false });
});

test.each(["", "# only a comment\n", "tenants:\n", "secrets:\n  salt: v1:AAAA:v1:BBBB:CCCC\n"])(
  "a fact goes into a state file that holds %j",
  (text) => {
    folder.write("tenants.state.yaml", text);
    writeFact(file, "acme", { protection: false });
    expect(loadFleet(file).facts.get("acme")).toEqual({ protection: false });
    expect(state()).toContain(text.trim());
  },
);

test("the salt is written once: the same one again is fine, another one is refused", () => {
  const salt = "v1:AAAA:v1:BBBB:CCCC";
  writeSecretsSalt(file, salt);
  writeSecretsSalt(file, salt);
  expect(() => writeSecretsSalt(file, "v1:AAAA:v1:BBBB:DDDD")).toThrow(
    expect.objectContaining({ code: "FLEET_SALT_TAKEN" }) as Error,
  );
  expect(loadFleet(file).secrets.salt).toBe(salt);
});

test("what could not be read again is never written", () => {
  writeFact(file, "acme", { protection: false });
  const before = state();
  expect(() => writeFact(file, "a b", { protection: false })).toThrow("cannot name a tenant");
  expect(() => writeFact(file, "acme", { departed: { at: "yesterday", by: "ops" } })).toThrow("is not a time in UTC");
  expect(() => writeSecretsSalt(file, "salt")).toThrow("is not a salt");
  expect(state()).toBe(before);
});

test("a state file with problems stays as it is", () => {
  const broken = "tenants: { acme: { protectoin: false } }\n";
  folder.write("tenants.state.yaml", broken);
  expect(() => writeFact(file, "acme", { protection: false })).toThrow('there is no setting "protectoin" here');
  expect(() => loadFleet(file)).toThrow(`${folder.file("tenants.state.yaml")}:1:20 tenants.acme.protectoin`);
  expect(state()).toBe(broken);
});

test("a link to the state file stays a link", () => {
  if (process.platform === "win32") return;
  mkdirSync(folder.file("elsewhere"));
  const target = join(folder.file("elsewhere"), "facts.yaml");
  writeFileSync(target, "tenants: {}\n");
  symlinkSync(target, folder.file("tenants.state.yaml"));
  writeFact(file, "acme", { protection: false });
  expect(lstatSync(folder.file("tenants.state.yaml")).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, "utf8")).toContain("protection: false");
});

describe("the lock of the state file", () => {
  const lock = (): string => folder.file("tenants.state.yaml.lock");

  test("is taken over from a process that died", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(lock(), `${pid} ${hostname()}\n`);
    writeFact(file, "acme", { protection: false });
    expect(existsSync(lock())).toBe(false);
    expect(readdirSync(folder.path).toSorted()).toEqual(["tenants.state.yaml", "tenants.yaml"]);
  });

  test.each([
    ["a living process", `${process.pid} ${hostname()}`],
    ["another host", "1 another-host.invalid"],
  ])("is respected and named when %s holds it", (_, owner) => {
    writeFileSync(lock(), `${owner}\n`);
    const waits: number[] = [];
    const options = { attempts: 3, wait: (milliseconds: number) => void waits.push(milliseconds) };
    const action = jest.fn<undefined, []>();
    expect(() => withFileLock(folder.file("tenants.state.yaml"), action, options)).toThrow(
      expect.objectContaining({ code: "FLEET_STATE_LOCKED" }) as Error,
    );
    expect(waits).toHaveLength(2);
    expect(action).not.toHaveBeenCalled();
    expect(existsSync(lock())).toBe(true);
  });

  test("is waited for", () => {
    writeFileSync(lock(), `${process.pid} ${hostname()}\n`);
    const release = (): void => folder.removeFile("tenants.state.yaml.lock");
    expect(withFileLock(folder.file("tenants.state.yaml"), () => "done", { wait: release })).toBe("done");
  });

  test("is given back when the action fails", () => {
    const fail = (): never => {
      throw new Error("no");
    };
    expect(() => withFileLock(folder.file("tenants.state.yaml"), fail)).toThrow("no");
    expect(existsSync(lock())).toBe(false);
  });
});
