import { execFileSync } from "node:child_process";
import path from "node:path";

interface Printed {
  atFirst: string[];
  atLast: string[];
  text: string;
  missing: string;
}

describe("modules that only the SDK's closure serializer uses", () => {
  let printed: Printed;
  beforeAll(() => {
    // A process of its own: Jest has its own require.
    const script = path.join(__dirname, "lateModules.js");
    printed = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as Printed;
  });

  it("are not loaded with the SDK", () => {
    expect(printed.atFirst).toEqual([]);
  });

  it("are loaded when a closure is serialized, which works as ever", () => {
    expect(printed.atLast).toEqual(["typescript", "@npmcli/arborist"]);
    expect(printed.text).toContain("answer: 42");
  });

  it("are missed at once where they are not installed, so that the SDK's fallbacks go on working", () => {
    expect(printed.missing).toBe("MODULE_NOT_FOUND");
  });
});
