import { isNeonError } from "../../provider/api";
import { StackError } from "../engine/stackError";

/** The code and sentence of a failure; what the engine printed stays in the event stream. */
export function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof StackError) return { code: error.code, message: error.message };
  if (isNeonError(error)) return { code: error.code, message: error.message.replace(`${error.code}: `, "") };
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return { code: error.code, message: error.message };
  }
  return { code: "FLEET_UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}
