import { checkChanges, type Job } from "../../bench/ways/job";

const accepted: [Job["phase"], Record<string, number>][] = [
  ["create", { create: 3 }],
  ["noChange", { same: 3 }],
  ["noChange", {}],
  ["engineNoChange", { same: 3 }],
  ["oneChange", { same: 2, update: 1 }],
  ["refresh", { same: 3 }],
  ["refresh", { same: 2, update: 1 }],
  ["destroy", { delete: 3 }],
];

const refused: [Job["phase"], Record<string, number>][] = [
  ["create", { same: 3 }],
  ["create", { create: 2, update: 1 }],
  ["noChange", { same: 2, update: 1 }],
  ["engineNoChange", { create: 3 }],
  ["oneChange", { same: 3 }],
  ["oneChange", { update: 1, delete: 1 }],
  ["refresh", { same: 2, delete: 1 }],
  ["destroy", {}],
];

describe("a measured phase", () => {
  it.each(accepted)("%s may do %j", (phase, changes) => {
    expect(() => checkChanges("acme", phase, changes)).not.toThrow();
  });

  it.each(refused)("%s that did %j is no figure", (phase, changes) => {
    expect(() => checkChanges("acme", phase, changes)).toThrow(`${phase} of acme`);
  });
});
