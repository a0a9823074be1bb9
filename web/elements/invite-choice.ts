/** What an invitation gives, how long it is good for, and how it travels. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { LANGUAGES, language } from "../lib/language";
import { isLive } from "../lib/ranks";
import { invitationName } from "../lib/words";
import { mayText } from "../lib/invite-words";
import { invite } from "../messages/invite";
import type { Command, EntryKind, InvitationType, Invitee } from "../lib/protocol";
import { icon, type IconName } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./invite-users.css?inline";

export type InviteCommand = Extract<Command, { type: "invite" }>;

const MOST_MESSAGE_CHARS = 300;
const MOST_USES = 1_000_000;
/** Ten years, which is the longest that the server takes. */
const MOST_MINUTES = 5_256_000;

const UNITS = { minutes: 1, hours: 60, days: 24 * 60 } as const;
type Unit = keyof typeof UNITS;

/** Minutes from now. */
const LASTS = ["60", "1440", "10080", "43200"] as const;

export interface Choice {
  type: InvitationType;
  /** Empty as long as the entry says; else minutes, or `other`. */
  valid: "" | "other" | (typeof LASTS)[number];
  amount: number;
  unit: Unit;
  /** Null: without limit. */
  uses: number | null;
  sendMail: boolean;
  language: string;
  message: string;
}

export const firstChoice = (types: readonly InvitationType[]): Choice => ({
  type: types[0] ?? "viewer",
  valid: "",
  amount: 3,
  unit: "days",
  uses: 1,
  sendMail: true,
  language: language(),
  message: "",
});

export function minutesOf(choice: Choice): number | null {
  if (choice.valid === "") return null;
  const minutes = choice.valid === "other" ? choice.amount * UNITS[choice.unit] : Number(choice.valid);
  return Math.min(Math.max(1, Math.round(minutes) || 1), MOST_MINUTES);
}

export const inviteCommand = (invitees: Invitee[], choice: Choice): InviteCommand => ({
  type: "invite",
  invitees,
  invitation_type: choice.type,
  send_mail: choice.sendMail,
  valid_minutes: minutesOf(choice),
  uses: choice.uses,
  language: choice.language,
  message: choice.sendMail ? choice.message.trim() : "",
});

const ICONS: Record<InvitationType, IconName> = {
  viewer: "people",
  speaker: "mic",
  moderator: "shield",
  collaborator: "pencil",
};

export class ChoiceEvent extends Event {
  constructor(readonly choice: Choice) {
    super("choice");
  }
}

