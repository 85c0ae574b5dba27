import { readCheckedFile } from "../checkedFile/readCheckedFile";
import type { FaultRule } from "./faultRule";
import { describeProblem, invalidFaults, parseFaultRules } from "./parseFaultRules";
import { vocabularyOf } from "./vocabulary";

/** The faults of a YAML or JSON file; an error names every problem with its line. */
export function readFaultFile(file: string): FaultRule[] {
  return readCheckedFile(file, {
    noun: "faults",
    flag: "--faults",
    unreadable: "LOCAL_FAULTS_UNREADABLE",
    check(value) {
      // A file without content is a list without faults.
      const parsed = parseFaultRules(value ?? [], vocabularyOf());
      return "rules" in parsed ? { value: parsed.rules } : parsed;
    },
    describe: describeProblem,
    invalid: invalidFaults,
  });
}
