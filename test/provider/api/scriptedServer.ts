import http from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  method: string;
  /** Without `/api/v2` and the query. */
  path: string;
  query: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  body: unknown;
}

/** One answer: a status with a body, or what breaks the connection. */
export type ScriptedAnswer =
  { status: number; body?: unknown; headers?: Record<string, string> } | "reset" | "cut" | "silence" | "garbage";

export interface ScriptedServer {
  baseUrl: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** An HTTP server on loopback that hands every request to `answer` and does what it says. */
export async function scriptedServer(
  answer: (request: SeenRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = new URL(request.url ?? "/", "http://server");
      const text = Buffer.concat(chunks).toString();
      const one: SeenRequest = {
        method: request.method ?? "",
        path: url.pathname.replace(/^\/api\/v2/, ""),
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      seen.push(one);
      give(response, await answer(one, seen.length - 1));
    })();
  });
  // Longer than any test: a client must not depend on the server to hang up.
  server.keepAliveTimeout = 300_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function give(response: http.ServerResponse, answer: ScriptedAnswer): void {
  switch (answer) {
    case "silence":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "cut":
      response.writeHead(201, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"project":');
      setImmediate(() => response.socket?.destroy());
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>welcome</html>");
      return;
    default: {
      const body = answer.body === undefined ? "" : JSON.stringify(answer.body);
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers }).end(body);
    }
  }
}
