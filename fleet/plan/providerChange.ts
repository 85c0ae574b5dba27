import { diffFields, endpointFields, type Field, leaves, projectFields, worstClass } from "../../provider/fields";
import { policyNames, type ReplicaSpec } from "../config";
import type { ChangeClass } from "./plan";

/** What a change of one field does by the declaration of the provider's field, and why it is refused where it is. */
export interface ProviderChange {
  class: ChangeClass;
  refusal?: { reason: string; wayOut: string };
}

/** The names of the policies are the same on both sides; this does not compile where one is not. */
const policies: readonly (keyof typeof projectFields)[] = policyNames;

/** The inputs of a Project that a field of the spec is sent as. */
const inputs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(policies.map((name) => [name, name])),
  allowedIps: "allowedIps",
  protectedBranch: "protectedBranch",
  "compute.minCu": "compute.autoscalingLimitMinCu",
  "compute.maxCu": "compute.autoscalingLimitMaxCu",
  "compute.suspendSeconds": "compute.suspendTimeoutSeconds",
  "compute.pgSettings": "compute.pgSettings",
  "quota.activeTimeSeconds": "quota.activeTimeSeconds",
  "quota.computeTimeSeconds": "quota.computeTimeSeconds",
  "quota.writtenDataBytes": "quota.writtenDataBytes",
  "quota.dataTransferBytes": "quota.dataTransferBytes",
  "quota.logicalSizeBytes": "quota.logicalSizeBytes",
};

const declared = new Map(leaves(projectFields).map(({ path, field }) => [path, field]));
const fields = new Map(
  Object.entries(inputs).map(([name, path]): [string, Field<unknown>] => [name, declared.get(path)!]),
);

/** The change of a field of the spec that is an input of the Project; undefined for every other field. */
export function projectChange(field: string, from: unknown, to: unknown): ProviderChange | undefined {
  const value = fields.get(field);
  if (value === undefined) return undefined;
  // Two ways of writing the same are no change to the provider.
  const [change] = diffFields({ value }, {}, { value: from }, { value: to });
  return change ? { class: change.class, ...(change.refusal && { refusal: change.refusal }) } : { class: "inPlace" };
}

/** The class of a change of a replica that stays. */
export function replicaClass(from: ReplicaSpec, to: ReplicaSpec): ChangeClass {
  return worstClass(diffFields(endpointFields, {}, endpointInputs(from), endpointInputs(to))) ?? "inPlace";
}

function endpointInputs({ minCu, maxCu, suspendSeconds, ...same }: ReplicaSpec): Record<string, unknown> {
  return {
    ...same,
    autoscalingLimitMinCu: minCu,
    autoscalingLimitMaxCu: maxCu,
    suspendTimeoutSeconds: suspendSeconds,
  };
}
