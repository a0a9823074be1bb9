/**
 * Takes the indentation out of our elements before they are built. Outside of templates a minifier
 * does so by itself; what stands in a template is data to it, and goes to everybody who loads it.
 */

import type { Plugin } from "vite";

export function unindent(folder: string): Plugin {
  return {
    name: "usher-unindent",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(folder) || !id.endsWith(".ts")) return null;
      return { code: code.replace(/\n[ \t]+/gu, "\n"), map: null };
    },
  };
}
