/**
 * A document in the page: every page a canvas as it comes into view, with its text above it for
 * selecting and reading aloud. Loaded only where there is a document.
 */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import type { PDFDocumentLoadingTask, PDFDocumentProxy } from "pdfjs-dist";
import { PasswordResponses } from "pdfjs-dist";
import { drawn, type Layer } from "../lib/pdf-drawing";
import { Finder, mark, rangeOf, type Find } from "../lib/pdf-finding";
import { opening, troubleOf, type Trouble } from "../lib/pdf-opening";
import { print, save } from "../lib/pdf-saving";
import { common } from "../messages/common";
import { entry as words } from "../messages/entry";
import { icon } from "./icons";
import "./pdf-find";
import type { PdfFind } from "./pdf-find";
import type { Ask } from "./pdf-trouble";
import "./pdf-trouble";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./pdf-viewer.css?inline";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;
/** Pages nearer than this are drawn already. */
const AHEAD = "600px";
/** What stands around a page, on both sides together. */
const MARGINS = 32;

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
  @state() private trouble: Trouble | null = null;
  @state() private ask: Ask | null = null;
  /** How much of it is here, from 0 to 1; null when nobody knows. */
  @state() private share: number | null = null;
  /** 1 is as wide as there is room. */
  @state() private zoom = 1;
  @state() private current = 1;
  @state() private isFinding = false;
  @state() private finds: readonly Find[] | null = null;
  @state() private at = 0;
  /** The page that is made ready for printing. */
  @state() private printing: number | null = null;
  @state() private hasFailedToSave = false;
  @query(".pages") private scroller!: HTMLElement | null;
  @query("pdf-find") private find!: PdfFind | null;
  @queryAll(".page") private pages!: NodeListOf<HTMLElement>;
  #task: PDFDocumentLoadingTask | null = null;
  #document: PDFDocumentProxy | null = null;
  #finder: Finder | null = null;
  #wanted = "";
  #drawn = new Map<number, number>();
  #layers = new Map<number, Layer>();
  /** A find whose page is still to be drawn, before it can be scrolled to. */
  #awaited: Find | null = null;
  #printings = 0;
  #near: IntersectionObserver | null = null;
  #width: ResizeObserver | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.close();
  }

  private get url(): URL {
    return new URL(this.src, location.href);
  }

  protected override render(): TemplateResult {
    if (this.trouble || this.ask) {
      return html`<pdf-trouble .url=${this.url} .trouble=${this.trouble} .ask=${this.ask} @again=${this.load}></pdf-trouble>`;
    }
    const count = this.sizes.length;
    return html`<div class="frame" aria-busy=${String(count === 0)} @keydown=${this.onFindKey}>
      ${count === 0 ? this.renderLoading() : this.renderBar(count)}
      ${this.isFinding
        ? html`<pdf-find .count=${this.finds?.length ?? null} .at=${this.at} @find=${this.onFind}
            @step=${(event: CustomEvent<number>) => this.step(event.detail)} @close=${this.endFinding}></pdf-find>`
        : nothing}
      <div class="pages" tabindex="0" role="region" aria-label=${this.name} ?hidden=${count === 0}
        @scroll=${this.onScroll} @keydown=${this.onKey}>
        ${this.sizes.map(
          (_, index) => html`<section class="page" data-page=${index + 1}
            aria-label=${words("pdf.page_label", { page: index + 1, count })}></section>`,
        )}
      </div>
    </div>`;
  }

  private renderLoading(): TemplateResult {
    return html`<div class="loading">
      <p role="status">${words("pdf.loading")}</p>
      ${this.share === null ? nothing : html`<progress aria-label=${words("pdf.loading")} max="1" .value=${this.share}></progress>`}
    </div>`;
  }

  /** Groups of buttons that stay together when the bar needs a second line. */
  private renderBar(count: number): TemplateResult {
    return html`<div class="bar" role="group" aria-label=${words("pdf.label")}>
      <div class="group">
        <button type="button" class="button quiet icon small flips" aria-label=${words("pdf.previous")}
          ?disabled=${this.current <= 1} @click=${() => this.goTo(this.current - 1)}>${icon("chevron")}</button>
        <label><span>${words("pdf.page")}</span>
          <input class="input" type="number" inputmode="numeric" min="1" max=${count} .value=${String(this.current)}
            @change=${this.onPage} /></label>
        <span class="soft">${words("pdf.of", { count })}</span>
        <button type="button" class="button quiet icon small flips forth" aria-label=${words("pdf.next")}
          ?disabled=${this.current >= count} @click=${() => this.goTo(this.current + 1)}>${icon("chevron")}</button>
      </div>
      <div class="group">
        <button type="button" class="button quiet icon small" aria-label=${words("pdf.smaller")}
          ?disabled=${this.zoom <= ZOOMS[0]} @click=${() => this.zoomBy(-1)}>−</button>
        <button type="button" class="button quiet small" @click=${() => this.setZoom(1)}>${words("pdf.fit")}</button>
        <button type="button" class="button quiet icon small" aria-label=${words("pdf.larger")}
          ?disabled=${this.zoom >= (ZOOMS.at(-1) ?? 1)} @click=${() => this.zoomBy(1)}>+</button>
      </div>
      <div class="group end">
        ${this.renderTool("search", words("pdf.find"), this.startFinding)}
        ${this.renderTool("print", words("pdf.print"), this.print)}
        ${this.renderTool("download", words("pdf.download"), this.save)}
      </div>
      ${this.printing === null
        ? nothing
        : html`<div class="group wide">
            <span role="status">${words("pdf.print.page", { page: this.printing, count })}</span>
            <button type="button" class="button small" @click=${this.endPrinting}>${common("cancel")}</button>
          </div>`}
      ${this.hasFailedToSave ? html`<p class="problem wide" role="alert">${words("pdf.print.failed")}</p>` : nothing}
    </div>`;
  }

  private renderTool(name: "search" | "print" | "download", label: string, done: () => unknown): TemplateResult {
    return html`<button type="button" class="button quiet small tool" aria-label=${label} title=${label} @click=${done}>
      ${icon(name)}<span aria-hidden="true">${label}</span></button>`;
  }

  protected override updated(): void {
    this.layOut();
  }

  private readonly load = async (): Promise<void> => {
    this.close();
    this.trouble = this.ask = this.share = null;
    const task = opening(this.url);
    this.#task = task;
    task.onProgress = ({ loaded, total }: { loaded: number; total: number }) => {
      if (total > 0) this.share = Math.min(1, loaded / total);
    };
    task.onPassword = (answer: (password: string) => void, reason: number) => {
      const isWrong = reason === PasswordResponses.INCORRECT_PASSWORD;
      this.ask = { isWrong, answer };
    };
    try {
      const document = await task.promise;
      // Most documents have pages of one size; a page of another takes its own when it is drawn.
      const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 });
      if (this.#task !== task) return;
      this.#document = document;
      this.#finder = new Finder(document);
      this.ask = null;
      this.sizes = Array.from({ length: document.numPages }, () => ({ width, height }));
      await this.updateComplete;
      this.watch();
    } catch (error) {
      if (this.#task === task) this.trouble = troubleOf(error, this.url);
    }
  };

  private close(): void {
    this.#near?.disconnect();
    this.#width?.disconnect();
    void this.#task?.destroy();
    this.#task = this.#document = this.#finder = null;
    this.#drawn.clear();
    this.#layers.clear();
    this.sizes = [];
    this.endPrinting();
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
    const room = (this.scroller?.clientWidth ?? 0) - MARGINS;
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
      const known = this.#drawn.get(number);
      if (known !== undefined && known !== scale) void this.draw(number, page);
    }
  }

  private async draw(number: number, page: HTMLElement): Promise<void> {
    const scale = this.scaleFor(number);
    const document = this.#document;
    if (!document || this.#drawn.get(number) === scale) return;
    this.#drawn.set(number, scale);
    try {
      const proxy = await document.getPage(number);
      const { width, height } = proxy.getViewport({ scale: 1 });
      const known = this.sizes[number - 1];
      if (known?.width !== width || known.height !== height) {
        this.sizes = this.sizes.with(number - 1, { width, height });
        this.#drawn.delete(number);
        await this.updateComplete;
        return await this.draw(number, page);
      }
      const { nodes, layer } = await drawn(proxy, scale);
      // Zoomed or scrolled away meanwhile: another drawing is on its way, or none is wanted.
      if (this.#drawn.get(number) !== scale) return;
      page.replaceChildren(...nodes);
      this.#layers.set(number, layer);
      this.markFinds();
      if (this.#awaited?.page === number) this.reveal(this.#awaited);
    } catch (error) {
      // A page that is damaged stays white; of a document that was closed none is missed.
      if (this.#document === document) console.error(error);
    }
  }

  /** Pages far away give their pixels back. */
  private forget(number: number, page: HTMLElement): void {
    this.#drawn.delete(number);
    this.#layers.delete(number);
    page.replaceChildren();
  }

  private goTo(number: number): void {
    const wanted = Math.max(1, Math.min(this.sizes.length, Math.round(number) || 1));
    const page = this.pages[wanted - 1];
    if (page && this.scroller) this.scroller.scrollTop = page.offsetTop - this.scroller.offsetTop;
    this.current = wanted;
  }

  private onPage(event: Event): void {
    const field = event.target as HTMLInputElement;
    this.goTo(Number(field.value));
    field.value = String(this.current);
  }

  private onScroll(): void {
    if (!this.scroller) return;
    const middle = this.scroller.scrollTop + this.scroller.offsetTop + this.scroller.clientHeight / 2;
    const at = [...this.pages].findIndex((page) => page.offsetTop + page.offsetHeight > middle);
    if (at >= 0) this.current = at + 1;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.scroller) return;
    const isWide = this.scroller.scrollWidth > this.scroller.clientWidth;
    if (event.key === "+" || event.key === "=") this.zoomBy(1);
    else if (event.key === "-") this.zoomBy(-1);
    else if (event.key === "0") this.setZoom(1);
    else if (event.key === "ArrowRight" && !isWide) this.goTo(this.current + 1);
    else if (event.key === "ArrowLeft" && !isWide) this.goTo(this.current - 1);
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

  /** The browser's own search sees only the pages that are drawn. */
  private onFindKey(event: KeyboardEvent): void {
    if (event.key !== "f" || !(event.ctrlKey || event.metaKey) || this.sizes.length === 0) return;
    event.preventDefault();
    this.startFinding();
  }

  private readonly startFinding = (): void => {
    this.isFinding = true;
    this.find?.focus();
  };

  private readonly endFinding = (): void => {
    this.isFinding = false;
    this.#wanted = "";
    this.finds = [];
    this.markFinds();
    this.scroller?.focus();
  };

  private async onFind(event: CustomEvent<string>): Promise<void> {
    const wanted = event.detail;
    this.#wanted = wanted;
    this.finds = null;
    const isWanted = (): boolean => this.#wanted === wanted;
    const finds = await this.#finder?.find(wanted, isWanted);
    if (!finds || !isWanted()) return;
    this.finds = finds;
    // The first from where one reads, as in every reader.
    this.at = Math.max(0, finds.findIndex((find) => find.page >= this.current));
    this.show();
  }

  private step(by: number): void {
    const count = this.finds?.length ?? 0;
    if (count === 0) return;
    this.at = (this.at + by + count) % count;
    this.show();
  }

  private show(): void {
    this.markFinds();
    const find = this.finds?.[this.at];
    if (!find) return;
    if (this.#layers.has(find.page)) return this.reveal(find);
    this.#awaited = find;
    this.goTo(find.page);
  }

  private markFinds(): void {
    mark(this.finds ?? [], this.at, this.#layers);
  }

  private reveal(find: Find): void {
    this.#awaited = null;
    const at = rangeOf(find, this.#layers.get(find.page))?.getBoundingClientRect();
    const view = this.scroller?.getBoundingClientRect();
    if (!at || !view) return;
    // Within the document alone: the page around it stays where it is.
    this.scroller?.scrollBy(
      at.left < view.left || at.right > view.right ? at.left - view.left - view.width / 2 : 0,
      at.top < view.top || at.bottom > view.bottom ? at.top - view.top - view.height / 2 : 0,
    );
  }

  private readonly print = (): Promise<void> =>
    this.handOut(async (document) => {
      const own = ++this.#printings;
      const isWanted = (): boolean => own === this.#printings;
      await print(document, (page) => (this.printing = isWanted() ? page : this.printing), isWanted);
    });

  private endPrinting(): void {
    this.#printings += 1;
    this.printing = null;
  }

  private readonly save = (): Promise<void> => this.handOut((document) => save(document, this.name));

  private async handOut(work: (document: PDFDocumentProxy) => Promise<void>): Promise<void> {
    if (!this.#document || this.printing !== null) return;
    this.hasFailedToSave = false;
    try {
      await work(this.#document);
    } catch {
      this.hasFailedToSave = true;
    } finally {
      this.printing = null;
    }
  }
}
