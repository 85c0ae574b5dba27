import { diagnose } from "../../../fleet/engine/stackError";

describe("what the engine's output says about a failure", () => {
  it("names who holds a lock", () => {
    const output = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///s/.pulumi/locks/organization/fleet/acme/1.json: created by root@build-7 (pid 4711) at 2026-11-23T10:00:00Z`;
    expect(diagnose(output)).toMatchObject({
      kind: "locked",
      code: "FLEET_STACK_LOCKED",
      locks: [{ user: "root", host: "build-7", pid: 4711, since: "2026-11-23T10:00:00Z" }],
    });
  });

  it("finds our own code with its sentence, through colours", () => {
    const output =
      "  neon:Project acme \u001b[31merror:\u001b[0m Preview failed: NEON_IMMUTABLE: the region cannot change. Put it back.\n";
    expect(diagnose(output)).toMatchObject({
      kind: "refused",
      code: "NEON_IMMUTABLE",
      message: "the region cannot change. Put it back.",
    });
  });

  it("otherwise gives the engine's last error that says something", () => {
    expect(diagnose("error: no space left\n  error: update failed\nResources:\n")).toMatchObject({
      code: "FLEET_ENGINE_FAILED",
      message: "no space left",
    });
  });
});
