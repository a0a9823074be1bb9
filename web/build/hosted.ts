/**
 * Moves the names of looks from the page to the element, for pages that are not ours; whether
 * it is light or dark there is for the page to say.
 */

import type { Plugin } from "vite";

export function hosted(): Plugin {
  return {
    name: "usher-hosted",
    enforce: "pre",
    transform(code, id) {
      if (!/tokens\.css\?inline$/u.test(id)) return null;
      return { code: code.replaceAll(":root", ":host").replace("color-scheme: light dark;", ""), map: null };
    },
  };
}
