import { ProcessSampler } from "../../../bench/measure/processSampler";
import type { ProcessRow } from "../../../bench/measure/processTable";

const row = (pid: number, parentPid: number, cpuTicks: number, startTicks = 1): ProcessRow => ({
  pid,
  parentPid,
  startTicks,
  cpuTicks,
});

/** What a sampler of wrapper 1 has seen after these looks; each process has as many bytes as its pid. */
function sampled(...looks: ProcessRow[][]) {
  const left = [...looks];
  const sampler = new ProcessSampler(1, { table: () => left.shift() ?? [], residentBytes: (pid) => pid });
  for (let look = 0; look < looks.length; look += 1) sampler.look();
  return sampler.stop();
}

describe("the process sampler", () => {
  it("keeps the largest sum of memory, not the last", () => {
    expect(sampled([row(10, 1, 0), row(20, 10, 0)], [row(10, 1, 0)]).peakMemoryBytes).toBe(30);
  });

  it("adds up what each process had used when it was last seen", () => {
    expect(sampled([row(10, 1, 50), row(20, 10, 100)], [row(10, 1, 150)]).cpuSeconds).toBe(2.5);
  });

  it("counts the processes under the measured one, and a pid that came again as another process", () => {
    expect(sampled([row(10, 1, 0), row(20, 10, 0, 1)], [row(10, 1, 0), row(20, 10, 0, 2)]).processes).toBe(2);
  });

  it("looks past processes that are not the wrapper's", () => {
    expect(sampled([row(10, 1, 0), row(99, 2, 900)])).toEqual({ peakMemoryBytes: 10, cpuSeconds: 0, processes: 0 });
  });
});
