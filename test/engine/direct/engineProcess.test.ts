import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EngineExit, type EngineProcessOptions, runEngineProcess } from "../../../fleet/engine/direct/engineProcess";
import { StackError } from "../../../fleet/engine/stackError";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "engine-process-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs this text as the engine. */
function run(script: string, more: Partial<EngineProcessOptions> = {}): Promise<string> {
  const file = path.join(folder, "engine.js");
  writeFileSync(file, script);
  return runEngineProcess([file], {
    program: process.execPath,
    cwd: folder,
    env: process.env,
    limitMs: 60_000,
    ...more,
  });
}

async function failure(running: Promise<unknown>): Promise<StackError> {
  const error: unknown = await running.then(
    () => "it ended well",
    (reason: unknown) => reason,
  );
  if (error instanceof StackError) return error;
  throw new Error(`no StackError: ${String(error)}`);
}

/** Says that it is ready, and ends only as `onInterrupt` says. */
const stubborn = (onInterrupt: string) =>
  `process.on("SIGINT", () => { ${onInterrupt} }); setInterval(() => undefined, 1000); console.log("ready");`;

describe("an engine process", () => {
  it("hands over whole lines, however its output is cut, from both streams", async () => {
    const lines: string[] = [];
    const script = `
      const { setTimeout: sleep } = require("node:timers/promises");
      const bytes = Buffer.from("first line é\\nsec");
      (async () => {
        for (const byte of bytes) { process.stdout.write(Buffer.from([byte])); await sleep(1); }
        process.stderr.write("err");
        await sleep(20);
        process.stdout.write("ond line\\n\\n  \\nlast without end");
        process.stderr.write("or line\\n");
      })();`;
    const output = await run(script, { onLine: (line) => lines.push(line) });
    expect(lines.sort()).toEqual(["error line", "first line é", "last without end", "second line"]);
    expect(output).toContain("first line é");
  });

  it("that fails rejects with its code and output", async () => {
    const error: unknown = await run(`console.error("no"); process.exitCode = 3;`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineExit);
    expect(error).toMatchObject({ exitCode: 3, exitSignal: null, output: "no\n" });
  });

  it("that is not there says so, and how to get it", async () => {
    const error = await failure(run("", { program: path.join(folder, "pulumi") }));
    expect(error.code).toBe("FLEET_ENGINE_MISSING");
    expect(error.message).toMatch(/pulumi cannot be started \(ENOENT\).*neon-tenants engine --rebuild/);
  });

  it("that may not be executed says so", async () => {
    const program = path.join(folder, "pulumi");
    writeFileSync(program, "#!/bin/sh\n");
    chmodSync(program, 0o644);
    const error = await failure(run("", { program }));
    expect(error.code).toBe("FLEET_ENGINE_MISSING");
    expect(error.message).toContain("EACCES");
  });

  it("that does not end is asked to, and may end what it is in", async () => {
    const done = path.join(folder, "done");
    const script = stubborn(`require("node:fs").writeFileSync(${JSON.stringify(done)}, ""); process.exit(1);`);
    const error = await failure(run(script, { limitMs: 5_000 }));
    expect(error.code).toBe("FLEET_ENGINE_TIMEOUT");
    expect(error.output).toContain("ready");
    expect(existsSync(done)).toBe(true);
  });

  it("that does not listen either is killed", async () => {
    const error = await failure(run(stubborn(""), { limitMs: 3_000, graceMs: 200 }));
    expect(error.code).toBe("FLEET_ENGINE_TIMEOUT");
  });

  it("is asked to end by a signal, and not begun after one", async () => {
    const controller = new AbortController();
    const running = run(stubborn(`process.exit(7);`), {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ exitCode: 7 });
    const begun = path.join(folder, "begun");
    const script = `require("node:fs").writeFileSync(${JSON.stringify(begun)}, "");`;
    await expect(run(script, { signal: controller.signal })).rejects.toBeInstanceOf(EngineExit);
    expect(existsSync(begun)).toBe(false);
  });
});
