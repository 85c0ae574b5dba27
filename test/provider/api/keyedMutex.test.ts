import { KeyedMutex } from "../../../provider/api";

/** A task that ends when it is told to. */
function heldTask(name: string, log: string[]) {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const task = async () => {
    log.push(`${name} starts`);
    await held;
    log.push(`${name} ends`);
    return name;
  };
  return { task, release: () => release() };
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

test("tasks of one key run one after another in their order, those of another beside them", async () => {
  const mutex = new KeyedMutex();
  const log: string[] = [];
  const [a1, a2, b1] = [heldTask("a1", log), heldTask("a2", log), heldTask("b1", log)];
  const all = Promise.all([mutex.run("a", a1.task), mutex.run("a", a2.task), mutex.run("b", b1.task)]);
  await turns();
  expect(log).toEqual(["a1 starts", "b1 starts"]);
  a2.release();
  a1.release();
  b1.release();
  expect(await all).toEqual(["a1", "a2", "b1"]);
  expect(log.indexOf("a2 starts")).toBeGreaterThan(log.indexOf("a1 ends"));
});

test("a task that fails does not stop the next one, and nothing is kept of finished keys", async () => {
  const mutex = new KeyedMutex();
  const failed = mutex.run("a", () => Promise.reject(new Error("first")));
  const next = mutex.run("a", () => Promise.resolve("second"));
  await expect(failed).rejects.toThrow("first");
  expect(await next).toBe("second");
  await turns();
  expect(mutex.size).toBe(0);
});
