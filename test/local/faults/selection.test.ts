import fc from "fast-check";
import { seededChance, seedOfRule } from "../../../local/faults/seededChance";
import { strikes } from "../../../local/faults/selection";

const always = () => 0;

/** The numbers, from 1, of the matches that are struck. */
function struck(selection: Parameters<typeof strikes>[0], matches: number, chance = always): number[] {
  const state = { matched: 0, fired: 0 };
  const numbers = Array.from({ length: matches }, (_, index) => index + 1);
  const hit = numbers.filter(() => strikes(selection, state, chance));
  expect(state).toEqual({ matched: matches, fired: hit.length });
  return hit;
}

describe("a selection", () => {
  it("strikes everything unless it says otherwise", () => expect(struck({}, 4)).toEqual([1, 2, 3, 4]));
  it("strikes the first n", () => expect(struck({ first: 2 }, 6)).toEqual([1, 2]));
  it("strikes every k-th", () => expect(struck({ every: 3 }, 10)).toEqual([3, 6, 9]));
  it("strikes after the n-th", () => expect(struck({ after: 3 }, 6)).toEqual([4, 5, 6]));
  it("strikes exactly the n-th", () => expect(struck({ after: 4, first: 1 }, 9)).toEqual([5]));
  it("counts after, then every, then first", () =>
    expect(struck({ after: 2, every: 2, first: 2 }, 12)).toEqual([4, 6]));
  it("never strikes with a probability of 0, and always with 1", () => {
    expect(struck({ probability: 0 }, 50, seededChance(1))).toEqual([]);
    expect(struck({ probability: 1 }, 50, seededChance(1))).toHaveLength(50);
  });

  it("strikes the same ones for the same seed, and about as many as its probability says", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (seed, probability) => {
        const first = struck({ probability }, 2000, seededChance(seed));
        expect(struck({ probability }, 2000, seededChance(seed))).toEqual(first);
        expect(Math.abs(first.length / 2000 - probability)).toBeLessThan(0.1);
      }),
    );
  });

  it("draws a chance only where its counts let it strike", () => {
    let drawn = 0;
    struck({ after: 5, every: 2, first: 3, probability: 0.5 }, 40, () => (drawn += 1) % 2);
    expect(drawn).toBe(3);
  });
});

it("gives every rule of a server chances of its own", () => {
  const rows = Array.from({ length: 50 }, (_, rule) => seededChance(seedOfRule(1, rule))());
  expect(new Set(rows).size).toBe(50);
  for (const value of rows) expect(value).toBeLessThan(1);
});
