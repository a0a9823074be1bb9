/** What a body or a message is made of: its fields, and on demand those of what is in them. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { nameOf, typeOf, type Shape, type Shapes } from "../lib/reference";
import { docs } from "../messages/docs";
import { inCode } from "./in-code";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./doc-shape.css?inline";

@customElement("doc-shape")
export class DocShape extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) shape: Shape = {};
  @property({ attribute: false }) shapes: Shapes = new Map();
  /** Folded at first, under its name. */
  @property({ type: Boolean }) isFolded = false;
  @state() private isOpen = false;

  protected override render(): TemplateResult {
    if (!this.isFolded) return this.renderWhole(this.shape);
    const name = nameOf(this.shape) ?? "";
    return html`<details @toggle=${(event: Event) => (this.isOpen = (event.target as HTMLDetailsElement).open)}>
      <summary><code dir="ltr">${name}</code></summary>
      ${this.isOpen ? this.renderWhole(this.shape) : nothing}
    </details>`;
  }

  private renderWhole(shape: Shape): TemplateResult {
    const name = nameOf(shape);
    const known = name ? this.shapes.get(name) : shape;
    if (!known?.properties) return this.renderType(known ?? shape);
    const required = new Set(known.required ?? []);
    const fields = Object.entries(known.properties);
    const hasMeaning = fields.some(([, of]) => of.description);
    return html`${known.description ? html`<p class="about" lang="en" dir="ltr">${inCode(known.description)}</p>` : nothing}
      ${fields.length === 0 ? html`<p class="hint">${docs("empty")}</p>` : html`<div class="wide" tabindex="0" role="region"
        aria-label=${name ?? docs("fields")}>
        <table>
          <thead><tr><th>${docs("field")}</th><th>${docs("type")}</th>
            ${hasMeaning ? html`<th>${docs("meaning")}</th>` : nothing}</tr></thead>
          <tbody>${fields.map(([field, of]) => this.renderField(field, of, required.has(field), hasMeaning))}</tbody>
        </table>
      </div>`}`;
  }

  private renderField(field: string, shape: Shape, isRequired: boolean, hasMeaning: boolean): TemplateResult {
    return html`<tr>
      <th scope="row" dir="ltr"><code>${field}</code></th>
      <td>${this.renderType(shape)}${isRequired ? html`<span class="hint">${docs("required")}</span>` : nothing}</td>
      ${hasMeaning ? html`<td class="meaning" lang="en" dir="ltr">${inCode(shape.description ?? "")}</td>` : nothing}
    </tr>`;
  }

  /** A type in one line; what it names can be unfolded. */
  private renderType(shape: Shape): TemplateResult {
    const { text, names } = typeOf(shape);
    const known = [...new Set(names)].filter((name) => this.shapes.has(name));
    const [only] = known;
    const line = known.length === 1 && only === text ? nothing : html`<code dir="ltr">${text}</code>`;
    return html`${line}${known.map((name) => html`<doc-shape isFolded .shapes=${this.shapes}
      .shape=${{ $ref: `#/${name}` }}></doc-shape>`)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "doc-shape": DocShape;
  }
}
