import { phases, ways, type Figures } from "../../bench/figures";
import type { MeasuredCell } from "../../bench/matrix";
import { fleetTables, toFleetFigures } from "../../bench/report";

const figures = (cpuSecondsPerTenant: number): Figures => ({
  tenantsPerMinute: 22.123456,
  cpuSecondsPerTenant,
  processesPerTenant: 1,
  apiCallsPerTenant: 2,
  stateBytesPerTenant: 9000,
  peakMemoryBytes: 4e8,
});

const cells = (["plain", "full"] as const).flatMap((set) =>
  (["passphrase", "kms"] as const).flatMap((secrets) =>
    ways.map((way): MeasuredCell => {
      const own = figures(way === "documented" ? 3 : 0.3);
      const measured = Object.fromEntries(phases.map((phase) => [phase, own]));
      const engine = way === "documented" ? {} : { engineNoChange: own };
      return { set, secrets, way, figures: { ...measured, ...engine } };
    }),
  ),
);

const figureNames = Object.keys(figures(1));

describe("the JSON of bench:fleet", () => {
  it("has a set, in it a phase, in it a way, in it the figures, and the same again under kms", () => {
    const json = toFleetFigures(cells);
    expect(Object.keys(json)).toEqual(["plain", "full", "kms"]);
    expect(Object.keys(json.kms ?? {})).toEqual(["plain", "full"]);
    for (const sets of [json, json.kms]) {
      for (const set of [sets?.plain, sets?.full]) {
        expect(Object.keys(set ?? {})).toEqual(["create", "noChange", "oneChange", "refresh", "destroy"]);
        for (const phase of Object.values(set ?? {})) {
          expect(Object.keys(phase)).toEqual(["documented", "stock", "direct"]);
          for (const way of Object.values(phase)) expect(Object.keys(way)).toEqual(figureNames);
        }
      }
    }
  });

  it("rounds to four digits after the point", () => {
    expect(toFleetFigures(cells).plain?.create.direct?.tenantsPerMinute).toBe(22.1235);
  });

  it("leaves out what was not measured", () => {
    const json = toFleetFigures(cells.filter(({ set, secrets }) => set === "full" && secrets === "passphrase"));
    expect(Object.keys(json)).toEqual(["full"]);
  });
});

describe("the table of bench:fleet", () => {
  it("compares each way with the documented one, also where only the driver has the phase", () => {
    const [plain = ""] = fleetTables(cells).split("\n\nplain, kms");
    const rows = plain.split("\n").map((line) => line.split(/\s{2,}/));
    const row = (phase: string, way: string) => rows.find((cell) => cell[0] === phase && cell[1] === way);
    expect(row("create", "documented")?.[4]).toBe("1.0x");
    expect(row("create", "direct")?.[4]).toBe("10.0x");
    expect(row("engineNoChange", "direct")?.[4]).toBe("10.0x");
  });

  it("has one for each set and secrets provider", () => {
    expect(fleetTables(cells).match(/^(plain|full), (passphrase|kms)$/gm)).toHaveLength(4);
  });
});
