import { BlockList, isIP, isIPv6 } from "node:net";

/** What is wrong with one entry of an IP list; undefined when Neon understands it: an address, a CIDR block, or a range `a-b`. */
export function ipRuleFault(rule: string): string | undefined {
  if (rule.includes("/")) return cidrFault(rule);
  if (rule.includes("-")) return rangeFault(rule);
  return isAddress(rule) ? undefined : "is not an IP address, a CIDR block such as 10.0.0.0/8, or a range a-b";
}

/** True for a block that holds every address of its family. */
export function opensToEveryone(rule: string): boolean {
  return /\/0+$/.test(rule);
}

function cidrFault(rule: string): string | undefined {
  const [address = "", bits = "", ...rest] = rule.split("/");
  const widest = isIPv6(address) ? 128 : 32;
  const sound = rest.length === 0 && isAddress(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= widest;
  return sound ? undefined : "is not a CIDR block; write an address and the bits of its network, such as 10.0.0.0/8";
}

function rangeFault(rule: string): string | undefined {
  const [first = "", last = "", ...rest] = rule.split("-").map((part) => part.trim());
  if (rest.length > 0 || !isAddress(first) || !isAddress(last) || isIP(first) !== isIP(last)) {
    return "is not a range; write two addresses of one family, such as 10.0.0.1-10.0.0.9";
  }
  try {
    new BlockList().addRange(first, last, isIPv6(first) ? "ipv6" : "ipv4");
    return undefined;
  } catch {
    return "is a range whose first address is the larger one, so it holds nothing";
  }
}

/** A zone (`fe80::1%eth0`) names a card of one machine and means nothing at Neon's proxy. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}
