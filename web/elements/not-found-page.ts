/** There is no such page. */

import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import "../lib/page";
import type { Problem } from "../lib/protocol";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";

const NOTHING: Problem = {
  code: "not_found",
  sentence: "There is no page at this address. Check that you copied all of it.",
  again: false,
};

@customElement("not-found-page")
export class NotFoundPage extends UsherElement {
  static override styles = sheets(page);

  protected override render(): TemplateResult {
    return html`<site-header></site-header>
      <main id="main" class="narrow">
        <problem-card .problem=${NOTHING}><a class="button" href="/">Go to the home page</a></problem-card>
      </main>`;
  }
}
