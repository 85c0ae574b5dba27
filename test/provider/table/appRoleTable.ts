import { appRoleFields, type Values } from "../../../provider/fields";
import { outcome, query } from "../appRole/support";
import type { Resource, Row } from "./row";
import type { Entry, TableWorld } from "./world";

const password = "canary-Password-0123456789";
const another = "canary-Another-0123456789";

/** What the owner sees of the role in the database; undefined without such a role. */
async function privileges({ ownerUri }: TableWorld, { name }: Values): Promise<Values | undefined> {
  const text = `'${String(name)}'`;
  const present = await query(ownerUri, `SELECT FROM pg_roles WHERE rolname = ${text}`);
  if (present.length === 0) return undefined;
  const [row] = await query<Values>(
    ownerUri,
    `SELECT has_table_privilege(${text}, 'public.things', 'INSERT') AS writes,
            has_schema_privilege(${text}, 'extra', 'USAGE') AS extra,
            has_database_privilege(${text}, 'second', 'CONNECT') AS second`,
  );
  return row;
}

const sql = (raw: string, row: Omit<Row, "raw" | "outside" | "rawFrom" | "rawTo">): Row => ({
  ...row,
  raw,
  outside: false,
  rawFrom: false,
  rawTo: true,
});

/** A password that the role has, and one that it has no more. */
async function expectOnly(entry: Entry, right: string, wrong: string): Promise<void> {
  const uri = new URL(String(entry.outputs.uri));
  uri.password = right;
  expect(await outcome(uri, "SELECT 1")).toBe("done");
  uri.password = wrong;
  expect(await outcome(uri, "SELECT 1")).toBe("28P01");
}

/** Every input of an AppRole; a refresh does not connect, so nothing that was changed outside is seen. */
export const appRoleTable: Resource = {
  kind: "appRole",
  fields: appRoleFields,
  base: ({ projectId, branchId, ownerUri }, n) => ({
    projectId,
    branchId,
    ownerUri,
    name: `web_${n}`,
    access: "readOnly",
    password,
  }),
  unlock: { allowDelete: true },
  look: privileges,
  rows: ({ projectId, branchId, otherBranchId, ownerUri }, n) => ({
    projectId: { from: projectId, to: "some-other-place", change: "refused" },
    branchId: { from: branchId, to: otherBranchId, change: "inPlace" },
    name: { from: `web_${n}`, to: `renamed_${n}`, change: "refused" },
    databaseName: sql("second", { from: undefined, to: "second", change: "inPlace" }),
    access: sql("writes", { from: "readOnly", to: "readWrite", change: "reducesProtection", back: "inPlace" }),
    schemas: sql("extra", { from: ["public"], to: ["public", "extra"], change: "inPlace" }),
    password: {
      from: password,
      to: another,
      change: "inPlace",
      effect: (_world, _before, after) => expectOnly(after, another, password),
    },
    ownerUri: {
      from: ownerUri,
      to: `${ownerUri}&application_name=table`,
      change: "inPlace",
      effect: async (_world, _before, after) => expect(after.outputs.uri).toContain("application_name=table"),
    },
    epoch: {
      from: "1",
      to: "2",
      change: "inPlace",
      effect: (_world, before) => expectOnly(before, password, another),
    },
    allowDelete: { from: false, to: true, change: "reducesProtection", back: "inPlace" },
  }),
};
