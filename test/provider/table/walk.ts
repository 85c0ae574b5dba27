import { leaves, valueAt, type Values, withValueAt } from "../../../provider/fields";
import type { Resource, Row } from "./row";
import { Engine, type Entry, type TableWorld } from "./world";

/** The paths of every input, from the declarations. */
export const inputsOf = (resource: Resource): string[] => leaves(resource.fields).map(({ path }) => path);

/** One input through create, no-op, refresh, change, revert, refresh after a change outside, and delete. */
export async function walk(world: TableWorld, resource: Resource, path: string, n: number): Promise<void> {
  const row = resource.rows(world, n)[path];
  if (!row) throw new Error(`${resource.kind}.${path} has no row in the table: add one`);
  const engine = new Engine(world, resource.kind, resource.fields);
  const inputs = (value: unknown): Values => withValueAt({ ...resource.base(world, n), ...row.with }, path, value);
  const expectSeen = async (entry: Entry, value: "from" | "to") => {
    if (row.raw === undefined) return;
    const expected = value === "from" ? rawFrom(row) : rawTo(row);
    if (expected === undefined) return;
    expect([value, valueAt(await resource.look(world, entry.outputs), row.raw)]).toEqual([value, expected]);
  };

  await row.prepare?.(world);
  const { entry: made } = await engine.up(inputs(row.from));
  await expectSeen(made, "from");
  expect((await engine.up(inputs(row.from), made)).changes).toEqual([]);
  let entry = await expectUnchanged(engine, made, inputs(row.from));

  entry = await change(engine, entry, { path, inputs: inputs(row.to), expected: row.change });
  await expectSeen(entry, row.change === "refused" ? "from" : "to");
  if (row.change !== "refused") {
    await row.effect?.(world, made, entry);
    entry = await expectUnchanged(engine, entry, inputs(row.to));
    const back = row.back ?? row.change;
    entry = await change(engine, entry, { path, inputs: inputs(row.from), expected: back });
    await expectSeen(entry, back === "refused" ? "to" : "from");
    if (back !== "refused") await walkOutside(engine, resource, { row, path, inputs, entry });
    if (back === "refused") return remove(engine, resource, entry, inputs(row.to));
  }
  await remove(engine, resource, entry, inputs(row.from));
}

const rawFrom = (row: Row): unknown => ("rawFrom" in row ? row.rawFrom : row.from);
const rawTo = (row: Row): unknown => ("rawTo" in row ? row.rawTo : row.to);

/** A refresh shows nothing, and nothing is left to do. */
async function expectUnchanged(engine: Engine, entry: Entry, inputs: Values): Promise<Entry> {
  const found = await engine.refresh(entry);
  expect(found?.outputs.declared).toEqual(entry.outputs.declared);
  if (!found) throw new Error("a refresh lost it");
  expect((await engine.up(inputs, found)).changes).toEqual([]);
  return found;
}

/** The change has the class that the row says, or is refused and changes nothing. */
async function change(
  engine: Engine,
  before: Entry,
  { path, inputs, expected }: { path: string; inputs: Values; expected: string },
): Promise<Entry> {
  if (expected === "refused") {
    await expect(engine.up(inputs, before)).rejects.toThrow("NEON_IMMUTABLE");
    return before;
  }
  const { entry, changes } = await engine.up(inputs, before);
  expect(changes.map((one) => [one.path, one.class])).toEqual([[path, expected]]);
  return entry;
}

async function walkOutside(
  engine: Engine,
  resource: Resource,
  { row, path, inputs, entry }: { row: Row; path: string; inputs: (value: unknown) => Values; entry: Entry },
): Promise<void> {
  if (row.raw === undefined || row.outside === false || row.from === undefined) return;
  if (!resource.change) throw new Error(`${resource.kind}.${path}: say that nobody can change it outside, or how`);
  const { world } = engine;
  await resource.change(world, entry.outputs, row.raw, rawTo(row));
  const drifted = await engine.refresh(entry);
  expect(valueAt(drifted?.outputs.declared, path)).toEqual(row.to);
  const { entry: repaired } = await engine.up(inputs(row.from), drifted);
  expect(valueAt(await resource.look(world, repaired.outputs), row.raw)).toEqual(rawFrom(row));
  expect((await engine.up(inputs(row.from), repaired)).changes).toEqual([]);
}

async function remove(engine: Engine, resource: Resource, entry: Entry, inputs: Values): Promise<void> {
  const { entry: open } = resource.unlock ? await engine.up({ ...inputs, ...resource.unlock }, entry) : { entry };
  await engine.delete(open);
  expect(await resource.look(engine.world, open.outputs)).toBeUndefined();
}
