/**
 * A document in the page: every page a canvas as it comes into view, with its text above it for
 * selecting and reading aloud. Loaded only where there is a document.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import { getDocument, GlobalWorkerOptions, TextLayer, type PDFDocumentProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { entry as words } from "../messages/entry";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./pdf-viewer.css?inline";

GlobalWorkerOptions.workerSrc = workerUrl;

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;
/** Pages nearer than this are drawn already. */
const AHEAD = "600px";
/** More pixels than this a canvas does not get: phones give up on larger ones. */
const MOST_PIXELS = 8_000_000;

interface Size {
  width: number;
  height: number;
}

@customElement("pdf-viewer")
export class PdfViewer extends UsherElement {
  static override styles = sheets(own);

  @property() src = "";
  @property() name = "";
  @state() private sizes: readonly Size[] = [];
  @state() private hasFailed = false;
  /** 1 is as wide as there is room. */
  @state() private zoom = 1;
  @state() private current = 1;
  @query(".pages") private scroller!: HTMLElement | null;
  @queryAll(".page") private pages!: NodeListOf<HTMLElement>;
  #document: PDFDocumentProxy | null = null;
  #drawn = new Map<number, number>();
  #near: IntersectionObserver | null = null;
  #width: ResizeObserver | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#near?.disconnect();
    this.#width?.disconnect();
    void this.#document?.destroy();
  }

  protected override render(): TemplateResult {
    if (this.hasFailed) {
      return html`<div class="card">
        <p>${words("pdf.failed")}</p>
        <a class="button" href=${this.src} target="_blank" rel="noreferrer">${words("pdf.open")}</a>
      </div>`;
    }
    const count = this.sizes.length;
    return html`
      <div class="bar" role="toolbar" aria-label=${words("pdf.label")}>
        <button type="button" class="button quiet icon small flips" aria-label=${words("pdf.previous")}
          ?disabled=${this.current <= 1} @click=${() => this.goTo(this.current - 1)}>${icon("chevron")}</button>
        <label>${words("pdf.page")}
          <input class="input" type="number" inputmode="numeric" min="1" max=${count} .value=${String(this.current)}
            @change=${this.onPage} /></label>
        <span class="soft">${words("pdf.of", { count })}</span>
        <button type="button" class="button quiet icon small flips on" aria-label=${words("pdf.next")}
          ?disabled=${this.current >= count} @click=${() => this.goTo(this.current + 1)}>${icon("chevron")}</button>
        <span class="grow"></span>
        <button type="button" class="button quiet icon small" aria-label=${words("pdf.smaller")}
          ?disabled=${this.zoom <= ZOOMS[0]} @click=${() => this.zoomBy(-1)}>−</button>
        <button type="button" class="button quiet small" @click=${() => this.setZoom(1)}>${words("pdf.fit")}</button>
        <button type="button" class="button quiet icon small" aria-label=${words("pdf.larger")}
          ?disabled=${this.zoom >= (ZOOMS.at(-1) ?? 1)} @click=${() => this.zoomBy(1)}>+</button>
        <a class="button quiet small" href=${this.src} download>${words("pdf.download")}</a>
      </div>
      <div class="pages" tabindex="0" role="region" aria-label=${this.name} @scroll=${this.onScroll} @keydown=${this.onKey}>
        ${count === 0 ? html`<p class="loading" role="status">${words("pdf.loading")}</p>` : nothing}
        ${this.sizes.map(
          (_, index) => html`<section class="page" data-page=${index + 1}
            aria-label=${words("pdf.page_label", { page: index + 1, count })}></section>`,
        )}
      </div>
    `;
  }

  protected override updated(): void {
    this.layOut();
  }

  private async load(): Promise<void> {
    try {
      const { href } = new URL(this.src, location.href);
      // No eval: the content policy allows none.
      const document = await getDocument({ url: href, isEvalSupported: false }).promise;
      if (!this.isConnected) return void document.destroy();
      this.#document = document;
      // Most documents have pages of one size; a page of another takes its own when it is drawn.
      const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 });
      this.sizes = Array.from({ length: document.numPages }, () => ({ width, height }));
      await this.updateComplete;
      this.watch();
    } catch {
      this.hasFailed = true;
    }
  }

  private watch(): void {
    if (!this.scroller) return;
    this.#near = new IntersectionObserver(
      (seen) => {
        for (const { isIntersecting, target } of seen) {
          const number = Number((target as HTMLElement).dataset.page);
          if (isIntersecting) void this.draw(number, target as HTMLElement);
          else this.forget(number, target as HTMLElement);
        }
      },
      { root: this.scroller, rootMargin: AHEAD },
    );
    for (const page of this.pages) this.#near.observe(page);
    this.#width = new ResizeObserver(() => this.layOut());
    this.#width.observe(this.scroller);
  }

  private scaleFor(number: number): number {
    const room = (this.scroller?.clientWidth ?? 0) - 32;
    const wide = this.sizes[number - 1]?.width ?? 1;
    return (Math.max(200, Math.min(room, 1_000)) / wide) * this.zoom;
  }

  /** Every page takes its place before it is drawn, so that nothing jumps. */
  private layOut(): void {
    for (const page of this.pages ?? []) {
      const number = Number(page.dataset.page);
      const size = this.sizes[number - 1];
      if (!size) continue;
      const scale = this.scaleFor(number);
      page.style.inlineSize = `${Math.floor(size.width * scale)}px`;
      page.style.blockSize = `${Math.floor(size.height * scale)}px`;
      const drawn = this.#drawn.get(number);
      if (drawn !== undefined && drawn !== scale) void this.draw(number, page);
    }
  }

  private async draw(number: number, page: HTMLElement): Promise<void> {
    const scale = this.scaleFor(number);
    if (!this.#document || this.#drawn.get(number) === scale) return;
    this.#drawn.set(number, scale);
    const proxy = await this.#document.getPage(number);
    const { width, height } = proxy.getViewport({ scale: 1 });
    const known = this.sizes[number - 1];
    if (known?.width !== width || known.height !== height) {
      this.sizes = this.sizes.with(number - 1, { width, height });
      this.#drawn.delete(number);
      await this.updateComplete;
      return this.draw(number, page);
    }
    const viewport = proxy.getViewport({ scale });
    const most = Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height));
    const density = Math.min(devicePixelRatio, most);
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width * density);
    canvas.height = Math.floor(viewport.height * density);
    canvas.setAttribute("aria-hidden", "true");
    const transform = [density, 0, 0, density, 0, 0];
    await proxy.render({ canvas, viewport, transform }).promise;
    const text = document.createElement("div");
    text.className = "text";
    text.style.setProperty("--total-scale-factor", String(scale));
    await new TextLayer({ textContentSource: proxy.streamTextContent(), container: text, viewport }).render();
    // Zoomed or scrolled away meanwhile: another drawing is on its way, or none is wanted.
    if (this.#drawn.get(number) === scale) page.replaceChildren(canvas, text);
  }

  /** Pages far away give their pixels back. */
  private forget(number: number, page: HTMLElement): void {
    this.#drawn.delete(number);
    page.replaceChildren();
  }

  private goTo(number: number): void {
    const wanted = Math.max(1, Math.min(this.sizes.length, Math.round(number) || 1));
    const page = this.pages[wanted - 1];
    if (page && this.scroller) this.scroller.scrollTop = page.offsetTop - this.scroller.offsetTop;
    this.current = wanted;
  }

  private onPage(event: Event): void {
    this.goTo(Number((event.target as HTMLInputElement).value));
  }

  private onScroll(): void {
    if (!this.scroller) return;
    const middle = this.scroller.scrollTop + this.scroller.offsetTop + this.scroller.clientHeight / 2;
    const at = [...this.pages].findIndex((page) => page.offsetTop + page.offsetHeight > middle);
    if (at >= 0) this.current = at + 1;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.zoomBy(1);
    else if (event.key === "-") this.zoomBy(-1);
    else if (event.key === "0") this.setZoom(1);
    else return;
    event.preventDefault();
  }

  private zoomBy(steps: 1 | -1): void {
    const at = ZOOMS.findIndex((one) => one === this.zoom);
    this.setZoom(ZOOMS[at + steps] ?? this.zoom);
  }

  private setZoom(zoom: number): void {
    const page = this.current;
    this.zoom = zoom;
    void this.updateComplete.then(() => this.goTo(page));
  }
}
