import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import {
  type Checkpoint,
  CheckpointStore,
  holdsResources,
  isUnfinished,
  parseCheckpoint,
} from "../../../fleet/engine/checkpoint";

const stackUrn = "urn:pulumi:acme::fleet::pulumi:pulumi:Stack::fleet-acme";

function text(resources: object[], pending: object[] = []): string {
  return JSON.stringify({
    version: 3,
    checkpoint: {
      latest: {
        resources,
        pending_operations: pending,
        secrets_providers: { type: "passphrase", state: { salt: "v1:a:v1:b:c" } },
      },
    },
  });
}

const stack = { urn: stackUrn, type: "pulumi:pulumi:Stack", outputs: { projectId: "p1" } };
const project = { urn: "u", type: "pulumi-nodejs:dynamic/neon:Project", custom: true, id: "p1" };
const provider = { urn: "v", type: "pulumi:providers:pulumi-nodejs", custom: true, id: "x" };
const parse = (resources: object[], pending?: object[]): Checkpoint => parseCheckpoint(text(resources, pending), "f");

describe("a checkpoint", () => {
  it("gives the stack's own outputs and the salt", () => {
    expect(parse([stack, project])).toMatchObject({
      outputs: { projectId: "p1" },
      salt: "v1:a:v1:b:c",
      fingerprint: "f",
    });
  });

  it("holds something only where a resource of ours is in it", () => {
    expect(holdsResources(parse([stack, provider]))).toBe(false);
    expect(holdsResources(parse([stack, provider, project]))).toBe(true);
    expect(holdsResources(parseCheckpoint('{"version":3,"checkpoint":{"latest":null}}', "f"))).toBe(false);
  });

  it("is unfinished with a pending operation, a half-made resource or one that waits for its deletion", () => {
    expect(isUnfinished(parse([stack, project]))).toBe(false);
    expect(isUnfinished(parse([stack], [{ type: "creating", resource: { urn: "u" } }]))).toBe(true);
    expect(isUnfinished(parse([stack, { ...project, initErrors: ["operation failed"] }]))).toBe(true);
    expect(isUnfinished(parse([stack, { ...project, delete: true }]))).toBe(true);
  });
});

describe("the checkpoints of a file backend", () => {
  let folder: string;
  let store: CheckpointStore;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "checkpoints-"));
    mkdirSync(path.join(folder, ".pulumi/stacks/fleet"), { recursive: true });
    store = new CheckpointStore(`file://${folder}?metadata=skip`, "fleet");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(path.join(folder, ".pulumi/stacks/fleet", name), content);

  it("are found by stack, plain and compressed; backups and attributes are no stacks", () => {
    write("acme.json", text([stack]));
    write("globex.json.gz", gzipSync(text([stack, project])));
    write("acme.json.bak", "x");
    write("acme.json.attrs", "x");
    expect(store.stacks().sort()).toEqual(["acme", "globex"]);
    expect(store.read("globex")?.resources).toHaveLength(2);
    expect(store.read("nobody")).toBeUndefined();
  });

  it("are not opened while their fingerprint is the known one", () => {
    write("acme.json", text([stack]));
    const fingerprint = store.read("acme")?.fingerprint;
    expect(store.read("acme", fingerprint)).toBe("unchanged");
    write("acme.json", text([stack, project]));
    expect(store.read("acme", fingerprint)).toMatchObject({ outputs: { projectId: "p1" } });
  });

  it("cannot be read in another kind of backend", () => {
    const other = new CheckpointStore("s3://bucket", "fleet");
    expect(other.readable).toBe(false);
    expect(other.stacks()).toEqual([]);
    expect(other.read("acme")).toBeUndefined();
  });
});

describe("a checkpoint that was cut off", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "torn-"));
  const stacks = path.join(folder, ".pulumi", "stacks", "fleet");
  const store = new CheckpointStore(`file://${folder}`, "fleet");
  beforeAll(() => mkdirSync(stacks, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const whole = text([stack, project]);

  it.each([
    ["", ".json"],
    ["half", ".json"],
    ["half", ".json.gz"],
  ])("(%s, %s) shows the state before, counts as unfinished, and is mended from it", (left, extension) => {
    const bytes = extension === ".json" ? Buffer.from(whole) : gzipSync(whole);
    const file = path.join(stacks, `acme${extension}`);
    writeFileSync(`${file}.bak`, bytes);
    writeFileSync(file, left === "" ? "" : bytes.subarray(0, bytes.length / 2));
    const torn = store.read("acme");
    expect(torn).toMatchObject({ isTorn: true, outputs: { projectId: "p1" } });
    expect(torn && isUnfinished(torn)).toBe(true);
    expect(store.mend("acme")).toBe(true);
    const mended = store.read("acme");
    expect(mended?.isTorn).toBeUndefined();
    expect(mended).toMatchObject({ outputs: { projectId: "p1" } });
    expect(mended?.fingerprint).not.toBe(torn?.fingerprint);
    for (const name of [file, `${file}.bak`]) rmSync(name);
  });

  it("without a whole copy beside it stays as it is", () => {
    writeFileSync(path.join(stacks, "acme.json"), "{");
    expect(store.read("acme")).toMatchObject({ isTorn: true, resources: [] });
    expect(store.mend("acme")).toBe(false);
    writeFileSync(path.join(stacks, "acme.json.bak"), "{");
    expect(store.mend("acme")).toBe(false);
  });
});
