import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readOptionsFile } from "../../../local";

let folder: string;
beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "options-"))));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const file = path.join(folder, "options.yaml");
  fs.writeFileSync(file, text);
  return readOptionsFile(file);
}

it("takes the rules, organizations and keys of a file as the options of a server", () => {
  const options = read(`
organizations:
  - { id: org-free, name: free, plan: free, projectsLimit: 10 }
apiKeys:
  - { key: s3cret, kind: organization, orgId: org-free }
quotaRules: { lagSeconds: 900, logicalSize: writesFail }
branchRules: { restoreBackup: parent }
proxyErrorSqlState: "53300"
`);
  expect(options).toEqual({
    organizations: [{ id: "org-free", name: "free", plan: "free", projectsLimit: 10 }],
    apiKeys: [{ key: "s3cret", kind: "organization", orgId: "org-free" }],
    quotaRules: { lagSeconds: 900, logicalSize: "writesFail" },
    branchRules: { restoreBackup: "parent" },
    proxyErrorSqlState: "53300",
  });
  expect(read("")).toEqual({});
});

const refusal = (text: string) => {
  try {
    read(text);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("the options were taken");
};

it("names every mistake at once with file, line and path, and no key", () => {
  const { code, message } = refusal(`quotaRules:
  lagSeconds: -1
  refusalStatus: 500
branchRule: {}
computeRules: { startActive: never }
apiKeys:
  - { key: top s3cret, kind: personal, orgIds: [] }
`);
  expect(code).toBe("LOCAL_OPTIONS_INVALID");
  for (const place of ["2: quotaRules.lagSeconds", "3: quotaRules.refusalStatus", "4: branchRule", "5: computeRules"]) {
    expect(message).toContain(`options.yaml:${place}`);
  }
  expect(message).toContain("options.yaml:7: apiKeys[0].key");
  expect(message).not.toContain("s3cret");
});

it("refuses keys of organizations that are not there, and what is there twice", () => {
  const { message } = refusal(`organizations:
  - { id: a, name: a, plan: free, projectsLimit: 1 }
  - { id: a, name: b, plan: free, projectsLimit: 1 }
apiKeys:
  - { key: one, kind: organization, orgId: b }
  - { key: one, kind: personal, orgIds: [a, c] }
`);
  for (const place of ["3: organizations[1].id", "5: apiKeys[0].orgId", "6: apiKeys[1].key", "6: apiKeys[1].orgIds"]) {
    expect(message).toContain(`options.yaml:${place}`);
  }
});
