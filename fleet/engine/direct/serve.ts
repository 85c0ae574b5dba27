import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Sdk } from "./sdk";

/** A gRPC server of one stack operation. */
export interface Served {
  /** On loopback. */
  port: number;
  close(): void;
}

/** Serves on a free loopback port: the engine process dials in, nobody else needs to. */
export function serve(
  sdk: Sdk,
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
): Promise<Served> {
  const server = new sdk.grpc.Server(sdk.channelOptions);
  server.addService(service, implementation);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", sdk.grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ port, close: () => server.forceShutdown() });
    });
  });
}
