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
