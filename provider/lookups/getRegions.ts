import { lookupApi, type LookupOptions } from "./lookupApi";

/** A region in which projects can be made. */
export interface RegionInfo {
  /** Such as `aws-eu-central-1`. */
  readonly regionId: string;
  /** For people. */
  readonly name: string;
  /** True for the one that a project without a region is made in. */
  readonly isDefault: boolean;
}

/** The regions that the organization may use now (`getActiveRegions`). */
export async function getRegions(options?: LookupOptions): Promise<RegionInfo[]> {
  const regions = await lookupApi(options).listRegions();
  return regions.map((region) => ({ regionId: region.region_id, name: region.name, isDefault: region.default }));
}
