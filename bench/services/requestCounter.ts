import diagnostics from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

/** Answered requests since the last reading. */
export interface RequestCounts {
  total: number;
  /** By status code. */
  byStatus: Record<string, number>;
}

/** Counts what every HTTP server of this process has answered on paths under `prefix`, whatever the server does inside. */
export class RequestCounter {
  private counts: RequestCounts = { total: 0, byStatus: {} };

  constructor(prefix: string) {
    diagnostics.subscribe("http.server.response.finish", (message) => {
      const { response } = message as { response: ServerResponse };
      if (!response.req.url?.startsWith(prefix)) return;
      this.counts.total += 1;
      this.counts.byStatus[response.statusCode] = (this.counts.byStatus[response.statusCode] ?? 0) + 1;
    });
  }

  /** What was counted, and counts from 0 again. */
  take(): RequestCounts {
    const { counts } = this;
    this.counts = { total: 0, byStatus: {} };
    return counts;
  }
}
