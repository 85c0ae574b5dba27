import fc from "fast-check";
import { pooledHostOf, uriWithHost } from "../../../provider/lifecycle/connection";

describe("the pooled host", () => {
  test.each([
    ["ep-round-unit-1.c-2.us-west-2.aws.neon.tech", "ep-round-unit-1-pooler.c-2.us-west-2.aws.neon.tech"],
    ["ep-round-unit-1.eu.example", "ep-round-unit-1-pooler.eu.example"],
    ["ep-round-unit-1-pooler.eu.example", "ep-round-unit-1-pooler.eu.example"],
    ["127.1.0.3", "127.1.0.3"],
    ["::1", "::1"],
    ["localhost", "localhost"],
  ])("of %s is %s", (host, pooled) => {
    expect(pooledHostOf(host)).toBe(pooled);
  });
});

describe("a URI at another host", () => {
  test("keeps role, password, port, database and parameters byte for byte", () => {
    const uri = "postgresql://us%2Fer:p%40ss%3Aword@ep-1.eu.example:33967/db%20x?sslmode=require&options=a%3Db";
    expect(uriWithHost(uri, "ep-2.eu.example")).toBe(uri.replace("ep-1", "ep-2"));
  });

  test("works without port, password and parameters, and with addresses", () => {
    expect(uriWithHost("postgresql://u@h/db", "h2")).toBe("postgresql://u@h2/db");
    expect(uriWithHost("postgresql://u:p@127.0.0.1:5432/db", "::1")).toBe("postgresql://u:p@[::1]:5432/db");
    expect(uriWithHost("postgresql://u:p@[::1]:5432/db", "127.0.0.1")).toBe("postgresql://u:p@127.0.0.1:5432/db");
  });

  test("can be taken back", () => {
    const part = fc.stringMatching(/^[a-z0-9%_-]{1,12}$/);
    fc.assert(
      fc.property(
        part,
        part,
        part,
        fc.option(fc.nat({ max: 65_535 })),
        part,
        (role, password, host, port, database) => {
          const uri = `postgresql://${role}:${password}@${host}.example${port === null ? "" : `:${port}`}/${database}?sslmode=require`;
          expect(uriWithHost(uriWithHost(uri, "elsewhere.example"), `${host}.example`)).toBe(uri);
        },
      ),
    );
  });
});
