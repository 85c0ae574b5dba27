import * as pulumi from "@pulumi/pulumi";
import { NeonError } from "../provider";

/** The region, once it is known to be one that the policy allows; without a policy all are. */
export function checkedRegion(region: pulumi.Input<string>, allowed: string[] | undefined): pulumi.Input<string> {
  if (allowed === undefined) return region;
  const check = (name: string): string => {
    if (allowed.includes(name)) return name;
    throw new NeonError(
      "NEON_INVALID_INPUT",
      `the region ${name} is not one of the allowed ones: ${allowed.join(", ")}`,
      {
        hint: "Choose one of these, or add the region to allowedRegions. Nothing was made.",
      },
    );
  };
  return typeof region === "string" ? check(region) : pulumi.output(region).apply(check);
}
