/** Finding words in a document, page by page, and marking them where a page is drawn. */

import type { PDFDocumentProxy } from "pdfjs-dist";
import type { Layer } from "./pdf-drawing";

/** Nobody steps through more. */
const MOST = 1_000;

export interface Find {
  readonly page: number;
  /** Where it stands in the text of the page: which piece, and how far into it. */
  readonly from: Place;
  readonly to: Place;
}

interface Place {
  readonly piece: number;
  readonly offset: number;
}

/** A piece of a page's text, and whether a line ends with it. */
export interface Piece {
  readonly str: string;
  readonly hasEOL: boolean;
}

/** Makes a pattern that also finds what a line break has torn apart, with a hyphen or without. */
function pattern(wanted: string): RegExp {
  const words = wanted.normalize("NFKC").trim().split(/\s+/u);
  const sources = words.map((word) =>
    [...word].map((one) => one.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&")).join("(?:-?\\n)?"),
  );
  return new RegExp(sources.join("\\s+"), "giu");
}

/** Finds text in the pieces of a page. */
export function findIn(pieces: readonly Piece[], wanted: string, page: number): Find[] {
  if (!wanted.trim()) return [];
  const starts: number[] = [];
  let text = "";
  for (const { str, hasEOL } of pieces) {
    starts.push(text.length);
    text += hasEOL ? `${str}\n` : str;
  }
  const placeAt = (index: number): Place => {
    const piece = starts.findLastIndex((start) => start <= index);
    return { piece, offset: Math.min(index - (starts[piece] ?? 0), pieces[piece]?.str.length ?? 0) };
  };
  return [...text.matchAll(pattern(wanted))].map((found) => {
    const last = placeAt(found.index + found[0].length - 1);
    return { page, from: placeAt(found.index), to: { ...last, offset: last.offset + 1 } };
  });
}

/** Reads pages as they are searched, and keeps what it has read. */
export class Finder {
  readonly #document: PDFDocumentProxy;
  readonly #pages = new Map<number, readonly Piece[]>();

  constructor(document: PDFDocumentProxy) {
    this.#document = document;
  }

  /** Finds all there is, in the order of the pages; null when something else is wanted meanwhile. */
  async find(wanted: string, isWanted: () => boolean): Promise<Find[] | null> {
    const found: Find[] = [];
    for (let page = 1; page <= this.#document.numPages && found.length < MOST; page += 1) {
      const pieces = await this.pieces(page);
      if (!isWanted()) return null;
      found.push(...findIn(pieces, wanted, page));
    }
    return found.slice(0, MOST);
  }

  private async pieces(page: number): Promise<readonly Piece[]> {
    const known = this.#pages.get(page);
    if (known) return known;
    const { items } = await (await this.#document.getPage(page)).getTextContent();
    const pieces = items.filter((item) => "str" in item).map(({ str, hasEOL }) => ({ str, hasEOL }));
    this.#pages.set(page, pieces);
    return pieces;
  }
}

/** Shows finds on the pages that are drawn: one of them stands out. */
export function mark(finds: readonly Find[], at: number, layers: ReadonlyMap<number, Layer>): void {
  if (!("highlights" in CSS)) return; // The page is gone to all the same.
  const all = new Highlight();
  const one = new Highlight();
  one.priority = 1;
  finds.forEach((find, index) => {
    const range = rangeOf(find, layers.get(find.page));
    if (range) (index === at ? one : all).add(range);
  });
  CSS.highlights.set("pdf-find", all);
  CSS.highlights.set("pdf-find-at", one);
}

/** Says where a find is on its page; null as long as that is not drawn. */
export function rangeOf(find: Find, layer: Layer | undefined): Range | null {
  const from = layer?.pieces[find.from.piece]?.firstChild;
  const to = layer?.pieces[find.to.piece]?.firstChild;
  if (!from || !to) return null;
  const range = document.createRange();
  range.setStart(from, Math.min(find.from.offset, from.textContent?.length ?? 0));
  range.setEnd(to, Math.min(find.to.offset, to.textContent?.length ?? 0));
  return range;
}
