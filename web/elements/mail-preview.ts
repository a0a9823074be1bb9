/** The mail as the invitee will get it, written by the server and shown without scripts. */

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import * as api from "../lib/api";
import { LANGUAGES } from "../lib/language";
import { common } from "../messages/common";
import { invite } from "../messages/invite";
import type { MailPreview, MailPreviewForm, Problem } from "../lib/protocol";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";

type Look = "html" | "text";

@customElement("mail-preview")
export class MailPreviewWindow extends UsherElement {
  static override styles = [
    ...sheets(),
    css`
      :host {
        display: contents;
      }
      modal-dialog {
        --dialog-size: 42rem;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--space-1) var(--space-3);
        overflow-wrap: anywhere;
      }
      dt {
        color: var(--ink-faint);
      }
      iframe,
      pre {
        inline-size: 100%;
        block-size: min(26rem, 55vh);
        margin: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      iframe {
        background: white;
      }
      pre {
        padding: var(--space-3);
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        font: var(--type-label) / 1.5 var(--font-code);
      }
    `,
  ];

  @property({ attribute: false }) entryId = "";
  @state() private mail: MailPreview | null = null;
  @state() private problem: Problem | null = null;
  @state() private look: Look = "html";
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    return html`<modal-dialog sheet heading=${invite("preview.title")}>
      <div class="stack">
        ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
        ${this.mail ? this.renderMail(this.mail) : nothing}
        ${this.mail || this.problem ? nothing : html`<p class="faint" role="status">${common("loading")}</p>`}
      </div>
      <button slot="foot" type="button" class="button" data-autofocus @click=${() => this.dialog.close()}>${common("back")}</button>
    </modal-dialog>`;
  }

  async open(form: MailPreviewForm): Promise<void> {
    this.mail = null;
    this.problem = null;
    void this.load(form);
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderMail(mail: MailPreview): TemplateResult {
    const name = (LANGUAGES as Record<string, string>)[mail.language] ?? mail.language;
    return html`
      <dl>
        <dt>${invite("preview.from")}</dt><dd dir="ltr">${mail.sender}</dd>
        <dt>${invite("preview.to")}</dt><dd dir="ltr">${mail.to}</dd>
        <dt>${invite("preview.subject")}</dt><dd lang=${mail.language} dir="auto"><b>${mail.subject}</b></dd>
        <dt>${invite("language")}</dt><dd>${name}</dd>
      </dl>
      <div class="line">
        ${(["html", "text"] as const).map(
          (look) => html`<button type="button" class="button small ${this.look === look ? "on" : ""}"
            aria-pressed=${this.look === look} @click=${() => (this.look = look)}>${invite(`preview.${look}`)}</button>`,
        )}
        ${mail.has_calendar ? html`<span class="hint">${invite("preview.calendar")}</span>` : nothing}
      </div>
      ${this.look === "html"
        ? html`<iframe title=${invite("preview.frame")} lang=${mail.language} sandbox="allow-same-origin"
            .srcdoc=${withoutStyles(mail.html)} @load=${dress}></iframe>`
        : html`<pre tabindex="0" dir="auto" lang=${mail.language} aria-label=${invite("preview.frame")}>${mail.text}</pre>`}
      <p class="hint">${invite("preview.link")}</p>`;
  }

  private async load(form: MailPreviewForm): Promise<void> {
    try {
      this.mail = await api.mailPreview(this.entryId, form);
    } catch (error) {
      this.problem = api.problemOf(error);
    }
  }
}

/**
 * The policy of the page, which the frame inherits, allows no styles in markup. They are put
 * aside here, and set on the elements once these are there. In what people wrote the quotation
 * mark is escaped, so only attributes of the templates are touched.
 */
const withoutStyles = (markup: string): string => markup.replaceAll(' style="', ' data-style="');

/** Scripts stay off in the frame: the sandbox allows this page to reach in, and nothing else. */
function dress(event: Event): void {
  const inside = (event.target as HTMLIFrameElement).contentDocument;
  for (const element of inside?.querySelectorAll<HTMLElement>("[data-style]") ?? []) {
    element.style.cssText = element.dataset.style ?? "";
  }
  for (const link of inside?.querySelectorAll("a") ?? []) link.removeAttribute("href");
}
