/**
 * Gives our elements a prefix of their own in the module for other sites: a page that has a
 * `menu-button` already would otherwise refuse ours.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const DEFINED = /@customElement\("([\w-]+)"\)/gu;

/** @param kept the names under which the module is known outside. */
export function prefix(folder: string, kept: readonly string[]): Plugin {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(DEFINED)])
    .map(([, name]) => name)
    .filter((name) => name !== undefined && !kept.includes(name));
  // Not in a path, a longer name or a class: "./menu-button", `menu-button-x`, ".menu-button".
  const named = new RegExp(`(?<![\\w.-]|\\./)(${names.join("|")})(?![\\w./-])`, "gu");
  const renamed = (text: string): string => text.replace(named, "usher-$1");
  return {
    name: "usher-prefix",
    enforce: "pre",
    transform(code, id) {
      const [path = ""] = id.split("?");
      if (!path.startsWith(folder) || !/\.(ts|css)$/u.test(path)) return null;
      return { code: renamed(code), map: null };
    },
  };
}
