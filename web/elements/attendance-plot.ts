/**
 * People over time as a plot, layer upon layer by how they came; to be read by pointing, by
 * arrow keys, and as a table.
 */

import { html, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import uPlot from "uplot";
import plotLook from "uplot/dist/uPlot.min.css?inline";
import { attendance } from "../messages/attendance";
import { placeAt, stacked, tableMoments, tick, timeIn, timesIn, type Layer } from "../lib/attendance";
import { coloursIn, onColours } from "../lib/colour";
import { withLegend } from "../lib/picture";
import { save } from "../lib/saving";
import { direction, number } from "../lib/language";
import type { CurveView } from "../lib/protocol";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./attendance-plot.css?inline";

const SHORTEST_MS = 60_000;
/** Half of the longest time below the plot, which may stand at its very end; in px. */
const PLACE_FOR_LABEL = 36;
/** A tenth of the plot, for Page up and Page down. */
const PAGE = 10;

@customElement("attendance-plot")
export class AttendancePlot extends UsherElement {
  static override styles = [unsafeCSS(plotLook), ...sheets(own)];

  @property({ attribute: false }) curve!: CurveView;
  @property({ attribute: false }) layers: readonly Layer[] = [];
  /** The moment that is pointed at. */
  @state() private pointed: number | null = null;
  @query(".canvas") private canvas!: HTMLElement;
  #plot: uPlot | null = null;
  #drawn = "";
  /** The moment that was chosen by keys: it stays while the plot grows below it. */
  #held: number | null = null;
  readonly #sizes = new ResizeObserver(() => this.resize());
  #stopColours: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopColours = onColours(() => {
      if (this.#plot) this.redraw();
    });
    // Moved to another place, it has no plot any more.
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopColours?.();
    this.#sizes.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  protected override render(): TemplateResult {
    const { moments } = this.curve;
    const last = moments.length - 1;
    const at = this.pointed === null ? last : placeAt(moments, this.pointed);
    return html`
      <p class="readout" aria-hidden="true">${this.pointed === null
        ? attendance("plot.hint")
        : html`<b>${this.pointText(this.pointed)}</b> ${this.partsText(at)}`}</p>
      <div
        class="plot" role="slider" tabindex="0" aria-label=${attendance("plot")}
        aria-valuemin="0" aria-valuemax=${last} aria-valuenow=${at}
        aria-valuetext=${`${this.pointText(this.pointed ?? moments[last] ?? 0)} ${this.partsText(at)}`}
        @keydown=${this.onKey} @blur=${this.leave} @pointermove=${this.pointAnew}
      ><div class="canvas"></div></div>
      ${this.renderTable()}
    `;
  }

  /** Give the plot as a picture, on the paper of the page and with the names of its layers below. */
  download(name: string): void {
    const drawn = this.#plot?.ctx.canvas;
    if (!drawn) return;
    const colour = coloursIn(this.renderRoot as ShadowRoot);
    const unit = drawn.width / (this.canvas.clientWidth || drawn.width);
    const picture = withLegend(drawn, unit, direction() === "rtl", {
      paper: colour("--paper-raised"),
      ink: colour("--ink"),
      font: `${13 * unit}px ${getComputedStyle(this).fontFamily || "system-ui"}`,
      layers: this.layers.map((layer, at) => ({ label: layer.label, colour: colour(`--series-${at + 1}`) })),
    });
    picture.toBlob((blob) => {
      if (blob) save(blob, name);
    }, "image/png");
  }

  private renderTable(): TemplateResult {
    const { curve } = this;
    const moments = tableMoments(curve);
    const times = timesIn(moments, curve.moments[0] ?? 0);
    return html`<details>
      <summary>${attendance("plot.table")}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${attendance("plot")}><table>
        <thead><tr>
          <th scope="col">${attendance("plot.time")}</th>
          <th scope="col">${attendance("plot.all")}</th>
          ${this.layers.map((layer) => html`<th scope="col">${layer.label}</th>`)}
        </tr></thead>
        <tbody>${moments.map((moment, row) => {
          const at = placeAt(curve.moments, moment);
          return html`<tr>
            <th scope="row">${times[row]}</th>
            <td>${number(curve.totals[at] ?? 0)}</td>
            ${this.layers.map((layer) => html`<td>${number(layer.counts[at] ?? 0)}</td>`)}
          </tr>`;
        })}</tbody>
      </table></div>
    </details>`;
  }

  private pointText(moment: number): string {
    const { moments, totals } = this.curve;
    const first = moments[0] ?? moment;
    const isShort = (moments.at(-1) ?? moment) - first < SHORTEST_MS;
    return attendance("plot.point", {
      when: timeIn(moment, first, isShort),
      count: totals[placeAt(moments, moment)] ?? 0,
    });
  }

  private partsText(at: number): string {
    return this.layers
      .filter((layer) => layer.counts[at])
      .map((layer) => attendance("plot.part", { way: layer.label, count: number(layer.counts[at] ?? 0) }))
      .join(" · ");
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Colours, words and the number of layers are part of a plot; new data alone is not.
    const wanted = `${direction()} ${document.documentElement.lang} ${this.layers.length}`;
    if (wanted !== this.#drawn || !this.#plot) {
      this.#drawn = wanted;
      this.redraw();
    } else if (changed.has("curve") || changed.has("layers")) {
      this.#plot.setData(this.data());
      if (this.#held !== null) this.hold(this.#held);
    }
  }

  private redraw(): void {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.options(), this.data(), this.canvas);
    this.#sizes.observe(this.canvas);
    if (this.#held !== null) this.hold(this.#held);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const plot = this.#plot;
    if (plot && width && (plot.width !== width || plot.height !== height)) plot.setSize({ width, height });
  }

  /** The highest layer first: each is painted over the part of it that belongs to those below. */
  private data(): uPlot.AlignedData {
    return [[...this.curve.moments], ...stacked(this.layers).reverse()];
  }

  private options(): uPlot.Options {
    const colour = coloursIn(this.renderRoot as ShadowRoot);
    const isMirrored = direction() === "rtl";
    const font = `12px ${getComputedStyle(this).fontFamily || "system-ui"}`;
    const axis: uPlot.Axis = {
      stroke: colour("--ink-soft"), font, ticks: { show: false },
      grid: { stroke: colour("--line"), width: 1 },
    };
    const layers = this.layers.length;
    const steps = uPlot.paths.stepped?.({ align: 1 });
    return {
      width: this.canvas.clientWidth || 300,
      height: this.canvas.clientHeight || 240,
      ms: 1,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      padding: [8, isMirrored ? 0 : PLACE_FOR_LABEL, 0, isMirrored ? PLACE_FOR_LABEL : 0],
      scales: {
        x: {
          time: true, dir: isMirrored ? -1 : 1,
          range: (_plot, low, high) => [low, Math.max(high, low + SHORTEST_MS)],
        },
        y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil(high * 1.08))] },
      },
      axes: [
        {
          ...axis, space: 80, size: 28,
          values: (_plot, places, _axis, _space, step) => places.map((at) => tick(at, step)),
        },
        {
          ...axis, side: isMirrored ? 1 : 3, size: 52,
          values: (_plot, places) =>
            places.map((count) => (Number.isInteger(count) ? number(count) : "")),
        },
      ],
      series: [
        {},
        ...Array.from({ length: layers }, (_, index): uPlot.Series => ({
          fill: colour(`--series-${layers - index}`),
          stroke: colour("--paper-raised"),
          width: 1.5,
          points: { show: false },
          ...(steps && { paths: steps }),
        })),
      ],
      hooks: { setCursor: [(plot) => this.point(plot)] },
    };
  }

  private point(plot: uPlot): void {
    const { left } = plot.cursor;
    if (this.#held !== null) return;
    if (left === undefined || left < 0) {
      this.pointed = null;
      return;
    }
    const { moments } = this.curve;
    const moment = plot.posToVal(left, "x");
    this.pointed = Math.min(Math.max(moment, moments[0] ?? 0), moments.at(-1) ?? 0);
  }

  /** Draw the line at a moment, wherever that is by now. */
  private hold(moment: number): void {
    this.#held = moment;
    this.pointed = moment;
    this.#plot?.setCursor({ left: this.#plot.valToPos(moment, "x"), top: 0 }, false);
  }

  private readonly pointAnew = (): void => {
    this.#held = null;
  };

  private readonly leave = (): void => {
    this.#held = null;
    this.pointed = null;
    this.#plot?.setCursor({ left: -10, top: -10 });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { moments } = this.curve;
    const last = moments.length - 1;
    const now = this.pointed === null ? last : placeAt(moments, this.pointed);
    const page = Math.max(1, Math.round(last / PAGE));
    const onward = direction() === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: now + onward, ArrowLeft: now - onward, ArrowUp: now + 1, ArrowDown: now - 1,
      PageUp: now + page, PageDown: now - page, Home: 0, End: last,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const moment = moments[Math.max(0, Math.min(last, next))];
    if (moment !== undefined) this.hold(moment);
  };
}
