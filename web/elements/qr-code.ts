/**
 * A QR code, dark on light in every theme, because many readers cannot do the reverse. It can
 * be saved as a drawing or a picture, and printed on a page of its own.
 */

import { css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { encode } from "uqr";
import { invite } from "../messages/invite";
import { UsherElement } from "./usher-element";

/** Light modules around the code, without which readers do not find it. */
const QUIET = 4;
/** Points of a saved picture for each module: sharp on a slide and on a poster. */
const POINTS = 16;

@customElement("qr-code")
export class QrCode extends UsherElement {
  static override styles = css`
    :host {
      display: block;
      inline-size: min(14rem, 100%);
    }
    svg {
      display: block;
      inline-size: 100%;
      block-size: auto;
      border: 1px solid var(--line);
      border-radius: var(--radius);
    }
    rect {
      fill: white;
    }
    path {
      fill: black;
    }
  `;

  @property() value = "";
  @property() label = "";

  protected override render(): TemplateResult {
    const { data, size } = this.modules();
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${invite("qr.of", { label: this.label })}
      shape-rendering="crispEdges">
      ${svg`<rect width=${size} height=${size}></rect><path d=${outline(data)}></path>`}
    </svg>`;
  }

  async download(format: "svg" | "png"): Promise<void> {
    const blob = format === "svg" ? new Blob([this.drawing()], { type: "image/svg+xml" }) : await this.picture();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${fileName(this.label)}.${format}`;
    link.click();
    // Some browsers begin to save only after the click is over.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** Print the code with what it is for and its address, and nothing else of the page. */
  print(): void {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-same-origin allow-modals");
    frame.style.display = "none";
    frame.onload = () => {
      const inside = frame.contentDocument;
      if (!inside || !frame.contentWindow) return;
      const heading = inside.createElement("h1");
      heading.textContent = this.label;
      const drawing = new DOMParser().parseFromString(this.drawing(), "image/svg+xml").documentElement;
      drawing.setAttribute("width", "340");
      drawing.setAttribute("height", "340");
      const address = inside.createElement("p");
      address.textContent = this.value;
      inside.body.style.cssText = "margin: 3rem; font: 16px sans-serif; text-align: center";
      address.style.cssText = "font: 12px monospace; overflow-wrap: anywhere";
      inside.body.append(heading, drawing, address);
      frame.contentWindow.onafterprint = () => frame.remove();
      frame.contentWindow.print();
    };
    frame.srcdoc = "<!doctype html>";
    document.body.append(frame);
  }

  private modules(): { data: boolean[][]; size: number } {
    return encode(this.value, { border: QUIET });
  }

  private drawing(): string {
    const { data, size } = this.modules();
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
      `<rect width="${size}" height="${size}" fill="white"/><path d="${outline(data)}" fill="black"/></svg>`
    );
  }

  private async picture(): Promise<Blob> {
    const { data, size } = this.modules();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size * POINTS;
    const brush = canvas.getContext("2d");
    if (brush) {
      brush.fillStyle = "white";
      brush.fillRect(0, 0, canvas.width, canvas.height);
      brush.fillStyle = "black";
      brush.setTransform(POINTS, 0, 0, POINTS, 0, 0);
      brush.fill(new Path2D(outline(data)));
    }
    return new Promise((done, fail) => {
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png");
    });
  }
}

const fileName = (label: string): string =>
  label.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/gu, "").slice(0, 60) || "qr";

/** One rectangle for each run of dark modules in a row. */
export function outline(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    let start = -1;
    for (let x = 0; x <= row.length; x += 1) {
      if (row[x] && start < 0) start = x;
      if (!row[x] && start >= 0) {
        path += `M${start} ${y}h${x - start}v1h-${x - start}z`;
        start = -1;
      }
    }
  });
  return path;
}
