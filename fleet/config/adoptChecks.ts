import type { Add } from "./crossChecks";
import type { FleetFile } from "./fleetSchema";
import type { Path } from "./yamlSource";

/** What a tenant takes over: one project, named in one way, and no other tenant's. Two owners would undo each other's changes. */
export function adoptChecks(file: Partial<FleetFile>, isCut: (path: Path) => boolean, add: Add): void {
  const owners = new Map<string, string>();
  for (const [key, entry] of Object.entries(file.tenants ?? {})) {
    const { projectId, byName } = entry?.adopt ?? {};
    const path = ["tenants", key, "adopt"];
    // A part that is wrong by itself is left out of the file, and has its own message.
    if (!entry?.adopt || ["projectId", "byName"].some((part) => isCut([...path, part]))) continue;
    if ((projectId !== undefined) === (byName === true)) {
      const sentence = "must say which project: write either projectId, or byName: true";
      add(path, { code: "FLEET_VALUE", sentence });
    }
    const twin = projectId === undefined ? undefined : owners.get(projectId);
    const sentence = `is the project that the tenant ${twin} adopts already`;
    if (twin !== undefined) add([...path, "projectId"], { code: "FLEET_NAME_TAKEN", sentence });
    if (projectId !== undefined) owners.set(projectId, key);
  }
}
