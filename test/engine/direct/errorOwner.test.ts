import { execFile } from "node:child_process";
import path from "node:path";

interface Ended {
  code: number;
  said: string[] | undefined;
  /** Listeners that the guard left on the process. */
  left: number | undefined;
  stderr: string;
}

function leave(way: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(__dirname, "strayErrors.js"), way], (error, stdout, stderr) => {
      const { said, left } = JSON.parse(stdout || "{}") as Partial<Ended>;
      resolve({ code: error ? Number(error.code) : 0, said, left, stderr });
    });
  });
}

describe("an error that nobody awaits", () => {
  it.each([
    ["ownedRejection", ["a: left alone"]],
    ["ownedThrow", ["a: left alone"]],
    [
      "strangeThings",
      ["undefined", "null", "word", "7", "[Object: null prototype] {}", "Symbol(s)"].map((text) => `a: ${text}`),
    ],
    ["handlerWhileRunning", ["on the process: 2", "handler: in time", "late: too late"]],
  ])("goes to the operation it came from: %s", async (way, said) => {
    expect(await leave(way)).toEqual({ code: 0, said, left: 0, stderr: "" });
  });

  it("of one operation is not the other's", async () => {
    const { said } = await leave("eachToItsOwn");
    expect(said?.sort()).toEqual(["a: of a", "b: of b"]);
  });

  it.each(["nobodysRejection", "nobodysThrow"])(
    "of no operation ends the driver, as without a guard: %s",
    async (way) => {
      const { code, said, stderr } = await leave(way);
      expect({ code, said }).toEqual({ code: 1, said: undefined });
      expect(stderr).toContain("the driver's own");
    },
  );

  it.each([
    ["nobodysWithAListener", 1],
    ["nobodysWithAListenerForThrows", 1],
  ])("of no operation is left to whoever listens: %s", async (way, left) => {
    expect(await leave(way)).toEqual({ code: 0, said: ["listener: the driver's own"], left, stderr: "" });
  });
});
