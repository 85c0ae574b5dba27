/** True where a text fits a pattern of plain characters, `*` (any characters) and `?` (one). Only the last `*` is ever tried again. */
export function matchesGlob(text: string, pattern: string): boolean {
  let [at, expected, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[expected] === "*") {
      [star, resume] = [expected++, at];
    } else if (pattern[expected] === "?" || pattern[expected] === text[at]) {
      [at, expected] = [at + 1, expected + 1];
    } else if (star >= 0) {
      [expected, at] = [star + 1, ++resume];
    } else {
      return false;
    }
  }
  while (pattern[expected] === "*") expected++;
  return expected === pattern.length;
}
