/**
 * Compiles message files while building: ICU patterns become small functions, so that pages
 * carry neither patterns nor a parser, and need no `eval`.
 */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import MessageFormat from "@messageformat/core";
import compileModule from "@messageformat/core/compile-module.js";
import type { Plugin } from "vite";

const MARK = "\0messages:";
const SOURCE = /^\.\/\w+\/\w+\.json$/u;
const RIGHT_TO_LEFT = ["ar", "he"];

export function messages(): Plugin {
  return {
    name: "usher-messages",
    enforce: "pre",
    resolveId(source, importer) {
      if (!importer || !SOURCE.test(source) || !/[\\/]messages[\\/]\w+\.ts$/u.test(importer)) return null;
      // Without its ending, so that nobody else takes it for JSON.
      return MARK + resolve(dirname(importer), source).replace(/\.json$/u, "");
    },
    load(id) {
      if (!id.startsWith(MARK)) return null;
      const path = `${id.slice(MARK.length)}.json`;
      this.addWatchFile(path);
      const language = /(\w+)\.json$/u.exec(path)?.[1] ?? "en";
      // Names of people may run the other way than the sentence that they stand in.
      const format = new MessageFormat(language, { biDiSupport: RIGHT_TO_LEFT.includes(language) });
      return compileModule(format, JSON.parse(readFileSync(path, "utf8")));
    },
  };
}
