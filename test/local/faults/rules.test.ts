import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { addLocalCommand } from "../../../fleet/cli/localCommand";
import { LocalNeonError, readFaultFile } from "../../../local";
import { describeProblem, parseFaultRules } from "../../../local/faults/parseFaultRules";
import { type KnownRoute, parseRoute } from "../../../local/faults/routePattern";
import { vocabularyOf } from "../../../local/faults/vocabulary";

const vocabulary = vocabularyOf();

function problemsOf(value: unknown): string[] {
  const parsed = parseFaultRules(value, vocabulary);
  return "problems" in parsed ? parsed.problems.map(describeProblem) : [];
}

describe("a route", () => {
  const known: KnownRoute[] = vocabulary.routes.map(({ operationId, method, template }) => ({
    operationId,
    method,
    template,
  }));
  const request = (operationId: string, method: string, ...parts: string[]) => ({ operationId, method, path: parts });
  const createProject = request("createProject", "POST", "projects");
  const getBranch = request("getProjectBranch", "GET", "projects", "p-1", "branches", "br-1");
  const isFor = (route: string, one: typeof createProject) => {
    const parsed = parseRoute(route, known);
    if ("problem" in parsed) throw new Error(parsed.problem);
    return parsed(one);
  };

  it.each([
    ["*", true, true],
    ["createProject", true, false],
    ["POST /projects", true, false],
    ["post /api/v2/projects", true, false],
    ["* /projects", true, false],
    ["* /**", true, true],
    ["GET /projects/{project_id}/branches/*", false, true],
    ["GET /projects/p-1/**", false, true],
    ["GET /projects/p-2/**", false, false],
    ["GET /projects/p-1/branches", false, false],
    ["DELETE /projects/**", false, false],
  ])("%s chooses POST /projects: %s, GET …/branches/br-1: %s", (route, creates, gets) => {
    expect([isFor(route, createProject), isFor(route, getBranch)]).toEqual([creates, gets]);
  });

  it.each([
    ["createproject", "did you mean createProject?"],
    ["makeProject", "no operation of Neon's document"],
    ["POST /project", "fits no operation"],
    ["PUT /projects", "fits no operation"],
    ["POST projects", "is not an operation id"],
    ["GET /**/branches", "must be the last part"],
    ["", "no operation"],
  ])("%s is refused", (route, problem) => {
    expect(problemsOf([{ route, kind: "423" }])).toEqual([expect.stringContaining(problem)]);
  });
});

describe("rules", () => {
  it("may be a list or a single one, and an unquoted 423 of YAML is the same as a quoted one", () => {
    expect(parseFaultRules({ route: "*", kind: 423 }, vocabulary)).toEqual({ rules: [{ route: "*", kind: "423" }] });
    expect(parseFaultRules([], vocabulary)).toEqual({ rules: [] });
  });

  it("are refused with everything that is wrong with all of them", () => {
    expect(
      problemsOf([
        { route: "createProject", kind: "resetAfterCommit", first: 1 },
        { route: "nothing", kind: "resetAfterComit", probability: 2 },
        { route: "*", kind: "slow", every: 0, first: 1.5, retryAfterSeconds: 1 },
        { route: "*", kind: "429", retryAfterSeconds: -1 },
        { kind: "lock", action: "sleep", durationMs: "1s" },
        { route: "*", kind: "503", when: "now" },
        { route: "*", kind: "constructor" },
        "423",
      ]),
    ).toEqual([
      expect.stringMatching(/^fault 2: kind: must be one of 423, 429, 500, /),
      expect.stringMatching(/^fault 2: route: "nothing" is no operation/),
      expect.stringMatching(/^fault 2: probability: /),
      expect.stringMatching(/^fault 3: every: /),
      expect.stringMatching(/^fault 3: first: /),
      "fault 3: delayMs: is missing",
      expect.stringMatching(/^fault 3: retryAfterSeconds: is not a field of this kind/),
      expect.stringMatching(/^fault 4: retryAfterSeconds: /),
      "fault 5: route: is missing",
      expect.stringMatching(/^fault 5: durationMs: /),
      expect.stringMatching(/^fault 5: action: "sleep" is no action/),
      expect.stringMatching(/^fault 6: when: /),
      expect.stringMatching(/^fault 7: kind: must be one of/),
      expect.stringMatching(/^fault 8: must be an object/),
    ]);
    expect(problemsOf(7)).toEqual(["must be a list of faults"]);
  });
});

describe("a faults file", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "faults-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const write = (text: string) => {
    const file = path.join(folder, "faults.yaml");
    fs.writeFileSync(file, text);
    return file;
  };
  const errorOf = (run: () => unknown): LocalNeonError => {
    try {
      run();
    } catch (error) {
      if (error instanceof LocalNeonError) return error;
      throw error;
    }
    throw new Error("it was taken");
  };

  it("is YAML or JSON", () => {
    const rules = [{ route: "createProject", kind: "429", retryAfterSeconds: 2, probability: 0.1 }];
    const yaml = "# slow down\n- route: createProject\n  kind: 429\n  retryAfterSeconds: 2\n  probability: 0.1\n";
    expect(readFaultFile(write(yaml))).toEqual(rules);
    expect(readFaultFile(write(JSON.stringify(rules)))).toEqual(rules);
    expect(readFaultFile(write("# none yet\n"))).toEqual([]);
  });

  it("is refused with the line of every problem", () => {
    const file = write("- route: creteProject\n  kind: 423\n- kind: slow\n  route: '*'\n  delay: 5\n");
    const error = errorOf(() => readFaultFile(file));
    expect(error.code).toBe("LOCAL_FAULTS_INVALID");
    expect(error.message).toContain(`${file}:1: fault 1: route: "creteProject" is no operation`);
    expect(error.message).toContain(`${file}:3: fault 2: delayMs: `);
    expect(error.message).toContain(`${file}:5: fault 2: delay: is not a field`);
  });

  it("is refused with the line of what is not YAML, and where it cannot be read", () => {
    expect(errorOf(() => readFaultFile(write("- route: '*'\n  kind: [423\n"))).message).toMatch(/faults\.yaml:[23]: /);
    expect(errorOf(() => readFaultFile(path.join(folder, "none.yaml")))).toMatchObject({
      code: "LOCAL_FAULTS_UNREADABLE",
      message: expect.stringContaining("ENOENT") as unknown,
    });
  });

  it("that is wrong keeps the command from starting", async () => {
    const program = new Command().exitOverride();
    addLocalCommand(program);
    const state = path.join(folder, "state");
    const args = ["local", "--state", state, "--faults", write("- kind: 423\n"), "--fault-seed", "7"];
    await expect(program.parseAsync(args, { from: "user" })).rejects.toMatchObject({ code: "LOCAL_FAULTS_INVALID" });
    expect(fs.existsSync(state)).toBe(false);
  });
});
