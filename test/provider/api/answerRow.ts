import { classify, HttpFailure, type FailureClass, type HttpMethod, type NeonErrorCode } from "../../../provider/api";

/** What Neon answers, and what it has to become. */
export interface Row {
  what: string;
  status: number;
  code?: string;
  message: string;
  method?: HttpMethod;
  class: FailureClass;
  error: NeonErrorCode;
  says?: RegExp;
  unanswered?: boolean;
}

/** Classifies the answer of `row` and compares. */
export function expectRow(row: Row): void {
  const { code = "", method = "PATCH", message: detail, status } = row;
  const failure = new HttpFailure({ kind: "answered", status, code, detail, fromNeon: true, requestId: "req-1" });
  const { class: found, error } = classify(failure, {
    operation: "updateProject",
    method,
    subject: "project p-1",
    tenant: "acme",
  });
  expect({ class: found, code: error.code, unanswered: error.unanswered }).toEqual({
    class: row.class,
    code: row.error,
    unanswered: row.unanswered ?? false,
  });
  expect(error).toMatchObject({ status, requestId: "req-1", tenant: "acme", operation: "updateProject" });
  expect(error.message).toMatch(row.says ?? /project p-1/);
  expect(error.message).toContain("tenant acme");
}
