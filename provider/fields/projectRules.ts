import { isIP } from "node:net";
import { z } from "zod";
import { type ChangeClass, field } from "./field";

/** One of the five limits of a billing period. */
export const quota = (about: string, api: string, unit: string) =>
  field({
    schema: z.number().int("must be a whole number").min(0, "must be 0 (unlimited) or more"),
    about,
    unit,
    api: `project.settings.quota.${api}`,
    defaultText: "0 (unlimited)",
    removed: { to: 0 },
    change: lowersLimit,
    changeText: "in place; lowering it below what is used may suspend",
    inListPages: true,
    quota: true,
  });

function lowersLimit(from: number | undefined, to: number): ChangeClass {
  const limit = (value: number | undefined): number => (value ? value : Infinity);
  return limit(to) < limit(from) ? "maySuspend" : "inPlace";
}

/** Class of a change of a switch that guards something. */
export const guard = (from: boolean | undefined, to: boolean): ChangeClass =>
  from !== to && !to ? "reducesProtection" : "inPlace";

/** Class of a change of the list of addresses. */
export function opensNetwork(from: string | string[] | undefined, to: string | string[]): ChangeClass {
  if (to === "any") return from === undefined ? "inPlace" : "reducesProtection";
  if (from === undefined || from === "any") return "inPlace";
  return [...to].every((entry) => from.includes(entry)) ? "inPlace" : "reducesProtection";
}

/** An address, a range in CIDR notation, or `a-b`, of IPv4 or IPv6. Neon lets an entry that it cannot read match nothing. */
export function isIpEntry(entry: string): boolean {
  const [from = "", to, ...more] = entry.split("-");
  if (to !== undefined) return more.length === 0 && isIP(from) !== 0 && isIP(from) === isIP(to);
  const [address = "", bits, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
