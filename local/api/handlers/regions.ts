import { badRequest } from "../apiError";
import { type Handler, type Handlers, ok, queryOf } from "../call";
import type { LocalOrganization } from "../callers";
import { findOrganization } from "../find";

const region = (region_id: string, name: string, geo_lat: string, geo_long: string) => ({
  region_id,
  name,
  default: region_id === defaultRegion,
  geo_lat,
  geo_long,
});

/** Where a project is made that names no region. */
export const defaultRegion = "aws-us-east-2";

/** Neon's regions (documented 2026). */
export const regions = [
  region("aws-us-east-1", "AWS US East 1 (N. Virginia)", "39.0438", "-77.4874"),
  region("aws-us-east-2", "AWS US East 2 (Ohio)", "39.9612", "-82.9988"),
  region("aws-us-west-2", "AWS US West 2 (Oregon)", "45.8399", "-119.7006"),
  region("aws-eu-central-1", "AWS Europe Central 1 (Frankfurt)", "50.1109", "8.6821"),
  region("aws-eu-west-2", "AWS Europe West 2 (London)", "51.5074", "-0.1278"),
  region("aws-ap-southeast-1", "AWS Asia Pacific 1 (Singapore)", "1.3521", "103.8198"),
  region("aws-ap-southeast-2", "AWS Asia Pacific 2 (Sydney)", "-33.8688", "151.2093"),
  region("aws-sa-east-1", "AWS South America East 1 (São Paulo)", "-23.5505", "-46.6333"),
];

/** Refuses a region that Neon does not have. */
export function checkRegion(regionId: string): void {
  if (regions.some(({ region_id }) => region_id === regionId)) return;
  throw badRequest("region is not supported", { region_id: regionId });
}

/** Whether projects of an organization may be in a region. */
export const offersRegion = ({ regions: offered }: LocalOrganization, regionId: string): boolean =>
  offered === undefined || offered.includes(regionId);

const getActiveRegions: Handler = (call, context) => {
  const orgId = queryOf<string>(call, "org_id");
  if (orgId === undefined) return ok({ regions });
  const organization = findOrganization(context, call.caller, orgId);
  return ok({ regions: regions.filter(({ region_id }) => offersRegion(organization, region_id)) });
};

export const regionHandlers: Handlers = { getActiveRegions };
