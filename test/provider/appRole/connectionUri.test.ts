import fc from "fast-check";
import { readFileSync } from "node:fs";
import { isConnectionUri, partsOf, uriFor } from "../../../provider/sql";
import { clientConfigOf } from "../../../provider/sql/clientConfig";

const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((text) => text.isWellFormed());
const query = "?sslmode=require&channel_binding=require&options=endpoint%3Dep-x-1";
const host = "ep-x-1.eu.aws.neon.tech";

test("any role, password and database come out as they went in, and the rest stays byte for byte", () => {
  fc.assert(
    fc.property(name, name, name, (user, password, database) => {
      const uri = uriFor(`postgresql://a:b@${host}:5433/c${query}`, { user, password, database });
      expect(isConnectionUri(uri)).toBe(true);
      expect(uri.endsWith(query)).toBe(true);
      expect(partsOf(uri)).toMatchObject({ user, password, host, port: 5433, database });
    }),
  );
});

test("node-pg is given every name as it is", () => {
  fc.assert(
    fc.property(name, name, name, (user, password, database) => {
      const uri = uriFor(`postgresql://a:b@${host}/c`, { user, password, database });
      expect(clientConfigOf(uri)).toMatchObject({ user, password, database, host, port: 5432, ssl: false });
    }),
  );
});

test.each<[string, object | boolean]>([
  ["sslmode=require", {}],
  ["a=b&sslmode=verify-full&c=d", {}],
  ["sslmode=disable", false],
  ["sslmode=no-verify", { rejectUnauthorized: false }],
  ["sslmode=verify-full&sslrootcert=system", {}],
  [`sslrootcert=${encodeURIComponent(__filename)}`, { ca: readFileSync(__filename, "utf8") }],
])("%s is kept to", (parameters, ssl) => {
  expect(clientConfigOf(`postgresql://a:b@${host}/c?${parameters}`).ssl).toEqual(ssl);
});

test.each([
  ["channel_binding=require", true],
  ["channel_binding=disable", false],
])("%s is kept to", (parameters, bound) => {
  expect(clientConfigOf(`postgresql://a:b@${host}/c?${parameters}`).enableChannelBinding).toBe(bound);
});

test.each([
  "",
  "postgresql://a@h/d",
  "postgresql://a:b@h",
  "postgresql://a:b@/d",
  "http://a:b@h/d",
  "postgresql://a:@h/d",
])("%j is no URI to connect with", (uri) => expect(isConnectionUri(uri)).toBe(false));
