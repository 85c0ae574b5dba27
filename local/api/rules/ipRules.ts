import { isIPv4, isIPv6 } from "node:net";
import type { CompleteProjectSettings } from "../../store/documents";

/** An address as a number of its family. */
interface Address {
  family: 4 | 6;
  value: bigint;
}

const bitsOf = { 4: 32, 6: 128 } as const;

type NetworkSettings = Pick<CompleteProjectSettings, "allowed_ips" | "block_public_connections">;

/**
 * Why a connection from this address is refused, in the words of Neon's proxy. `block_public_connections` supersedes the list; an
 * empty list allows every address. No connection comes through a VPC endpoint here, so `block_vpc_connections` refuses none.
 */
export function connectionRefusal(
  settings: NetworkSettings,
  isProtectedBranch: boolean,
  peerAddress: string,
): string | undefined {
  if (settings.block_public_connections) {
    return "This connection is trying to access this endpoint from a blocked network.";
  }
  const { ips, protected_branches_only } = settings.allowed_ips;
  if (protected_branches_only && !isProtectedBranch) return undefined;
  if (isAllowedAddress(ips, peerAddress)) return undefined;
  return `This IP address ${withoutMapping(peerAddress)} is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console. Make sure to check for IPv4 or IPv6 addresses.`;
}

/** Whether a list of addresses, `a-b` ranges and CIDR networks holds this address. An entry that is none of these matches nothing. */
export function isAllowedAddress(entries: readonly string[], peerAddress: string): boolean {
  if (entries.length === 0) return true;
  const peer = parseAddress(withoutMapping(peerAddress));
  return peer !== undefined && entries.some((entry) => holds(entry, peer));
}

function holds(entry: string, peer: Address): boolean {
  const range = rangeOf(entry);
  if (!range) return false;
  const [first, last] = range;
  const isFamily = first.family === peer.family && last.family === peer.family;
  return isFamily && first.value <= peer.value && peer.value <= last.value;
}

function rangeOf(entry: string): [Address, Address] | undefined {
  if (entry.includes("/")) return networkOf(entry);
  const ends = entry.split("-").map(parseAddress);
  const [first, last = first] = ends;
  return ends.length <= 2 && first && last ? [first, last] : undefined;
}

function networkOf(entry: string): [Address, Address] | undefined {
  const [text = "", prefix = "", ...more] = entry.split("/");
  const address = parseAddress(text);
  if (!address || more.length || !/^\d{1,3}$/.test(prefix)) return undefined;
  const hostBits = bitsOf[address.family] - Number(prefix);
  if (hostBits < 0) return undefined;
  const first = (address.value >> BigInt(hostBits)) << BigInt(hostBits);
  const { family } = address;
  return [
    { family, value: first },
    { family, value: first + (1n << BigInt(hostBits)) - 1n },
  ];
}

function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: parseIpv4(text) };
  if (isIPv6(text) && !text.includes("%")) return { family: 6, value: parseIpv6(text) };
  return undefined;
}

const parseIpv4 = (text: string) => text.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);

function parseIpv6(text: string): bigint {
  const [head = [], tail] = text.split("::").map(groupsOf);
  const gap = tail ? Array.from({ length: 8 - head.length - tail.length }, () => 0n) : [];
  return [...head, ...gap, ...(tail ?? [])].reduce((sum, group) => (sum << 16n) + group, 0n);
}

/** 16 bits each; an IPv4 address in the end stands for two. */
function groupsOf(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [BigInt(`0x${group}`)];
    const value = parseIpv4(group);
    return [value >> 16n, value & 0xffffn];
  });
}

/** A socket that takes both families shows an IPv4 client as `::ffff:1.2.3.4`. */
const withoutMapping = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");
