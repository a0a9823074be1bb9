/** A QR code, dark on light in every theme, because many readers cannot do the reverse. */

import { css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { encode } from "uqr";
import { UsherElement } from "./usher-element";

/** Light modules around the code, without which readers do not find it. */
const QUIET = 4;

@customElement("qr-code")
export class QrCode extends UsherElement {
  static override styles = css`
    :host {
      display: block;
    }
    svg {
      inline-size: min(14rem, 100%);
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
  @property() label = "Link";

  protected override render(): TemplateResult {
    const { data, size } = encode(this.value, { border: QUIET });
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${`QR code of ${this.label}`}
      shape-rendering="crispEdges">
      ${svg`<rect width=${size} height=${size}></rect><path d=${outline(data)}></path>`}
    </svg>`;
  }
}

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
