import { type LocalNeon, startLocalNeon } from "../../../local";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { query } from "./support/nodePg";
import { psql, psqlTest } from "./support/psql";
import { changed } from "./support/uris";

const refusal = "connection is insecure (try using `sslmode=require`)";
const encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
/** No parameter speaks of TLS, so node-pg does not try it. */
const withoutTls = { sslmode: undefined, sslrootcert: undefined, channel_binding: undefined };
const disabled = { ...withoutTls, sslmode: "disable" };

async function startOne(allowPlaintext: boolean): Promise<{ neon: LocalNeon; project: UsersProject }> {
  const neon = await startLocalNeon({ allowPlaintext });
  return { neon, project: await new NeonUser(neon).project() };
}

describe("a connection without TLS", () => {
  let neon: LocalNeon;
  let project: UsersProject;
  beforeAll(async () => ({ neon, project } = await startOne(false)));
  afterAll(() => neon?.close());

  it("is refused with Neon's words, whether the password is right or not, in node-pg", async () => {
    const plain = changed(project.uri, {}, withoutTls);
    await expect(query(plain, "SELECT 1")).rejects.toThrow(refusal);
    await expect(query(changed(plain, { password: "wrong" }), "SELECT 1")).rejects.toThrow(refusal);
    await expect(query(changed(plain, { host: "127.0.0.1" }), "SELECT 1")).rejects.toThrow(refusal);
  });

  psqlTest("is refused in psql", async () => {
    await expect(psql(changed(project.uri, {}, disabled), ["SELECT 1"])).rejects.toThrow(refusal);
  });

  it("wakes nothing", async () => {
    await expect(query(changed(project.uri, {}, withoutTls), "SELECT 1")).rejects.toThrow(refusal);
    const { current_state, started_at } = await new NeonUser(neon).endpoint(project);
    expect([current_state, started_at]).toEqual(["idle", undefined]);
  });
});

describe("with allowPlaintext, a connection without TLS", () => {
  let neon: LocalNeon;
  let project: UsersProject;
  beforeAll(async () => ({ neon, project } = await startOne(true)));
  afterAll(() => neon?.close());

  it("gets in with the right password only, next to one with TLS, in node-pg", async () => {
    const plain = changed(project.uri, {}, withoutTls);
    expect(await query(plain, encrypted)).toEqual([{ ssl: false }]);
    expect(await query(project.uri, encrypted)).toEqual([{ ssl: true }]);
    await expect(query(changed(plain, { password: "wrong" }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await expect(query(changed(plain, { user: "cloud_admin" }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  psqlTest("gets in with psql", async () => {
    expect(await psql(changed(project.uri, {}, disabled), [encrypted])).toBe("f");
    expect(await psql(project.uri, [encrypted])).toBe("t");
  });
});