/** Dispatches `choice` when it changes, and `preview` when the mail is to be looked at. */
@customElement("invite-choice")
export class InviteChoice extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) types: readonly InvitationType[] = [];
  @property({ attribute: false }) kind: EntryKind = "room";
  @property({ attribute: false }) choice!: Choice;
  @property({ attribute: false }) mayPreview = false;
  @state() private showsMore = false;

  protected override render(): TemplateResult {
    return html`<div class="stack">
      <fieldset class="field">
        <legend>${invite("type")}</legend>
        <div class="cards">${this.types.map((type) => this.renderType(type))}</div>
      </fieldset>
      ${this.renderLimits()}
      ${this.renderMail()}
    </div>`;
  }

  private renderType(type: InvitationType): TemplateResult {
    return html`<label class="card">
      <input type="radio" name="type" value=${type} .checked=${this.choice.type === type}
        aria-labelledby=${`type-${type}`} aria-describedby=${`gives-${type}`}
        @change=${() => this.change({ type })} />
      <span class="mark" aria-hidden="true">${icon(ICONS[type])}</span>
      <span class="label" id=${`type-${type}`}>${invitationName(type)}</span>
      <span class="hint" id=${`gives-${type}`}>${mayText(type, this.kind)}</span>
    </label>`;
  }

  private renderLimits(): TemplateResult {
    const { valid, amount, unit, uses } = this.choice;
    const isOther = valid === "other";
    return html`<div class="pair">
      <div class="field">
        <label for="valid">${invite("valid")}</label>
        <select class="input" id="valid" .value=${valid}
          @change=${(event: Event) => this.change({ valid: valueOf(event) as Choice["valid"] })}>
          <option value="" ?selected=${valid === ""}>
            ${invite(isLive(this.kind) ? "valid.session" : "valid.usual")}
          </option>
          ${LASTS.map(
            (minutes) => html`<option value=${minutes} ?selected=${valid === minutes}>
              ${invite(`valid.${minutes}`)}
            </option>`,
          )}
          <option value="other" ?selected=${isOther}>${invite("valid.other")}</option>
        </select>
        ${isOther
          ? html`<div class="line amount">
              <input class="input" type="number" min="1" max="5256000" required .value=${String(amount)}
                aria-label=${invite("valid.amount")}
                @input=${(event: Event) => this.change({ amount: Number(valueOf(event)) || 1 })} />
              <select class="input" aria-label=${invite("valid.unit")}
                @change=${(event: Event) => this.change({ unit: valueOf(event) as Unit })}>
                ${(Object.keys(UNITS) as Unit[]).map(
                  (one) => html`<option value=${one} ?selected=${unit === one}>${invite(`unit.${one}`)}</option>`,
                )}
              </select>
            </div>`
          : nothing}
      </div>
      <div class="field">
        <label for="uses">${invite("uses")}</label>
        <input class="input" id="uses" type="number" min="1" max=${MOST_USES} inputmode="numeric"
          placeholder=${invite("uses.unlimited")} aria-describedby="uses-hint"
          .value=${uses === null ? "" : String(uses)}
          @input=${(event: Event) => this.change({ uses: Math.min(Number(valueOf(event)), MOST_USES) || null })} />
        <p class="hint" id="uses-hint">${invite("uses.hint", { uses: uses ?? 0 })}</p>
      </div>
    </div>`;
  }

  private renderMail(): TemplateResult {
    const { sendMail, message } = this.choice;
    return html`<div class="mail">
      <label class="check">
        <input type="checkbox" .checked=${sendMail} aria-labelledby="send" aria-describedby="send-hint"
          @change=${(event: Event) => this.change({ sendMail: (event.target as HTMLInputElement).checked })} />
        <span id="send">${invite("send")}</span>
        <span class="hint" id="send-hint">${invite(sendMail ? "send.hint" : "send.off")}</span>
      </label>
      ${sendMail
        ? html`
            ${message || this.showsMore
              ? html`<div class="field">
                  <label for="message">${invite("message")}</label>
                  <textarea class="input" id="message" rows="3" maxlength=${MOST_MESSAGE_CHARS}
                    aria-describedby="message-left" .value=${message}
                    @input=${(event: Event) => this.change({ message: valueOf(event) })}></textarea>
                  <p class="hint" id="message-left">
                    ${invite("message.left", { count: MOST_MESSAGE_CHARS - message.length })}
                  </p>
                </div>`
              : nothing}
            <div class="line">
              ${message || this.showsMore
                ? nothing
                : html`<button type="button" class="button small" @click=${this.more}>${icon("plus")}${invite("message.add")}</button>`}
              <button type="button" class="button small" aria-disabled=${!this.mayPreview}
                @click=${this.preview}>${icon("mail")}${invite("preview")}</button>
              <span class="grow"></span>
              <label class="hint" for="language">${invite("language")}</label>
              <select class="input small" id="language"
                @change=${(event: Event) => this.change({ language: valueOf(event) })}>
                ${Object.entries(LANGUAGES).map(
                  ([tag, name]) => html`<option value=${tag} lang=${tag} ?selected=${this.choice.language === tag}>
                    ${name}
                  </option>`,
                )}
              </select>
            </div>`
        : nothing}
    </div>`;
  }

  private readonly more = async (): Promise<void> => {
    this.showsMore = true;
    await this.updateComplete;
    this.renderRoot.querySelector("textarea")?.focus();
  };

  private preview(): void {
    this.dispatchEvent(new Event("preview"));
  }

  private change(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.dispatchEvent(new ChoiceEvent(this.choice));
  }
}

const valueOf = (event: Event): string =>
  (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value;
