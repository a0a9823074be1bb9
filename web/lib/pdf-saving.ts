/** A document on paper, and on disk. */

import type { PDFDocumentProxy } from "pdfjs-dist";

const DOTS_PER_INCH = 150;
const POINTS_PER_INCH = 72;

/** Saves the document as it came; a link alone would lead to another host instead. */
export async function save(document: PDFDocumentProxy, name: string): Promise<void> {
  const data = await document.getData();
  const url = URL.createObjectURL(new Blob([data as BlobPart], { type: "application/pdf" }));
  const link = window.document.createElement("a");
  link.href = url;
  link.download = /\.pdf$/iu.test(name) ? name : `${name}.pdf`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Prints the pages, and nothing of the page around them.
 *
 * They are drawn as pictures first: no browser lets a page print a document of its own.
 */
export async function print(
  document: PDFDocumentProxy, tell: (page: number) => void, isWanted: () => boolean,
): Promise<void> {
  const pages = window.document.createElement("div");
  pages.className = "usher-print";
  const urls: string[] = [];
  const sheet = new CSSStyleSheet();
  const clear = (): void => {
    pages.remove();
    urls.forEach((url) => URL.revokeObjectURL(url));
    const sheets = window.document.adoptedStyleSheets;
    window.document.adoptedStyleSheets = sheets.filter((one) => one !== sheet);
  };
  try {
    for (let number = 1; number <= document.numPages; number += 1) {
      tell(number);
      urls.push(await picture(document, number));
      if (!isWanted()) return clear();
      const image = new Image();
      image.src = urls.at(-1) ?? "";
      await image.decode();
      pages.append(image);
    }
    const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 });
    sheet.replaceSync(`
      @page { size: ${width}pt ${height}pt; margin: 0; }
      @media screen { .usher-print { display: none; } }
      @media print {
        body > :not(.usher-print) { display: none; }
        .usher-print img { display: block; inline-size: 100%; block-size: 100vh; object-fit: contain; break-after: page; }
        .usher-print img:last-child { break-after: auto; }
      }`);
    window.document.adoptedStyleSheets = [...window.document.adoptedStyleSheets, sheet];
    window.document.body.append(pages);
    // Some browsers go on at once and print later.
    addEventListener("afterprint", clear, { once: true });
    window.print();
  } catch (error) {
    clear();
    throw error;
  }
}

async function picture(document: PDFDocumentProxy, number: number): Promise<string> {
  const page = await document.getPage(number);
  const viewport = page.getViewport({ scale: DOTS_PER_INCH / POINTS_PER_INCH });
  const canvas = window.document.createElement("canvas");
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  await page.render({ canvas, viewport, intent: "print" }).promise;
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
  // What is not given back at once, phones run out of.
  canvas.width = canvas.height = 0;
  if (!blob) throw new Error(`page ${number} is too large`);
  return URL.createObjectURL(blob);
}
