/** Writes the declarations of the client beside its code, as bundlers and Node both find them. */

import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const RELATIVE = /(from "\.{1,2}\/[^"]+)"/gu;

/**
 * @param web where the sources are.
 * @param into the package; the declarations go into `types/`.
 */
export function types(web: string, into: string): Plugin {
  return {
    name: "usher-client-types",
    apply: "build",
    closeBundle() {
      const folder = join(into, "types");
      const compiler = join(web, "node_modules", ".bin", "tsc");
      execFileSync(compiler, ["--project", join(web, "client"), "--outDir", folder], { stdio: "inherit" });
      copyFileSync(join(web, "lib", "protocol.d.ts"), join(folder, "lib", "protocol.d.ts"));
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!name.endsWith(".d.ts")) continue;
        const path = join(folder, name);
        // Node resolves no import without an ending.
        writeFileSync(path, readFileSync(path, "utf8").replace(RELATIVE, '$1.js"'));
      }
    },
  };
}
