const words: Record<string, string> = {
  created: "create",
  updated: "update",
  deleted: "delete",
  replaced: "replace",
  unchanged: "same",
  "to create": "create",
  "to update": "update",
  "to delete": "delete",
  "to replace": "replace",
};

const line =
  /^\s*(?:[+\-~±]{1,2}\s*)?(\d+) (created|updated|deleted|replaced|unchanged|to create|to update|to delete|to replace)\s*$/gm;

/** The resource counts under `Resources:` at the end of what `pulumi` prints. */
export function changesIn(output: string): Record<string, number> {
  const changes: Record<string, number> = {};
  const summary = output.slice(Math.max(0, output.lastIndexOf("Resources:")));
  for (const [, count, word] of summary.matchAll(line)) {
    const kind = words[word ?? ""];
    if (kind) changes[kind] = Number(count);
  }
  return changes;
}
