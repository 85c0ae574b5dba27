import { createSalt, openerFor, readPassphrase } from "../../../fleet/secrets/passphrase";

/** Made by `pulumi stack init` 3.259.0 with the passphrase `local`. */
const saltOfTheCli = "v1:az1WPJDI7yI=:v1:ZQEFf0bg7l9yrDj3:xSNsL0BQ97JzX0x6zzMXRSPnUe+F/w==";

describe("the passphrase provider", () => {
  it("opens a salt that the Pulumi CLI made", async () => {
    expect(await openerFor("local", saltOfTheCli)).toBeDefined();
  });

  it("tells a wrong passphrase without touching anything", async () => {
    expect(await openerFor("Local", saltOfTheCli)).toBeUndefined();
  });

  it("makes salts that its own passphrase opens, each time another", async () => {
    const [first, second] = [await createSalt("correct horse"), await createSalt("correct horse")];
    expect(first).not.toBe(second);
    expect(await openerFor("correct horse", first)).toBeDefined();
    expect(await openerFor("battery staple", first)).toBeUndefined();
  });

  it.each(["", "v1:abc", "v2:a:v1:b:c", "secret"])("refuses %j, which is no salt", async (salt) => {
    await expect(openerFor("local", salt)).rejects.toMatchObject({ code: "FLEET_SALT_INVALID" });
  });

  it("refuses a ciphertext that was changed", async () => {
    const opener = await openerFor("local", saltOfTheCli);
    const known = saltOfTheCli.split(":").slice(2).join(":");
    expect(opener?.open(known)).toBe("pulumi");
    expect(() => opener?.open(known.replace(/[A-Za-z](?=[^:]*$)/, (letter) => (letter === "A" ? "B" : "A")))).toThrow();
  });

  it("takes the passphrase from where the CLI takes it, the variable before the file", () => {
    expect(readPassphrase({ PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" })).toBe("");
    expect(readPassphrase({})).toBeUndefined();
    expect(() => readPassphrase({ PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" })).toThrow(/cannot be read/);
  });
});
