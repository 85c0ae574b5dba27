import { TestComputes } from "./support";

let local: TestComputes;
beforeAll(async () => {
  local = await TestComputes.start();
});
afterAll(() => local.end());

test("sessions of a suspended compute are told so by Postgres although something else keeps that awake", async () => {
  const { address } = await local.tenant("held");
  await local.endpoint("holder", { branchId: "br-held" });
  await local.computes.start("ep-holder");
  const [idle, busy] = [await local.connect(address), await local.connect(address)];
  const ended = new Promise<Error>((resolve) => idle.once("error", resolve));
  const cutOff = busy.query("SELECT pg_sleep(600)");
  const failed = expect(cutOff).rejects.toMatchObject({
    code: "57P01",
    message: "terminating connection due to administrator command",
  });
  await local.computes.suspend("ep-held");
  expect(await ended).toMatchObject({ code: "57P01" });
  await failed;
  expect(local.computes.state("ep-holder").state).toBe("active");
  expect(await local.query(address, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a compute that is removed meanwhile lets its sessions be told first", async () => {
  const { address } = await local.tenant("removed");
  await local.endpoint("keeper", { branchId: "br-removed" });
  await local.computes.start("ep-keeper");
  const client = await local.connect(address);
  const ended = new Promise<Error>((resolve) => client.once("error", resolve));
  await local.computes.removeEndpoint("ep-removed");
  expect(await ended).toMatchObject({ code: "57P01" });
});
