/** The client as one ES module for browsers and Node: the package `@usher/client` in `dist/client`. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { types } from "./build/client-types.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: here("client/package"),
  // JSON needs no package beside this one; what a program sends and hears counts for less than that.
  resolve: { alias: [{ find: /^\.\/codec$/u, replacement: here("lib/codec-json.ts") }] },
  plugins: [types(here("."), here("dist/client"))],
  build: {
    outDir: here("dist/client"),
    target: "es2022",
    minify: false,
    lib: { entry: here("client/index.ts"), formats: ["es"], fileName: "index" },
  },
});
