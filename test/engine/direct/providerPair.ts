import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { ErrorOwner } from "../../../fleet/engine/direct/errorOwner";
import { serveProvider } from "../../../fleet/engine/direct/providerServer";
import { loadSdk, type Sdk, type SdkMessage } from "../../../fleet/engine/direct/sdk";

type Properties = Record<string, unknown>;
type Provider = pulumi.dynamic.ResourceProvider;

const sdkRequire = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const requireFromString = sdkRequire("require-from-string") as (text: string) => { handler(): Provider };

/** A request by the method's name in the protocol and the setters of its message; plain objects become structs. */
export interface Request {
  method: string;
  message: string;
  set: Record<string, unknown>;
}

/** What a client sees: the response as plain JavaScript, or code, message and what the status carries. */
export type Answer =
  | { response: unknown }
  | { code: number; details: string; half?: { id: string; properties: Properties; reasons: string[] } };

interface Client {
  close(): void;
  [method: string]: (...args: never[]) => unknown;
}

/** The SDK's own dynamic-provider process and the driver's server, asked the same. */
export class ProviderPair {
  private constructor(
    private readonly sdk: Sdk,
    private readonly process: ChildProcess,
    private readonly sdkClient: Client,
    private readonly ownClient: Client,
    private readonly closeOwn: () => void,
  ) {}

  static async start(project: string): Promise<ProviderPair> {
    const sdk = loadSdk();
    if ("misfit" in sdk) throw new Error(sdk.misfit);
    const program = path.join(path.dirname(sdkRequire.resolve("@pulumi/pulumi/package.json")), "cmd/dynamic-provider");
    const env = { ...process.env, PULUMI_NODEJS_PROJECT: project };
    // Its first argument is the engine's address, which it never dials.
    const child = spawn(process.execPath, [program, "127.0.0.1:1"], {
      cwd: tmpdir(),
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const owner = new ErrorOwner(() => undefined);
    const providerFor = (text: string) => requireFromString(text).handler();
    const own = await serveProvider({ sdk, providerFor, project, owner });
    const client = (port: number) => connect(sdk, port);
    return new ProviderPair(sdk, child, client(Number(line.toString())), client(own.port), () => own.close());
  }

  async stop(): Promise<void> {
    this.sdkClient.close();
    this.ownClient.close();
    this.closeOwn();
    this.process.kill();
    await once(this.process, "exit");
  }

  /** The answers of the SDK's process and of the driver's server. */
  async ask(request: Request): Promise<{ sdk: Answer; own: Answer }> {
    const [sdk, own] = await Promise.all([this.askOne(this.sdkClient, request), this.askOne(this.ownClient, request)]);
    return { sdk, own };
  }

  /** The answer of the driver's server alone. */
  askOwn(request: Request): Promise<Answer> {
    return this.askOne(this.ownClient, request);
  }

  private askOne(client: Client, { method, message, set }: Request): Promise<Answer> {
    const Class = this.messageClass(message);
    const built = new Class();
    for (const [setter, value] of Object.entries(set)) {
      built[setter]?.(isPlain(value) ? this.sdk.struct.fromJavaScript(value) : value);
    }
    const call = (client[method] as unknown as (...args: unknown[]) => void).bind(client);
    return new Promise((resolve) => {
      call(built, { deadline: Date.now() + 20_000 }, (error: GrpcError | null, response: SdkMessage) => {
        resolve(error ? this.failure(error) : { response: plainOf(response) });
      });
    });
  }

  private messageClass(name: string): new () => SdkMessage {
    const Class = this.sdk.provider[name] ?? this.sdk.plugin[name] ?? (name === "Empty" ? this.sdk.empty : undefined);
    if (!Class) throw new Error(`no message ${name}`);
    return Class;
  }

  /** `grpc-status-details-bin` unpacked. */
  private failure({ code, details, metadata }: GrpcError): Answer {
    const [bytes] = metadata.get("grpc-status-details-bin");
    if (bytes === undefined) return { code, details };
    const { Status } = this.sdk.status as unknown as { Status: Decoder };
    const { ErrorResourceInitFailed } = this.sdk.provider as unknown as { ErrorResourceInitFailed: Decoder };
    const status = Status.deserializeBinary(bytes);
    expect([status.getCode?.(), status.getMessage?.()]).toEqual([code, details]);
    const [any] = status.getDetailsList?.() as SdkMessage[];
    expect(any?.getTypeName?.()).toBe("pulumirpc.ErrorResourceInitFailed");
    const half = ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8?.() as Uint8Array);
    return {
      code,
      details,
      half: {
        id: half.getId?.() as string,
        properties: (half.getProperties?.() as { toJavaScript(): Properties }).toJavaScript(),
        reasons: half.getReasonsList?.() as string[],
      },
    };
  }
}

interface Decoder {
  deserializeBinary(bytes: Uint8Array): SdkMessage;
}

interface GrpcError {
  code: number;
  details: string;
  metadata: { get(key: string): Uint8Array[] };
}

function connect(sdk: Sdk, port: number): Client {
  const { ResourceProviderClient } = sdkRequire("@pulumi/pulumi/proto/provider_grpc_pb") as {
    ResourceProviderClient: new (address: string, credentials: unknown) => Client;
  };
  return new ResourceProviderClient(`127.0.0.1:${port}`, sdk.grpc.credentials.createInsecure());
}

/** Everything that the message says, structs as plain objects. */
function plainOf(message: SdkMessage): unknown {
  const plain = message.toObject?.() as Record<string, unknown>;
  for (const getter of ["getInputs", "getProperties"]) {
    const struct = message[getter]?.() as { toJavaScript(): Properties } | undefined;
    if (struct) plain[getter] = struct.toJavaScript();
  }
  return plain;
}

function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
