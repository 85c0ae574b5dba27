/** A compute endpoint, as its Postgres and the proxy have to know it. */
export interface EndpointSpec {
  endpointId: string;
  branchId: string;
  /** The loopback address that it listens on. */
  address: string;
  /** A read replica, which runs on a Postgres of its own. */
  readOnly: boolean;
  /** Neither starts nor takes connections. */
  disabled: boolean;
  /** Milliseconds without connections before it stops. Default: never. */
  idleMs?: number;
  /** By its size. A running compute is restarted when it changed. */
  maxConnections?: number;
  /** The limits in CU, as text. A running compute is restarted when they changed. */
  size?: string;
  /** PostgreSQL settings of this compute, already checked. A running compute is restarted when they changed. */
  pgSettings?: Record<string, string>;
  /** For `shared_preload_libraries`, as far as they are installed. A running compute is restarted when they changed. */
  preloadLibraries?: string[];
  /** The same where `preloadLibraries` names none: those of the project. Read at every start. */
  defaultPreloadLibraries?: () => string[];
}
