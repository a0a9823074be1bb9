/** The tab as one ES module that a page of any site can load: `dist/module/participants-tab.js`. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";
import { messages } from "./build/messages.ts";
import { hosted } from "./build/hosted.ts";
import { prefix } from "./build/prefix.ts";
import { unindent } from "./build/unindent.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: here("module"),
  resolve: { alias: [{ find: /^\.\/codec$/u, replacement: here("lib/codec-json.ts") }] },
  plugins: [
    messages(), hosted(), prefix(here("elements"), ["participants-tab"]), unindent(here("elements")), compress(),
  ],
  build: {
    outDir: here("dist/module"),
    target: "es2022",
    modulePreload: false,
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: { entry: here("elements/participants-tab.ts"), formats: ["es"], fileName: "participants-tab" },
    rolldownOptions: {
      output: {
        chunkFileNames: "[name]-[hash].js",
        minify: true,
        // They are for bundlers, which find nothing to leave out here.
        comments: { annotation: false },
        // All that is needed at once is one file: many small ones compress worse, and come later.
        codeSplitting: { groups: [{ name: "tab", tags: ["$initial"] }] },
      },
    },
  },
});
