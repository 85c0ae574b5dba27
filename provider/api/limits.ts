/** What is exhausted, in words, and what to do about it. */
export interface Exhausted {
  kind: "limit" | "quota";
  sentence: string;
  hint: string;
}

const QUOTAS: Record<string, string> = {
  "active time": "active_time_seconds",
  "compute time": "compute_time_seconds",
  "written data": "written_data_bytes",
  "data transfer": "data_transfer_bytes",
  "logical size": "logical_size_bytes",
};

const SPENT: Record<string, string> = {
  COMPUTE_TIME_EXCEEDED: "compute time",
  DATA_TRANSFER_LIMIT_EXCEEDED: "data transfer",
};

const LIMITS: Record<string, { of: string; hint: string }> = {
  PROJECTS: {
    of: "projects in this organization",
    hint: "Use another organization, ask Neon for a higher limit, or delete projects that are no longer needed.",
  },
  BRANCHES: {
    of: "branches in this project",
    hint: "Delete branches that are no longer needed, or move to a larger Neon plan.",
  },
  ROOT_BRANCHES: {
    of: "root branches in this project",
    hint: "Delete a root branch (schema-only branches count too), or move to a larger Neon plan.",
  },
  BRANCHES_PROTECTED: {
    of: "protected branches in this project",
    hint: "Take the protection off another branch, or move to a larger Neon plan.",
  },
  ENDPOINTS: { of: "computes", hint: "Delete a compute that is no longer needed, or move to a larger Neon plan." },
  ACTIVE_ENDPOINTS: {
    of: "computes that are active at the same time",
    hint: "Suspend computes that are idle, or ask Neon for a higher limit.",
  },
  ROLES: { of: "roles on this branch", hint: "Delete roles that are no longer needed." },
  DATABASES: {
    of: "databases on this branch",
    hint: "Delete databases that are no longer needed, or put the next ones into another project.",
  },
  BRANCH_SIZE: { of: "the size of a branch", hint: "Delete data, or move to a larger Neon plan." },
  VPC_ENDPOINTS: { of: "VPC endpoints", hint: "Remove a VPC endpoint that is no longer needed." },
};

/**
 * What Neon's `code` or message says is used up, or undefined where the answer is about something else. Neon does not document the status
 * of these answers (402, 422 and 423 are all seen), so the text decides.
 */
export function readExhausted(code: string, message: string): Exhausted | undefined {
  return readQuota(code, message) ?? readLimit(code, message);
}

function readQuota(code: string, message: string): Exhausted | undefined {
  const named =
    SPENT[code] ??
    /^(\w+)_QUOTA_EXCEEDED$/.exec(code)?.[1]?.toLowerCase().replaceAll("_", " ") ??
    /exceeded the (.{1,40}?) quota/i.exec(message)?.[1]?.toLowerCase();
  if (named !== undefined) {
    const field = QUOTAS[named];
    return {
      kind: "quota",
      sentence: `the ${named} quota of this project is used up: ${message}`,
      hint: field
        ? `Raise quota.${field} of the project, or set it to 0 (unlimited); otherwise it lasts until the next billing period.`
        : "Raise the quota of the project, or wait for the next billing period.",
    };
  }
  if (
    code === "NON_PRIMARY_BRANCH_COMPUTE_TIME_EXCEEDED" ||
    /exceeded the compute time for this branch/i.test(message)
  ) {
    return {
      kind: "quota",
      sentence: `the compute time of branches other than the default one is used up: ${message}`,
      hint: "Move to a larger Neon plan, or wait for the next billing period.",
    };
  }
  return undefined;
}

function readLimit(code: string, message: string): Exhausted | undefined {
  const name = /^(\w+?)_LIMIT_EXCEEDED(_THRESHOLD)?$/.exec(code)?.[1];
  if (name === undefined || name === "RATE") {
    return /exceeded the limit of concurrently active endpoints/i.test(message)
      ? limit("ACTIVE_ENDPOINTS", message)
      : undefined;
  }
  return limit(name, message);
}

function limit(name: string, message: string): Exhausted {
  const known = LIMITS[name];
  return {
    kind: "limit",
    sentence: `the limit on ${known?.of ?? name.toLowerCase().replaceAll("_", " ")} is reached: ${message}`,
    hint: known?.hint ?? "Delete what is no longer needed, or move to a larger Neon plan.",
  };
}
