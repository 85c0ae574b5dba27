import { defaultOrganization } from "../api/createContext";
import { type Checked, type Problem, problemLine, problemsOf } from "../checkedFile/problem";
import { readCheckedFile } from "../checkedFile/readCheckedFile";
import { LocalNeonError } from "../localNeonError";
import type { OptionsFile } from "./optionsFile";
import { optionsSchema } from "./optionsSchema";

/** The options of a YAML or JSON file; an error names every problem with its line, and no key. */
export function readOptionsFile(file: string): OptionsFile {
  return readCheckedFile(file, {
    noun: "options",
    flag: "--options",
    unreadable: "LOCAL_OPTIONS_UNREADABLE",
    check: checkOptions,
    describe: problemLine,
    invalid: (lines) =>
      new LocalNeonError(
        "LOCAL_OPTIONS_INVALID",
        `The options are not right: ${lines.join("; ")}.`,
        "docs/local.md names every option with its values.",
      ),
  });
}

/** A file without content asks for nothing. */
export function checkOptions(value: unknown = {}): Checked<OptionsFile> {
  const parsed = optionsSchema.safeParse(value);
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, "is not an option") };
  const { organizations = [defaultOrganization], apiKeys = [] } = parsed.data;
  const problems = [
    ...repeated(organizations.map(({ id }) => id)).map((index) =>
      said(["organizations", index, "id"], "is there twice"),
    ),
    ...repeated(apiKeys.map(({ key }) => key)).map((index) => said(["apiKeys", index, "key"], "is there twice")),
    ...apiKeys.flatMap((apiKey, index) => {
      const named = apiKey.kind === "personal" ? apiKey.orgIds : [apiKey.orgId];
      const unknown = named.filter((orgId) => !organizations.some(({ id }) => id === orgId));
      const field = apiKey.kind === "personal" ? "orgIds" : "orgId";
      const known = organizations.map(({ id }) => id).join(", ");
      return unknown.map((orgId) => said(["apiKeys", index, field], `${orgId} is not one of ${known}`));
    }),
  ];
  return problems.length ? { problems } : { value: parsed.data };
}

const said = (path: Problem["path"], text: string): Problem => ({ path, text });

/** The places of values that were there before. */
const repeated = (values: string[]): number[] =>
  values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
