import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { LocalNeonError } from "../../../local/localNeonError";
import { lockState } from "../../../local/store/stateLock";
import { CompiledLocal, printed, stop } from "./compiledLocal";
import { startTestApi } from "./testApi";

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "state-lock-"))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("lockState", () => {
  it("lets one server at a time have a folder, and names the other", () => {
    const lock = lockState(folder);
    expect(() => lockState(folder)).toThrow(`(process ${process.pid})`);
    lock.release();
    lockState(folder).release();
  });

  it("ends with a process that is killed, whatever its files say", async () => {
    const compiled = new CompiledLocal();
    try {
      const child = compiled.run(`
        require("./local/store/stateLock").lockState(${JSON.stringify(folder)});
        console.log("locked");
        setInterval(() => undefined, 1000);`);
      await printed(child, "locked");
      expect(() => lockState(folder)).toThrow(LocalNeonError);
      await stop(child, "SIGKILL");
      // A process id that lives, as after the number was given to another process.
      fs.writeFileSync(path.join(folder, "owner.json"), JSON.stringify({ pid: process.pid }));
      lockState(folder).release();
    } finally {
      await compiled.remove();
    }
  });
});

it("keeps a second server away from a state folder, and lets it in when the first has closed", async () => {
  const first = await startTestApi({ stateFolder: folder });
  await expect(startTestApi({ stateFolder: folder })).rejects.toMatchObject({ code: "LOCAL_STATE_IN_USE" });
  await first.expect(200, "GET", "/regions");
  await first.close();
  await (await startTestApi({ stateFolder: folder })).close();
});

it("says which option helps when the port is taken, and leaves nothing locked", async () => {
  const first = await startTestApi();
  const port = Number(new URL(first.neon.apiHost).port);
  await expect(startTestApi({ stateFolder: folder, port })).rejects.toMatchObject({
    code: "LOCAL_PORT_IN_USE",
    hint: expect.stringContaining("--port") as unknown,
  });
  await (await startTestApi({ stateFolder: folder })).close();
  await first.close();
});

it("removes a temporary state folder when it is closed, and only such a one", async () => {
  const temporary = await startTestApi();
  expect(fs.existsSync(temporary.neon.stateFolder)).toBe(true);
  await temporary.close();
  expect(fs.existsSync(temporary.neon.stateFolder)).toBe(false);
  const kept = await startTestApi({ stateFolder: folder });
  await kept.close();
  expect(fs.readdirSync(folder)).toContain("neon.sqlite");
});
