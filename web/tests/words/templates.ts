/** Finds text that a source file says itself instead of taking it from the messages. */

/** A tag with its attributes; a sign of more within quotes does not end it. */
const TAG = /<(?:[^"'<>]|"[^"]*"|'[^']*')*>/gu;
const ATTRIBUTE = /\s(?<name>[\w-]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s"'>]+))/gu;
/**
 * Attributes that only machines read. Every other one counts as read by people, so that a new one is not
 * forgotten: those of HTML (`title`, `alt`, `placeholder`), those of ARIA, and those of elements of ours.
 */
const MACHINES = new RegExp(`^(?:${[
  "accept", "allow", "aria-(?:autocomplete|busy|checked|controls|current|describedby|details|disabled|expanded|haspopup"
    + "|hidden|invalid|keyshortcuts|labelledby|live|modal|multiselectable|owns|pressed|selected|sort)",
  "autocapitalize", "autocomplete", "class", "data-[\\w-]+", "dir", "draggable", "enterkeyhint", "for", "form", "href", "id",
  "inputmode", "kind", "lang", "list", "loading", "method", "name", "pattern", "popover", "popovertarget", "preload", "referrerpolicy",
  "rel", "role", "sandbox", "scope", "slot", "spellcheck", "src", "srclang", "target", "type", "xmlns",
  "d", "fill", "preserveAspectRatio", "shape-rendering", "stroke(?:-[\\w-]+)?", "transform",
].join("|")})$`, "u");
/** What a button says; of a radio button or an option it is a name, written small. */
const SPOKEN_VALUE = /^\p{Lu}/u;
/** The same set by a script: `box.title = "Closed"`, `setAttribute("aria-label", "Closed")`. */
const SET = /\.(?:title|alt|placeholder|textContent|innerText|ariaLabel|ariaDescription|ariaRoleDescription|ariaValueText)\s*=\s*(["'`])(?<text>(?:(?!\1).)*)\1|setAttribute\(\s*["'](?:title|alt|placeholder|aria-(?:label|description|roledescription|valuetext))["'],\s*(["'`])(?<given>(?:(?!\3).)*)\3/gu;
const LETTERS = /\p{L}{2,}/u;
/** Stands for what an expression puts in. */
const HOLE = "\u0001";

export interface Source {
  /** The fixed parts of each `html` and `svg` template. */
  templates: string[];
  /** Each string outside of templates, and each template that makes a string. */
  strings: string[];
}

/** Read a file of TypeScript as far as this needs it: code, strings, templates and comments. */
export function readSource(code: string): Source {
  const found: Source = { templates: [], strings: [] };
  readCode(code, 0, found);
  return found;
}

/** Say which text of a template was written into it. */
export function textsIn(template: string): string[] {
  const texts: string[] = [];
  const inner = template.replaceAll(/<!--[\s\S]*?-->/gu, "").replaceAll(TAG, (tag) => {
    for (const { groups = {} } of tag.matchAll(ATTRIBUTE)) {
      const { name = "", double, single, bare } = groups;
      const text = (double ?? single ?? bare ?? "").replaceAll(HOLE, "");
      const isSpoken = name === "value" ? SPOKEN_VALUE.test(text) : !MACHINES.test(name);
      if (isSpoken && LETTERS.test(text)) texts.push(`${name}="${text}"`);
    }
    return HOLE;
  });
  for (const part of inner.split(HOLE)) if (LETTERS.test(part)) texts.push(part.replaceAll(/\s+/gu, " ").trim());
  return texts;
}

/** Say which text a script puts where people read it. */
export function textsSet(code: string): string[] {
  return [...code.matchAll(SET)]
    .map(({ groups }) => (groups?.["text"] ?? groups?.["given"] ?? "").replaceAll(/\$\{[^}]*\}/gu, ""))
    .filter((text) => LETTERS.test(text));
}

/** Read code up to the brace that closes it; give back where that was. */
function readCode(code: string, start: number, found: Source): number {
  let depth = 0;
  let at = start;
  while (at < code.length) {
    const two = code.slice(at, at + 2);
    const one = code[at] ?? "";
    if (two === "//") at = endOf(code, "\n", at);
    else if (two === "/*") at = endOf(code, "*/", at) + 1;
    else if (isPattern(code, at)) at = afterPattern(code, at);
    else if (one === '"' || one === "'") at = readString(code, at, found);
    else if (one === "`") at = readTemplate(code, at, found);
    else if (one === "}" && depth === 0 && start > 0) return at;
    else {
      if (one === "{") depth += 1;
      if (one === "}") depth -= 1;
      at += 1;
    }
  }
  return at;
}

function endOf(code: string, mark: string, from: number): number {
  const at = code.indexOf(mark, from + 1);
  return at < 0 ? code.length : at + 1;
}

/** A slash that begins a regular expression stands where a value is expected. */
function isPattern(code: string, at: number): boolean {
  return code[at] === "/" && /[=(,:?&|!{[\n]\s*$/u.test(code.slice(Math.max(0, at - 20), at));
}

function afterPattern(code: string, from: number): number {
  let isInClass = false;
  for (let at = from + 1; at < code.length; at += 1) {
    if (code[at] === "\\") at += 1;
    else if (code[at] === "[") isInClass = true;
    else if (code[at] === "]") isInClass = false;
    else if (code[at] === "/" && !isInClass) return at + 1;
  }
  return code.length;
}

function readString(code: string, from: number, found: Source): number {
  let at = from + 1;
  while (at < code.length && code[at] !== code[from]) at += code[at] === "\\" ? 2 : 1;
  found.strings.push(code.slice(from + 1, at));
  return at + 1;
}

function readTemplate(code: string, from: number, found: Source): number {
  const kind = /(\w*)$/u.exec(code.slice(Math.max(0, from - 12), from))?.[1] ?? "";
  let text = "";
  let at = from + 1;
  while (at < code.length && code[at] !== "`") {
    if (code[at] === "\\") {
      text += code[at + 1] ?? "";
      at += 2;
    } else if (code.startsWith("${", at)) {
      text += HOLE;
      at = readCode(code, at + 2, found) + 1;
    } else {
      text += code[at];
      at += 1;
    }
  }
  if (kind === "html" || kind === "svg") found.templates.push(text);
  else if (kind !== "css") found.strings.push(text);
  return at + 1;
}
