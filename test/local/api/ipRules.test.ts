import { BlockList, isIPv6 } from "node:net";
import fc from "fast-check";
import { connectionRefusal, isAllowedAddress } from "../../../local/api/rules/ipRules";

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join("."));
/** Few distinct groups, so that addresses meet. */
const group = fc.constantFrom("0", "1", "fe80", "ffff", "2001", "db8", "00ab");
const ipv6 = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(":")),
  fc
    .tuple(fc.array(group, { maxLength: 4 }), fc.array(group, { maxLength: 3 }))
    .map(([head, tail]) => `${head.join(":")}::${tail.join(":")}`),
  ipv4.map((tail) => `64:ff9b::${tail}`),
);
const address = fc.oneof(ipv4, ipv6);
const familyOf = (text: string) => (isIPv6(text) ? "ipv6" : "ipv4");

/** Node's own idea of networks and ranges. */
function nodeHolds(fill: (list: BlockList) => void, peer: string): boolean {
  const list = new BlockList();
  fill(list);
  return list.check(peer, familyOf(peer));
}

it("finds an address in a network as Node does", () => {
  const network = fc.oneof(
    fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
    fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
  );
  fc.assert(
    fc.property(network, address, ([base, prefix], peer) => {
      fc.pre(familyOf(base) === familyOf(peer));
      const expected = nodeHolds((list) => list.addSubnet(base, prefix, familyOf(base)), peer);
      expect(isAllowedAddress([`${base}/${prefix}`], peer)).toBe(expected);
      expect(isAllowedAddress([`${base}/${prefix}`], base)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it("finds an address between the ends of a range, both included", () => {
  fc.assert(
    fc.property(fc.array(ipv4, { minLength: 3, maxLength: 3 }), ([a = "", b = "", peer = ""]) => {
      const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
      const expected = number(a) <= number(peer) && number(peer) <= number(b);
      expect(isAllowedAddress([`${a}-${b}`], peer)).toBe(expected);
      expect(isAllowedAddress([`${a}-${a}`], a)).toBe(true);
    }),
  );
  expect(isAllowedAddress(["2001:db8::1-2001:db8::ff"], "2001:db8::80")).toBe(true);
  expect(isAllowedAddress(["2001:db8::1-2001:db8::ff"], "2001:db8::100")).toBe(false);
});

it("takes a single address in any spelling, and one of a list is enough", () => {
  fc.assert(
    fc.property(fc.array(address, { maxLength: 3 }), address, (others, peer) => {
      expect(isAllowedAddress([...others, peer], peer)).toBe(true);
    }),
  );
  expect(isAllowedAddress(["2001:db8:0:0:0:0:0:1"], "2001:DB8::1")).toBe(true);
});

it("shows an IPv4 client of a socket for both families as what it is", () => {
  fc.assert(
    fc.property(ipv4, (peer) => {
      expect(isAllowedAddress([peer], `::ffff:${peer}`)).toBe(true);
      expect(isAllowedAddress([`${peer}/32`], `::FFFF:${peer}`)).toBe(true);
    }),
  );
});

it("never lets an entry that is no address, network or range match, nor fails on it", () => {
  const nonsense = fc.oneof(
    fc.string(),
    fc.constantFrom("", "localhost", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "/8", "1.2.3.4 ", "010.0.0.1"),
    fc.constantFrom("::/129", "1.2.3.4-", "-", "1.2.3.4-::1", "1.2.3.4-1.2.3.5-1.2.3.6", "1.2.3.4/8/8", "fe80::1%lo"),
    fc.tuple(ipv4, ipv6).map(([a, b]) => `${a}-${b}`),
  );
  fc.assert(
    fc.property(nonsense, ipv4, (entry, peer) => {
      fc.pre(entry !== peer);
      expect(isAllowedAddress([entry], peer)).toBe(false);
    }),
  );
});

describe("a connection", () => {
  const open = { allowed_ips: { ips: [], protected_branches_only: false }, block_public_connections: false };

  it("is allowed from everywhere where the list is empty", () => {
    fc.assert(fc.property(address, fc.boolean(), (peer, prot) => connectionRefusal(open, prot, peer) === undefined));
  });

  it("is refused in Neon's words from an address that is not in the list", () => {
    const settings = { ...open, allowed_ips: { ips: ["10.0.0.0/8"], protected_branches_only: false } };
    expect(connectionRefusal(settings, false, "10.1.2.3")).toBeUndefined();
    expect(connectionRefusal(settings, false, "::ffff:1.2.3.4")).toBe(
      "This IP address 1.2.3.4 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console. Make sure to check for IPv4 or IPv6 addresses.",
    );
  });

  it("meets a list for protected branches only there", () => {
    const settings = { ...open, allowed_ips: { ips: ["10.0.0.0/8"], protected_branches_only: true } };
    expect(connectionRefusal(settings, false, "1.2.3.4")).toBeUndefined();
    expect(connectionRefusal(settings, true, "1.2.3.4")).toContain("is not allowed to connect");
  });

  it("is refused from everywhere where public connections are blocked, whatever the list says", () => {
    const settings = {
      allowed_ips: { ips: ["0.0.0.0/0"], protected_branches_only: true },
      block_public_connections: true,
    };
    fc.assert(
      fc.property(ipv4, fc.boolean(), (peer, prot) => {
        expect(connectionRefusal(settings, prot, peer)).toBe(
          "This connection is trying to access this endpoint from a blocked network.",
        );
      }),
    );
  });
});
