import fc from "fast-check";
import { formatDataSize, formatDuration, parseDataSize, parseDuration } from "../../../fleet/config";

describe("durations", () => {
  test("a formatted duration reads back as the same seconds", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (seconds) => expect(parseDuration(formatDuration(seconds))).toBe(seconds)));
  });

  test.each([
    ["30s", 30],
    ["5m", 300],
    ["1.5h", 5400],
    ["7d", 604_800],
    ["0s", 0],
  ])("%s is %d seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  test.each(["", "5", "5 m", "-5m", "5M", "1h30m", "0.0001s", "1e3s", "9007199254740993s", "5m "])(
    "%p is not a duration",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  test.each([
    [36_000, "10h"],
    [90, "90s"],
    [604_800, "7d"],
  ])("%d seconds are written %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("sizes", () => {
  test("a formatted size reads back as the same bytes", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (bytes) => expect(parseDataSize(formatDataSize(bytes))).toBe(bytes)));
  });

  test.each([
    ["512MB", 512_000_000],
    ["512MiB", 536_870_912],
    ["1.5GB", 1_500_000_000],
    ["10GiB", 10_737_418_240],
    ["7B", 7],
  ])("%s is %d bytes", (text, bytes) => expect(parseDataSize(text)).toBe(bytes));

  test.each(["", "512", "512mb", "512 MB", "0.3B", "5PB", "-1GB", "10000000000TB"])("%p is not a size", (text) =>
    expect(parseDataSize(text)).toBeUndefined(),
  );

  test("the shortest exact unit is written", () => {
    expect(formatDataSize(512_000_000)).toBe("512MB");
    expect(formatDataSize(536_870_912)).toBe("512MiB");
  });
});
