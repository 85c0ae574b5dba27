import fc from "fast-check";
import {
  buildFatal,
  buildSslRequest,
  buildStartup,
  packetLength,
  parseFirstPacket,
  type Startup,
} from "../../../local/proxy/startupPacket";

const text = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const startups: fc.Arbitrary<Startup> = fc.record({
  version: fc.constantFrom(0x00030000, 0x00030002),
  parameters: fc.array(
    fc.tuple(
      text.filter((name) => name !== ""),
      text,
    ),
    { maxLength: 8 },
  ),
});

test("a start-up message that is parsed and built again is the same, byte by byte", () => {
  fc.assert(
    fc.property(startups, (startup) => {
      const packet = buildStartup(startup);
      expect(packetLength(packet)).toBe(packet.length);
      expect(parseFirstPacket(packet)).toEqual({ kind: "startup", startup });
    }),
  );
});

test("no bytes make the parser throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), fc.boolean(), (bytes, isStartup) => {
      const packet = Buffer.from(bytes);
      if (isStartup) packet.writeInt32BE(0x00030000, 4);
      expect(["ssl", "gss", "cancel", "startup", "unsupported"]).toContain(parseFirstPacket(packet).kind);
    }),
  );
});

test("a message that is cut off or has something behind its end is not one", () => {
  const packet = buildStartup({ version: 0x00030000, parameters: [["user", "u"]] });
  expect(parseFirstPacket(packet.subarray(0, packet.length - 1)).kind).toBe("unsupported");
  expect(parseFirstPacket(Buffer.concat([packet, Buffer.from("x\0")])).kind).toBe("unsupported");
});

test.each([0, 7, 10_001, -1, 0x47455420])("a packet that claims %i bytes is refused", (length) => {
  const head = Buffer.alloc(8);
  head.writeInt32BE(length, 0);
  expect(packetLength(head)).toBeUndefined();
});

test("requests for encryption, cancel requests and other protocols are told apart", () => {
  const packet = (code: number, length: number) => {
    const bytes = Buffer.alloc(length);
    bytes.writeInt32BE(length, 0);
    bytes.writeInt32BE(code, 4);
    return bytes;
  };
  expect(parseFirstPacket(buildSslRequest())).toEqual({ kind: "ssl" });
  expect(parseFirstPacket(packet(80877104, 8))).toEqual({ kind: "gss" });
  const cancel = packet(80877102, 16);
  cancel.writeInt32BE(4711, 8);
  expect(parseFirstPacket(cancel)).toEqual({ kind: "cancel", packet: cancel, processId: 4711 });
  expect(parseFirstPacket(packet(0x00020000, 12)).kind).toBe("unsupported");
});

test("an error is one message whose fields cannot be broken out of", () => {
  const bytes = buildFatal({ code: "XX000", message: "a\0b", hint: "h" });
  expect(bytes.toString("latin1", 0, 1)).toBe("E");
  expect(bytes.readInt32BE(1)).toBe(bytes.length - 1);
  expect(bytes.toString("latin1", 5)).toBe("SFATAL\0VFATAL\0CXX000\0Mab\0Hh\0\0");
});
