import * as pulumi from "@pulumi/pulumi";
import type { ResourceKind } from "../lifecycle";
import { providerText } from "./providerText";

/** Inputs as they are registered: the user's, the outputs to wait for, and the text that names the implementation. */
export function registered(kind: ResourceKind, inputs: pulumi.Inputs, outputs: readonly string[]): pulumi.Inputs {
  const waitedFor = Object.fromEntries(outputs.map((name) => [name, undefined]));
  return { ...waitedFor, ...inputs, __provider: providerText(kind) };
}

/**
 * The options of a resource. Delete-before-replace is always on: nothing here may be replaced behind its owner's back, and with it
 * the first step of a replacement is a delete, which is refused before anything new is made.
 */
export function guarded(
  options: pulumi.CustomResourceOptions | undefined,
  secretOutputs: string[] = [],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(options, { deleteBeforeReplace: true, additionalSecretOutputs: secretOutputs });
}

/**
 * The place of a resource in its program: the types of its parents and its name, as in its URN after stack and project. A promise and
 * not an Output: an Output of the parent's URN depends on the parent, which for a component means on all its children, this one too.
 */
export function placeInProgram(
  name: string,
  type: string,
  options: pulumi.CustomResourceOptions | undefined,
): Promise<string> {
  const urn = pulumi.createUrn(name, type, options?.parent);
  return new Promise((resolve) => {
    urn.apply((text) => resolve(text.split("::").slice(2).join("::")));
  });
}
