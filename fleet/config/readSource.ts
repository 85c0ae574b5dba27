import { readFileSync } from "node:fs";
import type { Problem } from "./problem";
import { YamlSource } from "./yamlSource";

/** A file as YAML. A file that cannot be read, or is not UTF-8, is an empty source and a problem. */
export function readSource(
  file: string,
  options: { optional?: boolean } = {},
): { source: YamlSource; problems: Problem[] } {
  const none = (sentence: string, line = 1, column = 1): { source: YamlSource; problems: Problem[] } => ({
    source: new YamlSource(file, ""),
    problems: [{ file, line, column, path: "", code: "FLEET_FILE_UNREADABLE", sentence }],
  });
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && options.optional === true) return { source: new YamlSource(file, ""), problems: [] };
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "this is a folder, not a file",
      EACCES: "the file may not be read by this user",
    };
    return none(reasons[code] ?? `the file cannot be read: ${message}`);
  }
  const text = bytes.toString("utf8");
  // A U+FFFD that the file holds itself survives the way back; one that stands for broken bytes does not.
  if (!Buffer.from(text, "utf8").equals(bytes)) {
    const before = text.slice(0, Math.max(text.indexOf("\uFFFD"), 0));
    const line = before.split("\n").length;
    return none("the file is not UTF-8; save it as UTF-8", line, before.length - before.lastIndexOf("\n"));
  }
  return { source: new YamlSource(file, text), problems: [] };
}
