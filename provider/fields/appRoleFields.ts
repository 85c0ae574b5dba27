import { z } from "zod";
import { type Declared, field } from "./field";
import { identifier, roleName } from "./rules";
import { allowDelete, parent } from "./subResourceFields";

const shortestPassword = 12;
/** What Postgres takes for a password that was hashed already, and Neon refuses. */
const hashed = /^(md5[0-9a-f]{32}|SCRAM-SHA-256\$.*)$/;

/** Every input of an AppRole. None of them is Neon's: the role is made over SQL. */
export const appRoleFields = {
  projectId: parent("Project", "path project_id (getProject)"),
  branchId: field({
    schema: z.string().regex(/^[a-z0-9-]{1,60}$/, "must be an id of Neon"),
    required: true,
    about: "Branch on which it is made; after a restore that gave the branch another id, that one.",
  }),
  name: field({
    schema: roleName,
    required: true,
    about: "Name in Postgres, unique on its branch.",
    change: "refused",
    refusal: {
      reason: "running programs connect by the name of a role",
      wayOut: "Add an AppRole with the new name, or put the old name back.",
    },
  }),
  databaseName: field({
    schema: identifier,
    about: "Database in which it may do something.",
    defaultText: "the database of ownerUri",
  }),
  access: field({
    schema: z.enum(["readWrite", "readOnly"], { error: "must be readWrite or readOnly" }),
    required: true,
    about: "`readOnly` selects, `readWrite` also inserts, updates and deletes; neither makes or drops objects.",
    changeText: "in place; from `readOnly` to `readWrite` it reduces protection",
    change: (from: string | undefined, to: string) =>
      from === "readOnly" && to === "readWrite" ? "reducesProtection" : "inPlace",
  }),
  schemas: field({
    schema: z.array(identifier).min(1, "must name a schema; to take everything away, remove the AppRole"),
    about: "Schemas whose present and future objects it may use.",
    defaultText: "public",
    removed: { to: ["public"] },
    asSet: true,
  }),
  password: field({
    schema: z
      .string()
      .min(shortestPassword, `must be at least ${shortestPassword} characters long`)
      .refine((password) => !password.includes("\0"), "must not hold a NUL character")
      .refine((password) => !hashed.test(password), "must be in clear, not hashed: Neon refuses a hashed one"),
    required: true,
    about: "Its password, from a `random.RandomPassword`.",
    secret: true,
  }),
  ownerUri: field({
    schema: z
      .string()
      .regex(
        /^postgres(?:ql)?:\/\/[^:@/?#]+:[^@/?#]+@[^@/?#]+\/[^?#]+(?:\?[^#]*)?$/,
        "must be a URI such as postgresql://role:password@host/database?sslmode=require",
      ),
    required: true,
    about: "URI of a direct connection as the role that owns the database; what that role makes later is granted too.",
    secret: true,
  }),
  epoch: field({
    schema: z.string(),
    about: "Any text; another one applies the role, its password and its grants anew, as after a restore.",
    defaultText: "none",
  }),
  allowDelete: allowDelete("app role"),
} as const;

/** What the user declared of an AppRole. */
export type AppRoleDeclared = Declared<typeof appRoleFields>;
