import { normalizeBaseUrl, resolveTarget } from "../../../provider/api";

const env = { NEON_API_KEY: "napi_env", NEON_ORG_ID: "org-env", NEON_API_HOST: "https://env.example" };
const config = (key: string) =>
  ({ apiKey: "napi_config", orgId: "org-config", apiHost: "https://config.example" })[key];

describe("resolveTarget", () => {
  test("the argument wins over the configuration, and that over the environment", () => {
    const args = { apiKey: "napi_arg", orgId: "org-arg", baseUrl: "https://arg.example/api/v2" };
    expect(resolveTarget({ args, config, env })).toMatchObject({
      apiKey: "napi_arg",
      orgId: "org-arg",
      baseUrl: "https://arg.example/api/v2",
    });
    expect(resolveTarget({ config, env })).toMatchObject({
      apiKey: "napi_config",
      orgId: "org-config",
      baseUrl: "https://config.example/api/v2",
    });
    expect(resolveTarget({ env })).toMatchObject({
      apiKey: "napi_env",
      orgId: "org-env",
      baseUrl: "https://env.example/api/v2",
    });
  });

  test("each value is looked for by itself, and an empty one counts as missing", () => {
    expect(resolveTarget({ args: { apiKey: " ", orgId: "org-arg" }, config: () => "", env })).toMatchObject({
      apiKey: "napi_env",
      orgId: "org-arg",
    });
  });

  test("without organization and host it is Neon's cloud and the key's own organization", () => {
    expect(resolveTarget({ env: { NEON_API_KEY: "napi_x\n" } })).toEqual({
      apiKey: "napi_x",
      orgId: undefined,
      baseUrl: "https://console.neon.tech/api/v2",
      rateLimit: undefined,
    });
  });

  test("the rate share comes with it", () => {
    expect(resolveTarget({ env: { NEON_API_KEY: "napi_x", NEON_RATE_LIMIT: "350" } }).rateLimit).toEqual({
      perMinute: 350,
      perSecond: 20,
    });
  });

  test("a missing key names the way out and the tenant", () => {
    expect(() => resolveTarget({ env: {}, tenant: "acme" })).toThrow(
      /NEON_API_KEY_MISSING: tenant acme: .*pulumi config set --secret neon:apiKey/,
    );
  });

  test("a key that cannot be one is refused without repeating it", () => {
    const broken = "napi_first napi_second";
    let message = "";
    try {
      resolveTarget({ env: { NEON_API_KEY: broken } });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("NEON_INVALID_INPUT");
    expect(message).not.toContain("first");
  });

  test("an organization's name is not its id", () => {
    expect(() => resolveTarget({ env: { NEON_API_KEY: "k", NEON_ORG_ID: "Acme Inc" } })).toThrow(/NEON_INVALID_INPUT/);
  });
});

describe("normalizeBaseUrl", () => {
  test.each([
    ["https://console.neon.tech/api/v2", "https://console.neon.tech/api/v2"],
    ["https://console.neon.tech/api/v2/", "https://console.neon.tech/api/v2"],
    ["https://console.neon.tech", "https://console.neon.tech/api/v2"],
    ["https://console.neon.tech/", "https://console.neon.tech/api/v2"],
    ["console.neon.tech", "https://console.neon.tech/api/v2"],
    ["https://gateway.example/neon/", "https://gateway.example/neon/api/v2"],
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000/api/v2"],
    ["localhost:4000/api/v2", "http://localhost:4000/api/v2"],
    ["http://[::1]:4000", "http://[::1]:4000/api/v2"],
  ])("%s", (given, expected) => {
    expect(normalizeBaseUrl(given)).toBe(expected);
  });

  test.each([
    "",
    "https://",
    "ftp://neon",
    "http://neon.example",
    "https://user:secret@neon.example",
    "https://neon.example?x=1",
    "not a url",
  ])("refuses %p", (given) => {
    expect(() => normalizeBaseUrl(given)).toThrow(/NEON_INVALID_INPUT/);
  });
});
