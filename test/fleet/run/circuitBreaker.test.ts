import { CircuitBreaker } from "../../../fleet/run/circuitBreaker";

function breaker(answersAfter: number, options: { threshold?: number; outageMs?: number } = {}) {
  let now = 0;
  const probes: number[] = [];
  const clock = { now: () => now, sleep: (ms: number) => ((now += ms), Promise.resolve()) };
  const probe = () => {
    probes.push(now);
    return now >= answersAfter ? Promise.resolve() : Promise.reject(new Error("out"));
  };
  return { probes, circuit: new CircuitBreaker({ clock, probe, threshold: 3, ...options }) };
}

const fail = (circuit: CircuitBreaker, times: number, code = "NEON_UNREACHABLE") => {
  for (let count = 0; count < times; count++) circuit.report("main", code);
};

describe("the circuit breaker of an organization", () => {
  it("lets everything through while failures are single ones", async () => {
    const { circuit, probes } = breaker(0);
    fail(circuit, 2);
    circuit.report("main", undefined);
    fail(circuit, 2);
    await circuit.admit("main");
    expect(probes).toEqual([]);
  });

  it("holds back after a row of failures until a probe answers, with growing pauses", async () => {
    const { circuit, probes } = breaker(10_000);
    fail(circuit, 3);
    await circuit.admit("main");
    expect(probes).toEqual([1_000, 3_000, 7_000, 15_000]);
    await circuit.admit("main");
    expect(probes).toHaveLength(4);
  });

  it("gives up after the outage limit and says how to go on", async () => {
    const { circuit } = breaker(Infinity, { outageMs: 60_000 });
    fail(circuit, 3);
    await expect(circuit.admit("main")).rejects.toMatchObject({ code: "FLEET_OUTAGE" });
  });

  it("does not hold back another organization", async () => {
    const { circuit, probes } = breaker(Infinity);
    fail(circuit, 3);
    await circuit.admit("other");
    expect(probes.length).toBeLessThan(100);
  });

  it("closes at once for a key that Neon refuses, and never for a tenant's own failure", async () => {
    const { circuit } = breaker(0);
    fail(circuit, 5, "NEON_IMMUTABLE");
    await circuit.admit("main");
    fail(circuit, 1, "NEON_UNAUTHORIZED");
    await expect(circuit.admit("main")).rejects.toMatchObject({ code: "NEON_UNAUTHORIZED" });
  });
});
