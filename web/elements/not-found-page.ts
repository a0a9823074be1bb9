/** There is no such page. */

import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { nameThePage } from "../lib/page";
import { cardOf } from "../lib/refusals";
import type { Problem } from "../lib/protocol";
import { common } from "../messages/common";
import { doors } from "../messages/doors";
import "./problem-card";
import "./site-header";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import page from "./page.css?inline";

const nothingHere = (): Problem => ({ code: "not_found", sentence: doors("no_page"), again: false });

@customElement("not-found-page")
export class NotFoundPage extends UsherElement {
  static override styles = sheets(page);

  protected override render(): TemplateResult {
    return html`<site-header></site-header>
      <main id="main" class="narrow">
        <problem-card .problem=${nothingHere()}><a class="button" href="/">${common("home")}</a></problem-card>
      </main>`;
  }

  protected override updated(): void {
    nameThePage(cardOf(nothingHere()).heading);
  }
}
