import { writeFileSync } from "node:fs";
import path from "node:path";
import { resourcesMarkdown } from "./resourcesMarkdown";

/** From `dist/provider/docs`. */
const root = path.resolve(__dirname, "../../..");

writeFileSync(path.join(root, "docs", "resources.md"), resourcesMarkdown());
