import type * as pulumi from "@pulumi/pulumi";
import { createProvider, providerKindOf, type NeonConfig } from "../../../provider";
import { sharedNeonApi } from "../../../provider/api";
import { FleetError } from "../../config";
import type { StackOperation } from "../stackEngine";
import { UnreadyResource } from "./failureStatus";
import type { ProviderFor } from "./providerServer";

export interface TenantProvidersOptions {
  /** Key, organization, host and rate share of the tenant's organization. */
  env: Record<string, string>;
  /** The fleet's name. */
  project: string;
}

/**
 * The providers of one stack operation by the text that a state names them with: instances of their own, with the API of the tenant's
 * organization. A text that we never wrote is not run.
 */
export function tenantProviders(operation: StackOperation, { env, project }: TenantProvidersOptions): ProviderFor {
  const { attemptedAt, wrapApi = (api) => api, unreadyReasons } = operation;
  const api = (config: NeonConfig, orgId: string | undefined) =>
    wrapApi(sharedNeonApi({ args: { orgId }, config, env, tenant: operation.spec.tenant }));
  return (text) => {
    const kind = providerKindOf(text);
    if (!kind) {
      throw new FleetError("FLEET_PROVIDER_UNKNOWN", "the state holds a resource of a provider that is not ours", {
        hint: "Run this stack with `neon-tenants pulumi`, which starts whatever the program needs.",
      });
    }
    const options = { api, env: { ...env, NEON_ATTEMPTED_AT: attemptedAt }, pulumiProject: project };
    const provider = createProvider(kind, options);
    return kind === "project" && unreadyReasons ? unready(provider, unreadyReasons) : provider;
  };
}

/** A provider whose read finds the project and says that it is not ready: the engine keeps the reasons, and the next `up` updates it. */
function unready(provider: pulumi.dynamic.ResourceProvider, reasons: string[]): pulumi.dynamic.ResourceProvider {
  return {
    ...provider,
    read: async (id, state) => {
      const found = await provider.read?.(id, state);
      if (!found?.id) return { id: "", props: {} };
      const { __provider } = state as { __provider?: unknown };
      // The engine forgets the reasons with the next refresh.
      const properties = { ...(found.props as object), unfinished: true, __provider };
      throw new UnreadyResource(
        found.id ?? id,
        properties,
        found.inputs as Record<string, unknown> | undefined,
        reasons,
      );
    },
  };
}
