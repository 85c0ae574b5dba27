import type { FleetEvent } from "../run/events";

/** One plain line per event: the same on a terminal and in CI. */
export function printEvent(stream: NodeJS.WritableStream, verbose: boolean): (event: FleetEvent) => void {
  return (event) => {
    switch (event.type) {
      case "started":
        stream.write(`${event.tenant}: ${event.action} …\n`);
        break;
      case "note":
        stream.write(`${event.tenant}: ${event.note}\n`);
        break;
      case "line":
        if (verbose) stream.write(`${event.tenant} | ${event.line}\n`);
        break;
      case "ended": {
        const { state, seconds, error } = event.outcome;
        stream.write(
          `${event.tenant}: ${state} in ${seconds.toFixed(1)} s${error ? `: ${error.code}: ${error.message}` : ""}\n`,
        );
        break;
      }
    }
  };
}
