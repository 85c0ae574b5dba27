import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { BenchServer } from "./benchServer";
import { connectMs } from "./benchClient";
import { type LocalFigures, spread } from "./localFigures";

type Figures = Pick<LocalFigures, "firstConnectMs" | "coldWakeMs" | "thousandProjects">;

/** Many projects of which few are ever connected to: what they cost, and how long those connections take, one after the other. */
export async function thousandProjects(projects: number, awake: number): Promise<Figures> {
  const server = await BenchServer.start();
  try {
    const { client } = server;
    const used = (await client.projects(projects)).slice(0, awake);
    const [first, cold]: [number[], number[]] = [[], []];
    for (const { id, uri } of used) {
      await client.settle(id);
      first.push(await connectMs(uri));
    }
    const { serverBytes, postmasterBytes } = server.memory();
    for (const { id, endpointId } of used) {
      await client.call("POST", `/projects/${id}/endpoints/${endpointId}/suspend`);
      await client.settle(id);
    }
    const asleep = server.memory();
    const diskBytes = bytesBelow(server.stateFolder, new Set());
    const materialized = readdirSync(path.join(server.stateFolder, "postgres", "branches")).length;
    for (const { uri } of used) cold.push(await connectMs(uri));
    return {
      firstConnectMs: spread(first),
      coldWakeMs: spread(cold),
      thousandProjects: {
        projects,
        awake,
        memoryBytes: serverBytes + postmasterBytes,
        awakeMemoryBytes: postmasterBytes,
        asleepMemoryBytes: asleep.serverBytes + asleep.postmasterBytes,
        diskBytes,
        materialized,
      },
    };
  } finally {
    await server.end();
  }
}

/** What the disk holds of a folder: a file that has several names counts once. */
function bytesBelow(folder: string, seen: Set<number>): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    const { ino, blocks } = lstatSync(file);
    if (!seen.has(ino)) bytes += blocks * 512;
    seen.add(ino);
    if (entry.isDirectory()) bytes += bytesBelow(file, seen);
  }
  return bytes;
}
