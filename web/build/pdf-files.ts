/**
 * Puts beside the pages what pdf.js fetches only for documents that need it: the character maps
 * of Chinese, Japanese and Korean, the fonts that every reader is to have, the unpackers of
 * scans. The folder's name has the library's version, so that browsers may keep it for ever.
 */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const FOLDERS = ["cmaps", "standard_fonts", "wasm", "iccs"] as const;

export function pdfFiles(): Plugin {
  return {
    name: "usher-pdf-files",
    apply: "build",
    generateBundle() {
      const about = createRequire(import.meta.url).resolve("pdfjs-dist/package.json");
      const { version } = JSON.parse(readFileSync(about, "utf8")) as { version: string };
      for (const folder of FOLDERS) {
        for (const name of readdirSync(join(dirname(about), folder))) {
          const source = readFileSync(join(dirname(about), folder, name));
          this.emitFile({ type: "asset", fileName: `assets/pdf-${version}/${folder}/${name}`, source });
        }
      }
    },
  };
}
