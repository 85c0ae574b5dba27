import { enableCompileCache } from "node:module";
import path from "node:path";
import { userCacheFolder } from "../../tools/engine/engineFolder";

/**
 * Imported before what is large: the compiled form of modules is kept from one command to the next, which is most of the time that a
 * command needs to begin. A folder that cannot be written only makes it slower.
 */
enableCompileCache(path.join(userCacheFolder(process.env), "neon-tenants", "compiled"));
