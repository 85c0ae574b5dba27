import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

export const CONNECTIONS = 20;

export interface BenchProject {
  id: string;
  branchId: string;
  endpointId: string;
  uri: string;
}

interface CreatedProject {
  project: { id: string };
  branch: { id: string };
  endpoints: { id: string }[];
  connection_uris: { connection_uri: string }[];
}

/** Calls the API over connections that stay open, with as little work of its own as possible. */
export class BenchClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(private readonly server: { apiHost: string; apiKey: string }) {}

  call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${this.server.apiKey}`,
      ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.server.apiHost}${path}`, { method, agent: this.#agent, headers }, (answer) => {
        let said = "";
        answer.setEncoding("utf8").on("data", (part: string) => (said += part));
        answer.once("end", () => {
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(said) as T);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`));
        });
      });
      sent.once("error", reject).end(text);
    });
  }

  async project(name: string): Promise<BenchProject> {
    const made = await this.call<CreatedProject>("POST", "/projects", { project: { name } });
    const uri = made.connection_uris[0]?.connection_uri ?? "";
    return { id: made.project.id, branchId: made.branch.id, endpointId: made.endpoints[0]?.id ?? "", uri };
  }

  /** So many projects over all connections at once. */
  async projects(count: number): Promise<BenchProject[]> {
    const made: BenchProject[] = [];
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < count) made.push(await this.project(`bench-${(begun += 1)}`));
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    return made;
  }

  /** Resolves when the project's operations have ended; throws where one has failed. */
  async settle(projectId: string): Promise<void> {
    for (;;) {
      const path = `/projects/${projectId}/operations?limit=20`;
      const { operations } = await this.call<{ operations: { status: string; action: string }[] }>("GET", path);
      const failed = operations.find(({ status }) => status === "failed");
      if (failed) throw new Error(`${failed.action} of ${projectId} has failed`);
      if (operations.every(({ status }) => status === "finished")) return;
      await sleep(5);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A session of its own for one piece of work. */
export async function session<T>(uri: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: uri });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Milliseconds from before the connection until the first answer of a statement. */
export async function connectMs(uri: string): Promise<number> {
  const before = performance.now();
  await session(uri, async (client) => void (await client.query("SELECT 1")));
  return performance.now() - before;
}
