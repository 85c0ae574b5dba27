import { makeEncryptedKey, startKeyService, type KeyService } from "../../../bench/services/keyService";

describe("the key service", () => {
  let service: KeyService;
  beforeAll(async () => {
    service = await startKeyService();
  });
  afterAll(() => service.close());

  const transit = async (verb: string, body: object) => {
    const response = await fetch(`${service.url}/v1/transit/${verb}/bench`, {
      method: "PUT",
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as { data?: Record<string, string> }) };
  };

  it("opens what it sealed", async () => {
    const plaintext = Buffer.from("a data key").toString("base64");
    const sealed = await transit("encrypt", { plaintext });
    expect(sealed.data?.ciphertext).toMatch(/^vault:v1:/);
    expect((await transit("decrypt", { ciphertext: sealed.data?.ciphertext })).data).toEqual({ plaintext });
  });

  it("makes data keys of 32 bytes, each another", async () => {
    const [first, second] = [await makeEncryptedKey(service.url), await makeEncryptedKey(service.url)];
    const ciphertext = Buffer.from(first, "base64").toString();
    const { data } = await transit("decrypt", { ciphertext });
    expect(Buffer.from(data?.plaintext ?? "", "base64")).toHaveLength(32);
    expect(second).not.toBe(first);
  });

  it("answers 404 to what it does not have", async () => {
    expect((await transit("sign", {})).status).toBe(404);
  });
});
