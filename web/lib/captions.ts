/** Captions as lines of text, one a line: language, name, address. */

import type { Caption } from "./protocol";

const LINE = /^([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s+(.{1,60}?)\s+(\S+)$/u;

export const writeCaptions = (captions: readonly Caption[]): string =>
  captions.map(({ language, label, url }) => `${language} ${label} ${url}`).join("\n");

/** Read what was typed; the number of the first line that is none, counted from 1, instead. */
export function readCaptions(text: string): Caption[] | number {
  const captions: Caption[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, language, label, url] = LINE.exec(line.trim()) ?? [];
    if (!language || !label || !url) return index + 1;
    captions.push({ language, label, url });
  }
  return captions;
}
