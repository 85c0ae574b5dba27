import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { findEngine, pulumiVersion, type FindEngineOptions } from "../../tools/engine";
import { downloadStep, pulumiSite, type DownloadSite } from "../../tools/engine/downloadStep";
import { engineFolder } from "../../tools/engine/engineFolder";
import {
  fakeLanguageHost,
  fakePulumi,
  isAlive,
  makeSandbox,
  removeSandbox,
  shortLimits,
  writeUserRandomPlugin,
  type Sandbox,
} from "./fakePrograms";

let sandbox: Sandbox;
let servers: Server[];
let sockets: Socket[];

beforeEach(async () => {
  sandbox = await makeSandbox();
  await writeUserRandomPlugin(sandbox);
  [servers, sockets] = [[], []];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await removeSandbox(sandbox);
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`;
}

function answering(status = 200): Promise<string> {
  return listen(
    createHttpServer((_, response) => {
      response.writeHead(status).end("#!/bin/sh\n");
    }),
  );
}

function find(site: DownloadSite, options: FindEngineOptions = {}) {
  const steps = { engine: [downloadStep(site)] };
  return findEngine({ cacheFolder: sandbox.cache, env: sandbox.env, limits: shortLimits, steps, ...options });
}

/** Writes a whole release into the folder `process.argv[1]`, preceded by `before`. */
function installer(before = "", version = pulumiVersion): string {
  return `
    ${before}
    const { mkdirSync, writeFileSync } = require("node:fs");
    const bin = process.argv[1] + "/bin";
    mkdirSync(bin, { recursive: true });
    const script = (name, text) => writeFileSync(bin + "/" + name, "#!/bin/sh\\n" + text, { mode: 0o755 });
    script("pulumi", ${JSON.stringify(fakePulumi(version))});
    script("pulumi-language-nodejs", ${JSON.stringify(fakeLanguageHost)});
    script("pulumi-resource-pulumi-nodejs", "exit 0");
    script("pulumi-language-go", "exit 0");
  `;
}

async function expectNothingLeft(): Promise<void> {
  const { root, bin } = engineFolder(sandbox.cache);
  expect((await readdir(root)).filter((name) => name.startsWith(".making"))).toEqual([]);
  expect(await readdir(bin)).toEqual([]);
}

test("takes the programs of the release that are needed", async () => {
  const found = await find({ probeUrl: await answering(), installer: installer() });
  expect(found).toMatchObject({ source: "download", version: pulumiVersion });
  expect((await readdir(found.binFolder)).sort()).toEqual([
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
  ]);
});

test("a site that accepts and never answers is given up", async () => {
  const marker = join(sandbox.root, "ran");
  const site = {
    probeUrl: await listen(createServer()),
    installer: `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")`,
  };
  await expect(find(site, { limits: { probeMs: 500 } })).rejects.toThrow(/127\.0\.0\.1:\d+ did not answer within/);
  expect(existsSync(marker)).toBe(false);
});

test("a port that refuses is given up", async () => {
  const probeUrl = await answering();
  servers[0]?.close();
  await expect(find({ probeUrl, installer: installer() })).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
});

test("a gateway that answers with an error is given up", async () => {
  await expect(find({ probeUrl: await answering(403), installer: installer() })).rejects.toThrow(/status 403/);
});

test("a download that goes silent on the way is stopped, with the programs that it started", async () => {
  const pidFile = join(sandbox.root, "pid");
  const silent = `
    const child = require("node:child_process").spawn("sleep", ["600"], { stdio: "inherit" });
    require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    setInterval(() => undefined, 1000);
  `;
  await expect(find({ probeUrl: await answering(), installer: silent })).rejects.toThrow(
    /nothing came for .*, stopped/,
  );
  const pid = Number(await readFile(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(false);
  await expectNothingLeft();
});

test("a slow download is not stopped while bytes come", async () => {
  const slow = `
    const { appendFileSync } = require("node:fs");
    for (let part = 0; part < 8; part++) {
      appendFileSync(process.env.TMPDIR + "/archive", "bytes");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  `;
  const found = await find({ probeUrl: await answering(), installer: installer(slow) });
  expect(found.source).toBe("download");
});

test("a download of another release is not taken", async () => {
  await expect(find({ probeUrl: await answering(), installer: installer("", "3.1.0") })).rejects.toThrow("is 3.1.0");
  await expectNothingLeft();
});

test("the words of an installer that fails are told", async () => {
  const failing = `console.error("curl: (22) 404"); process.exit(1)`;
  await expect(find({ probeUrl: await answering(), installer: failing })).rejects.toThrow("curl: (22) 404");
});

test("the installer of the Automation API is called as it wants to be", async () => {
  // Stands in for the one thing that it fetches: the official install script.
  const script = `#!/bin/sh
while [ "$#" -gt 0 ]; do
  case "$1" in --install-root) root=$2; shift ;; --version) version=$2; shift ;; --no-edit-path) plain=yes ;; esac
  shift
done
[ "$plain" = yes ] || exit 3
mkdir -p "$root/bin"
printf '#!/bin/sh\\necho v%s\\n' "$version" > "$root/bin/pulumi"
printf '#!/bin/sh\\n${fakeLanguageHost}\\n' > "$root/bin/pulumi-language-nodejs"
chmod +x "$root"/bin/*
`;
  const stub = join(sandbox.root, "stub.js");
  await writeFile(stub, `globalThis.fetch = async () => new Response(${JSON.stringify(script)});`);
  const env = { ...sandbox.env, NODE_OPTIONS: `--require ${JSON.stringify(stub)}` };
  const found = await find(
    { ...pulumiSite, probeUrl: await answering() },
    { env, limits: { downloadStallMs: 30_000 } },
  );
  expect(found).toMatchObject({ source: "download", version: pulumiVersion });
  // The release had no launcher: one was made.
  expect(await readdir(found.binFolder)).toContain("pulumi-resource-pulumi-nodejs");
});
