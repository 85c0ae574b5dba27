import type { Endpoint } from "./neonTypes";

/** What is stored of a compute; whether it runs is known to the Postgres side. */
export interface EndpointDocument {
  id: string;
  project_id: string;
  branch_id: string;
  /** Its own loopback address. */
  host: string;
  name?: string;
  region_id: string;
  type: "read_write" | "read_only";
  autoscaling_limit_min_cu: number;
  autoscaling_limit_max_cu: number;
  suspend_timeout_seconds: number;
  settings: NonNullable<Endpoint["settings"]>;
  pooler_enabled: boolean;
  disabled: boolean;
  passwordless_access: boolean;
  provisioner: string;
  created_at: string;
  updated_at: string;
}

/** When a compute started and was suspended, for the time after a restart of the server. */
export interface ComputeTimesDocument {
  endpoint_id: string;
  started_at?: string;
  suspended_at?: string;
  last_active?: string;
}
