/**
 * E-mail addresses as people type and paste them: one or many, with commas, semicolons, spaces
 * or line breaks between them, alone or as mail programs write them: `Ada Lovelace <ada@x.org>`.
 * Whether an address is good is for the server to say; this only tells what cannot be one.
 */

export interface Typed {
  email: string;
  first: string;
  last: string;
}

const MOST_CHARS = 254;
const PLAUSIBLE = /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@.<>"(),:;[\]\\]+$/u;
const MAILBOX = /^(?<name>[^<>]*)<(?<email>[^<>]*)>$/u;

export const isPlausible = (email: string): boolean =>
  email.length <= MOST_CHARS && PLAUSIBLE.test(email);

/** Two spellings of one address, as far as a page can tell. */
export const addressKey = (email: string): string => email.trim().toLowerCase();

/** Take a text apart into addresses and what else stands there; nothing is dropped. */
export function parseAddresses(text: string): Typed[] {
  return pieces(text).flatMap(taken);
}

/** One piece between separators: a mailbox, or several addresses with spaces between them. */
function taken(piece: string): Typed[] {
  const found = MAILBOX.exec(piece)?.groups;
  if (found) return [{ email: (found.email ?? "").trim(), ...splitName(unquoted(found.name ?? "")) }];
  const words = piece.split(/\s+/u);
  const isSeveral = words.length > 1 && words.every((word) => word.includes("@"));
  return (isSeveral ? words : [piece]).map((email) => ({
    email: email.replace(/^mailto:/iu, ""),
    first: "",
    last: "",
  }));
}

/**
 * Separators inside quotation marks or angle brackets separate nothing. Outlook separates by
 * semicolons and writes `Lovelace, Ada <ada@x.org>`: there a comma before a bracket is part of
 * the name.
 */
function pieces(text: string): string[] {
  const isOutlook = /;|\n/u.test(text);
  return split(text, ";\n\r").flatMap((piece) => {
    const brackets = piece.match(/</gu)?.length ?? 0;
    return isOutlook && brackets === 1 && /^[^<@]*<[^<]*>$/u.test(piece) ? [piece] : split(piece, ",");
  });
}

function split(text: string, separators: string): string[] {
  const found: string[] = [];
  let piece = "";
  let isQuoted = false;
  let isInside = false;
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === "<") isInside = true;
    else if (letter === ">") isInside = false;
    // A mark that is never closed must not swallow the lines after it.
    if (letter === "\n") isQuoted = isInside = false;
    if (separators.includes(letter) && !isQuoted && !isInside) {
      found.push(piece);
      piece = "";
    } else piece += letter;
  }
  return [...found, piece].map((one) => one.trim()).filter(Boolean);
}

const unquoted = (name: string): string => name.trim().replace(/^["']|["']$/gu, "").trim();

/** A whole name as two fields: `Ada King Lovelace` and `Lovelace, Ada King` alike. */
export function splitName(name: string): { first: string; last: string } {
  const whole = name.trim().replace(/\s+/gu, " ");
  const comma = whole.indexOf(",");
  if (comma > 0) return { first: whole.slice(comma + 1).trim(), last: whole.slice(0, comma).trim() };
  const at = whole.lastIndexOf(" ");
  return at < 0 ? { first: whole, last: "" } : { first: whole.slice(0, at), last: whole.slice(at + 1) };
}
