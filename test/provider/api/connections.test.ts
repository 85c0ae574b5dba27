import { spawn } from "node:child_process";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { x509 } from "../../../local/tls/x509";
import { closeServers, failureOf, project, serverWith } from "./serverWith";

afterEach(closeServers);

const ok = { status: 200, body: { project: project("p-1"), operations: [] } };

/** A key and a certificate that nobody trusts. */
async function untrustedCertificate(): Promise<{ key: string; cert: string }> {
  const { X509CertificateGenerator, SubjectAlternativeNameExtension } = x509();
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const cert = await X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=localhost",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date("2020-01-01"),
      notAfter: new Date("2099-01-01"),
      extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
    },
    crypto,
  );
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, cert: cert.toString("pem") };
}

async function listening(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("a POST that was never sent is not unanswered", () => {
  test.each([
    ["a certificate that is not trusted", async () => https.createServer(await untrustedCertificate())],
    ["a port that speaks no TLS", async () => http.createServer()],
  ])("%s", async (_, makeServer) => {
    let requests = 0;
    const server = (await makeServer()).on("request", () => (requests += 1));
    try {
      const port = await listening(server);
      const { api, clock } = await serverWith([], { baseUrl: `https://127.0.0.1:${port}` });
      const error = await failureOf(api.createProject({ project: {} }));
      expect(error).toMatchObject({ code: "NEON_UNREACHABLE", unanswered: false });
      expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
      expect(clock.sleeps).toEqual([]);
      expect(requests).toBe(0);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a name without an address", async () => {
    const { api, clock } = await serverWith([], { baseUrl: "https://neon.invalid" });
    const error = await failureOf(api.createProject({ project: {} }));
    expect(error).toMatchObject({ code: "NEON_UNREACHABLE", unanswered: false });
    expect(clock.sleeps).toHaveLength(4);
  });
});

/** Compiles TypeScript as it is loaded, so that a child process can run the sources. */
const LOADER = `
  const { transformSync } = require("@swc/core");
  require("module")._extensions[".ts"] = (module, file) =>
    module._compile(transformSync(require("fs").readFileSync(file, "utf8"), {
      filename: file, jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" },
    }).code, file);
`;

test("a program that has made its calls ends by itself", async () => {
  const { server } = await serverWith([ok]);
  const program = `${LOADER}
    const { createNeonApi } = require("./provider/api/index.ts");
    const api = createNeonApi({ apiKey: "k", baseUrl: process.argv[1] });
    Promise.all([api.getProject("a"), api.getProject("b"), api.updateProject("a", { project: {} })]).then(() => console.log("done"));
  `;
  const cwd = path.resolve(__dirname, "../../..");
  const child = spawn(process.execPath, ["-e", program, server.baseUrl], { cwd, timeout: 60_000 });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on("close", (...ended) => resolve(ended));
  });
  // Idle connections are still open at the server, which keeps them for longer than the child may take.
  expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: "done\n" });
});
