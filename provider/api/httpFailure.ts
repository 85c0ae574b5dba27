/**
 * How a request failed.
 * - `refused`: the connection could not be made, so nothing was sent;
 * - `untrusted`: the TLS handshake failed, so nothing was sent and trying again cannot help;
 * - `lost`: it may have been sent and no usable answer came;
 * - `answered`: Neon answered with an error status.
 */
export type HttpFailureKind = "refused" | "untrusted" | "lost" | "answered";

export interface HttpFailureFacts {
  kind: HttpFailureKind;
  /** HTTP status; only when answered. */
  status?: number;
  /** Neon's `code`, often empty; or the code of the socket error. */
  code?: string;
  /** Neon's `message`, or the socket's. */
  detail: string;
  /** True where the body is a `GeneralError` of Neon's document; a proxy or a wrong host answers otherwise. */
  fromNeon?: boolean;
  requestId?: string;
  /** The `Retry-After` header as sent. */
  retryAfter?: string;
  /** The `Date` header as sent: a `Retry-After` date is on the server's clock. */
  serverDate?: string;
}

/**
 * A failed request without anything that could hold a secret: no headers, no request body, no response body. It is the `cause` of the
 * {@link NeonError} that users see, instead of the HTTP library's own error, which carries the API key.
 */
export class HttpFailure extends Error implements HttpFailureFacts {
  readonly kind: HttpFailureKind;
  readonly status?: number;
  readonly code?: string;
  readonly detail: string;
  readonly fromNeon: boolean;
  readonly requestId?: string;
  readonly retryAfter?: string;
  readonly serverDate?: string;

  constructor(facts: HttpFailureFacts) {
    super(facts.kind === "answered" ? `HTTP ${facts.status}: ${facts.detail}` : `${facts.kind}: ${facts.detail}`);
    this.name = "HttpFailure";
    this.kind = facts.kind;
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.fromNeon = facts.fromNeon ?? false;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
    this.serverDate = facts.serverDate;
  }
}
