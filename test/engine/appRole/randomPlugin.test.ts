import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { RandomPlugin } from "../../../fleet/engine/direct/randomPlugin";
import { findEngine } from "../../../tools/engine";

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "random-plugin-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes its process id to a file before it does what the script says. */
function program(name: string, script: string): { program: string; pids: () => number[] } {
  const [file, pids] = [path.join(folder, name), path.join(folder, `${name}.pid`)];
  writeFileSync(pids, "");
  writeFileSync(file, `#!/bin/sh\necho $$ >> ${pids}\n${script}\n`);
  chmodSync(file, 0o700);
  return { program: file, pids: () => readFileSync(pids, "utf8").split("\n").filter(Boolean).map(Number) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux";
  }
}

/** The test's own limit ends a wait in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const serve = "echo 4711; exec sleep 600";

test("one process serves all that ask, and is gone after close", async () => {
  const { program: file, pids } = program("serves", serve);
  const plugin = new RandomPlugin({ program: file });
  expect(await Promise.all([plugin.port(), plugin.port(), plugin.port()])).toEqual([4711, 4711, 4711]);
  expect(pids()).toHaveLength(1);
  expect(isAlive(pids()[0]!)).toBe(true);
  await plugin.close();
  await until(() => !isAlive(pids()[0]!));
});

test("one that died is started again", async () => {
  const { program: file, pids } = program("dies", serve);
  const plugin = new RandomPlugin({ program: file });
  await plugin.port();
  process.kill(pids()[0]!, "SIGKILL");
  // That it is gone is heard of a moment later.
  while (pids().length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await plugin.port()).toBe(4711);
  }
  await plugin.close();
  await until(() => !isAlive(pids()[1]!));
});

test("nothing is started by a run that asks for none", async () => {
  const { program: file, pids } = program("idle", serve);
  await new RandomPlugin({ program: file }).close();
  expect(pids()).toEqual([]);
});

test.each([
  ["missing", undefined],
  ["ends", "exit 3"],
  ["talks", "echo hello; exec sleep 600"],
  ["silent", "exec sleep 600"],
])("one that is %s is told of, and tried again by the next", async (name, script) => {
  const { program: file, pids } =
    script === undefined ? { program: path.join(folder, "nowhere"), pids: () => [] } : program(name, script);
  const plugin = new RandomPlugin({ program: file, limitMs: 1_000 });
  await expect(plugin.port()).rejects.toMatchObject({ code: "FLEET_RANDOM_PLUGIN" });
  await expect(plugin.port()).rejects.toMatchObject({ code: "FLEET_RANDOM_PLUGIN" });
  expect(pids()).toHaveLength(script === undefined ? 0 : 2);
  await plugin.close();
  await until(() => pids().every((pid) => !isAlive(pid)));
});

test("it does not outlive a driver that is killed", async () => {
  const { program: file, pids } = program("bound", serve);
  const source = path.resolve(__dirname, "../../../dist/fleet/engine/direct/randomPlugin.js");
  const script = `
    const { RandomPlugin } = require(${JSON.stringify(source)});
    new RandomPlugin({ program: ${JSON.stringify(file)} }).port().then(() => { console.log("up"); setInterval(() => {}, 1000); });`;
  const driver: ChildProcess = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(driver.stdout!, "data");
  expect(isAlive(pids()[0]!)).toBe(true);
  driver.kill("SIGKILL");
  await until(() => !isAlive(pids()[0]!));
});

test("the real one names a port that can be connected to", async () => {
  const { randomPlugin } = await findEngine();
  const plugin = new RandomPlugin({ program: randomPlugin });
  const socket = net.connect(await plugin.port(), "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
  await plugin.close();
});

test("a process that waits for its end, and for nothing else, lives as long", async () => {
  const { program: file } = program("waited-for", serve);
  const module = path.resolve(__dirname, "../../../dist/fleet/engine/direct/randomPlugin.js");
  const script = `(async () => {
    const plugin = new (require(${JSON.stringify(module)}).RandomPlugin)({ program: ${JSON.stringify(file)} });
    await plugin.port();
    await plugin.close();
    console.log("closed");
  })();`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await once(child, "close");
  expect(output).toBe("closed\n");
});
