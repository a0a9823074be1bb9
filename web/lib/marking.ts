/** Which part of a name a search has found, so that it can be shown. */

/** Folds as the server does, near enough to show why somebody was found: no case, no accents. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().replace(/ł/gu, "l")
    .replace(/ø/gu, "o").replace(/[đð]/gu, "d").replace(/ß/gu, "ss").replace(/æ/gu, "ae")
    .replace(/œ/gu, "oe").replace(/ı/gu, "i");
}

export interface Part {
  text: string;
  isFound: boolean;
}

/** Cut a text at the first match; one whole part when the match lies elsewhere, or nowhere. */
export function parts(text: string, search: string): Part[] {
  const wanted = fold(search).trim().replace(/\s+/gu, " ");
  if (wanted === "") return [{ text, isFound: false }];
  // Folding changes lengths, so each letter remembers where it came from.
  let folded = "";
  const from: number[] = [];
  let at = 0;
  for (const letter of text) {
    const plain = fold(letter);
    folded += plain;
    for (let index = 0; index < plain.length; index += 1) from.push(at);
    at += letter.length;
  }
  const found = folded.indexOf(wanted);
  if (found < 0) return [{ text, isFound: false }];
  const start = from[found] ?? 0;
  const end = endOf(text, from[found + wanted.length - 1] ?? 0);
  return [
    { text: text.slice(0, start), isFound: false },
    { text: text.slice(start, end), isFound: true },
    { text: text.slice(end), isFound: false },
  ].filter((part) => part.text !== "");
}

/** The end of the letter that begins there, with the marks that follow it. */
function endOf(text: string, start: number): number {
  const letter = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const marks = /^\p{M}*/u.exec(text.slice(start + letter.length))?.[0] ?? "";
  return start + letter.length + marks.length;
}
