import { created, noContent, ok } from "../api/call";
import { ApiError, notFound } from "../api/apiError";
import type { ControlRoutes } from "../api/controlRoutes";
import { readBody } from "../api/readRequest";
import type { FaultHandle } from "./activeFault";
import type { Faults } from "./faults";
import type { Vocabulary } from "./faultSchemas";
import { describeProblem, parseFaultRules } from "./parseFaultRules";

/** Faults for other processes: the same rules as `LocalFaults` takes. */
export function faultRoutes(faults: Faults, vocabulary: Vocabulary): ControlRoutes {
  const find = (id: string): FaultHandle => {
    const fault = faults.active.find((candidate) => candidate.id === id);
    if (!fault) throw notFound("fault not found", { fault_id: id });
    return fault;
  };
  return {
    "GET /_local/faults": () => ok({ faults: faults.active.map(view) }),
    "POST /_local/faults": async (request) => {
      const parsed = parseFaultRules(await readBody(request), vocabulary);
      if ("problems" in parsed) {
        throw new ApiError(400, parsed.problems.map(describeProblem).join("; "), "LOCAL_FAULTS_INVALID");
      }
      return created({ faults: faults.addAll(parsed.rules).map(view) });
    },
    "DELETE /_local/faults": () => {
      faults.clear();
      return noContent;
    },
    "DELETE /_local/faults/*": (_request, id) => {
      find(id).remove();
      return noContent;
    },
    "POST /_local/faults/*/release": (_request, id) => {
      const fault = find(id);
      fault.release();
      return ok(view(fault));
    },
    "GET /_local/faults/log": () => ok({ log: faults.log }),
  };
}

const view = ({ id, rule, matched, fired, hanging }: FaultHandle) => ({ id, rule, matched, fired, hanging });
