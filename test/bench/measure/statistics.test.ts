import fc from "fast-check";
import { median, medians } from "../../../bench/measure/median";
import { seededRandom, shuffled } from "../../../bench/measure/shuffled";
import { extrapolate } from "../../../bench/matrix";

describe("medians", () => {
  it("have as many values above them as below", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it("are taken of every figure by itself", () => {
    expect(
      medians([
        { a: 1, b: 30 },
        { a: 2, b: 10 },
        { a: 9, b: 20 },
      ]),
    ).toEqual({ a: 2, b: 20 });
  });

  it("of nothing are an error", () => {
    expect(() => median([])).toThrow("no values");
  });
});

describe("the order of the ways", () => {
  it("is a permutation, and the same for the same seed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const order = shuffled(items, seededRandom(seed));
        expect(order.toSorted()).toEqual(items.toSorted());
        expect(shuffled(items, seededRandom(seed))).toEqual(order);
      }),
    );
  });

  it("differs between rounds of one seed", () => {
    const random = seededRandom(1);
    const orders = Array.from({ length: 20 }, () => shuffled(["documented", "stock", "direct"], random).join());
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});

describe("processes of many tenants", () => {
  it("are those of one and of two, continued in a straight line", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 1000 }), (once, each, tenants) => {
        expect(extrapolate(once + each, once + 2 * each, tenants)).toBe(once + each * tenants);
      }),
    );
  });
});
