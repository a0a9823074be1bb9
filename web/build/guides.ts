/**
 * Makes pages of the guides in docs/ while building: what stands in the repository, and nothing
 * that is fetched. `virtual:guide/NAME` gives the HTML of one.
 */

import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Marked, type Tokens } from "marked";
import type { Plugin } from "vite";

const MARK = "virtual:guide/";

/** Which file of the repository a guide is, by its name in the address. */
export const FILES: Readonly<Record<string, string>> = {
  "attendance": "docs/attendance.md",
  "audit": "docs/audit.md",
  "embed": "docs/embed.md",
  "embed.py": "docs/examples/embed.py",
  "embed.ts": "docs/examples/embed.ts",
  "javascript": "web/client/package/README.md",
  "lti": "docs/lti.md",
  "media": "docs/media.md",
  "operations": "docs/operations.md",
  "protocol": "docs/protocol.md",
  "python": "protocol/client/python/README.md",
  "sign-in": "docs/sign-in.md",
  "webhooks": "docs/webhooks.md",
  "wire": "docs/wire.md",
};

/** @param repository its folder. */
export function guides(repository: string): Plugin {
  return {
    name: "usher-guides",
    resolveId: (source) => (source.startsWith(MARK) ? `\0${source}` : null),
    load(id) {
      if (!id.startsWith(`\0${MARK}`)) return null;
      const name = id.slice(MARK.length + 1);
      const file = FILES[name];
      if (!file) throw new Error(`there is no guide ${name}`);
      const path = resolve(repository, file);
      this.addWatchFile(path);
      const text = readFileSync(path, "utf8");
      return `export default ${JSON.stringify(file.endsWith(".md") ? guide(text) : program(name, text))};`;
    },
  };
}

/** One guide as HTML. Links to other guides lead to their pages, those to other files nowhere. */
export function guide(text: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: title }: Tokens.Heading): string {
        return `<h${depth} id="${slug(title)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        const words = this.parser.parseInline(tokens);
        const to = address(href);
        return to ? `<a href="${escaped(to)}">${words}</a>` : words;
      },
      image: ({ text: alt }: Tokens.Image): string => escaped(alt),
      code: ({ text: code }: Tokens.Code): string => listing(code),
    },
  });
  const html = marked.parse(text, { async: false });
  return reachable(html).replaceAll("</table>", "</table></div>").replaceAll("<th></th>", "<td></td>");
}

const program = (name: string, text: string): string => reachable(`<h1>${escaped(name)}</h1>${listing(text)}`);

const listing = (code: string): string => `<pre><code>${escaped(code)}</code></pre>\n`;

/**
 * What is wider than a phone scrolls by itself, also by keyboard. So that whoever comes there knows
 * where they are, each place has a name: which one it is on the page, and under which heading.
 */
function reachable(html: string): string {
  let under = "", listings = 0, tables = 0;
  const place = (kind: string, count: number): string =>
    `tabindex="0" role="region" aria-label="${kind} ${count}${under && `: ${under}`}"`;
  return html.replace(/<h\d[^>]*>(.*?)<\/h\d>|<pre>|<table>/gu, (found, heading?: string) => {
    if (found === "<pre>") return `<pre ${place("Listing", ++listings)}>`;
    if (found === "<table>") return `<div class="wide" ${place("Table", ++tables)}><table>`;
    under = heading?.replace(/<[^>]+>/gu, "") ?? "";
    return found;
  });
}

/** Where a link of a guide leads from our pages; null where it leads to a file that is not among them. */
function address(href: string): string | null {
  if (/^https?:/u.test(href) || href === "/docs") return href;
  const [path = "", fragment] = href.split("#");
  const rest = fragment ? `#${fragment}` : "";
  if (path === "") return rest;
  const found = Object.entries(FILES).find(([, file]) => basename(file) === basename(path) && !file.endsWith("README.md"));
  return found ? `/docs/${found[0]}${rest}` : null;
}

/** The name of a heading in an address, as hosts of repositories make it. */
export const slug = (title: string): string =>
  title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/gu, "-");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
