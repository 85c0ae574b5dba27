"use strict";
// A process that leaves one error unawaited in the way that argv names, and says what became of it.

const { setTimeout: sleep } = require("node:timers/promises");
const { ErrorOwner, guardErrors } = require("../../../dist/fleet/engine/direct/errorOwner");

const said = [];
const owner = (name) => new ErrorOwner((error) => said.push(`${name}: ${error.message}`));
const count = () => process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");

const ways = {
  async ownedRejection() {
    owner("a").run(() => void Promise.reject(new Error("left alone")));
  },
  async ownedThrow() {
    owner("a").run(
      () =>
        void setTimeout(() => {
          throw new Error("left alone");
        }, 5),
    );
  },
  async eachToItsOwn() {
    const [a, b] = [owner("a"), owner("b")];
    a.run(() => void sleep(5).then(() => Promise.reject(new Error("of a"))));
    b.run(
      () =>
        void setTimeout(() => {
          throw new Error("of b");
        }, 5),
    );
  },
  async strangeThings() {
    const things = [undefined, null, "word", 7, Object.create(null), Symbol("s")];
    owner("a").run(() => things.forEach((thing) => void Promise.reject(thing)));
  },
  async handlerWhileRunning() {
    const a = owner("late");
    const seen = (error) => said.push(`handler: ${error.message}`);
    a.runTakingHandlers(() => {
      process.on("unhandledRejection", seen);
      void Promise.reject(new Error("in time"));
    });
    said.push(`on the process: ${count()}`);
    await sleep(5);
    a.release();
    a.run(() => void Promise.reject(new Error("too late")));
  },
  async nobodysRejection() {
    void Promise.reject(new Error("the driver's own"));
  },
  async nobodysThrow() {
    setTimeout(() => {
      throw new Error("the driver's own");
    }, 5);
  },
  async nobodysWithAListener() {
    process.on("unhandledRejection", (error) => said.push(`listener: ${error.message}`));
    void Promise.reject(new Error("the driver's own"));
  },
  async nobodysWithAListenerForThrows() {
    process.on("uncaughtException", (error) => said.push(`listener: ${error.message}`));
    void Promise.reject(new Error("the driver's own"));
  },
};

async function main() {
  const [first, second] = [guardErrors(), guardErrors()];
  first();
  first();
  await ways[process.argv[2]]();
  await sleep(50);
  second();
  console.log(JSON.stringify({ said, left: count() }));
}

void main();
