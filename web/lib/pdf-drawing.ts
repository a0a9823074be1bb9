/** Drawing a page: a picture of it, and over that its words, for selecting and reading aloud. */

import { TextLayer, type PDFPageProxy } from "pdfjs-dist";

/** More pixels than this a canvas does not get: phones give up on larger ones. */
const MOST_PIXELS = 8_000_000;

/** The words of a page that is drawn: one element for each piece of its text. */
export interface Layer {
  readonly pieces: readonly HTMLElement[];
  readonly texts: readonly string[];
}

export interface Drawn {
  readonly nodes: readonly [HTMLCanvasElement, HTMLElement];
  readonly layer: Layer;
}

export async function drawn(proxy: PDFPageProxy, scale: number): Promise<Drawn> {
  const viewport = proxy.getViewport({ scale });
  const most = Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height));
  const density = Math.min(devicePixelRatio, most);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  canvas.setAttribute("aria-hidden", "true");
  await proxy.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] }).promise;
  const text = document.createElement("div");
  text.className = "text";
  text.style.setProperty("--total-scale-factor", String(scale));
  const layer = new TextLayer({ textContentSource: proxy.streamTextContent(), container: text, viewport });
  await layer.render();
  return { nodes: [canvas, text], layer: { pieces: layer.textDivs, texts: layer.textContentItemsStr } };
}
