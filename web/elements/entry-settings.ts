/** *Edit…*: the entry's own facts, and how its doors and its room behave. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { runQuietly } from "../lib/asking";
import { entryChanges, settingChanges } from "../lib/entry-form";
import { readCaptions, writeCaptions } from "../lib/captions";
import { isLive } from "../lib/ranks";
import { toLocalInput } from "../lib/timing";
import { modeName, STAGE_MODES } from "../lib/words";
import type { Command, EntryView, Problem, ViewerList } from "../lib/protocol";
import { common } from "../messages/common";
import { entry } from "../messages/entry";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-settings.css?inline";

const VIEWER_LIST = ["always", "auto", "never"] as const satisfies readonly ViewerList[];

@customElement("entry-settings")
export class EntrySettings extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  /** The entry as it was when the window opened: looks at the server must not undo typing. */
  @state() private shown: EntryView | null = null;
  @state() private problem: Problem | null = null;
  @state() private isBusy = false;
  /** The line of the captions that is none, counted from 1. */
  @state() private badLine = 0;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading=${entry("edit")} @closed=${() => (this.shown = null)}>
      ${this.shown ? this.renderForm(this.shown) : nothing}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.problem = null;
    this.shown = this.entry;
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderForm(shown: EntryView): TemplateResult {
    return html`<form class="stack" @submit=${this.submit}>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      <div class="field">
        <label for="name">${entry("edit.name")}</label>
        <input class="input" id="name" name="name" required maxlength="120" .value=${shown.name} />
      </div>
      <div class="field">
        <label for="description">${entry("edit.description")}</label>
        <textarea class="input" id="description" name="description" rows="3" maxlength="2000"
          .value=${shown.description}></textarea>
      </div>
      ${isLive(shown.kind) ? this.renderSchedule(shown) : this.renderAddress(shown)}
      ${shown.settings ? this.renderSettings(shown) : nothing}
      <div class="line end">
        <button type="button" class="button" @click=${() => this.dialog.close()}>${common("cancel")}</button>
        <button class="button primary" ?disabled=${this.isBusy}>${common("save")}</button>
      </div>
    </form>`;
  }

  private renderAddress(shown: EntryView): TemplateResult {
    return html`<div class="field">
      <label for="content_url">${entry("edit.address")}</label>
      <input class="input" id="content_url" name="content_url" inputmode="url" dir="ltr" maxlength="2000"
        .value=${shown.content_url ?? ""} placeholder="https://" />
    </div>
    ${shown.kind === "video" ? this.renderCaptions(shown) : nothing}`;
  }

  private renderCaptions(shown: EntryView): TemplateResult {
    return html`<div class="field">
      <label for="captions">${entry("edit.captions")}</label>
      <textarea class="input" id="captions" name="captions" rows="2" dir="ltr" spellcheck="false"
        placeholder=${entry("edit.captions.example")} aria-describedby="captions-why captions-fault"
        .value=${writeCaptions(shown.captions)}></textarea>
      <p class="hint" id="captions-why">${entry("edit.captions.why")}</p>
      <p class="fault" id="captions-fault" role="status">
        ${this.badLine ? entry("edit.captions.fault", { line: this.badLine }) : nothing}
      </p>
    </div>`;
  }

  private renderSchedule(shown: EntryView): TemplateResult {
    return html`<div class="pair">
      <div class="field">
        <label for="starts_at">${entry("edit.starts")}</label>
        <input class="input" id="starts_at" name="starts_at" type="datetime-local" .value=${toLocalInput(shown.starts_at)} />
      </div>
      <div class="field">
        <label for="ends_at">${entry("edit.ends")}</label>
        <input class="input" id="ends_at" name="ends_at" type="datetime-local" .value=${toLocalInput(shown.ends_at)} />
      </div>
    </div>
    <p class="hint">${entry("edit.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>`;
  }

  private renderSettings(shown: EntryView): TemplateResult | typeof nothing {
    const settings = shown.settings;
    if (!settings) return nothing;
    return html`
      ${isLive(shown.kind)
        ? html`<h3>${entry("edit.room")}</h3>
            <div class="pair">
              <div class="field">
                <label for="stage_mode">${entry("edit.stage_mode")}</label>
                <select class="input" id="stage_mode" name="stage_mode">
                  ${STAGE_MODES.map(
                    (mode) => html`<option value=${mode} ?selected=${mode === settings.stage_mode}>${modeName(mode)}</option>`,
                  )}
                </select>
              </div>
              <div class="field">
                <label for="stage_capacity">${entry("edit.stage_capacity")}</label>
                <input class="input" id="stage_capacity" name="stage_capacity" type="number" min="1" max="1000" required .value=${String(settings.stage_capacity)} />
              </div>
              <div class="field">
                <label for="viewer_list">${entry("edit.viewer_list")}</label>
                <select class="input" id="viewer_list" name="viewer_list">
                  ${VIEWER_LIST.map(
                    (value) => html`<option value=${value} ?selected=${value === settings.viewer_list}>${entry(`edit.viewer_list.${value}`)}</option>`,
                  )}
                </select>
              </div>
            </div>
            ${check("opens_by_itself", entry("edit.opens_by_itself"), settings.opens_by_itself)}
            ${check("guests_may_rename", entry("edit.guests_may_rename"), settings.guests_may_rename)}`
        : nothing}
      <h3>${entry("edit.doors")}</h3>
      ${check("moderators_may_invite", entry("edit.moderators_may_invite"), settings.moderators_may_invite)}
      ${check("approve_guests", entry("edit.approve_guests"), settings.approve_guests)}
      ${check("code_on_first_use", entry("edit.code_on_first_use"), settings.code_on_first_use)}
      <div class="field">
        <label for="consent">${entry("edit.consent")}</label>
        <textarea class="input" id="consent" name="consent" rows="3" maxlength="2000" .value=${settings.consent}></textarea>
      </div>
    `;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const shown = this.shown;
    if (!shown) return;
    const form = new FormData(event.target as HTMLFormElement);
    const captions = readCaptions(String(form.get("captions") ?? ""));
    this.badLine = typeof captions === "number" ? captions : 0;
    if (this.badLine) return this.renderRoot.querySelector<HTMLElement>("#captions")?.focus();
    const commands: (Command | null)[] = [
      entryChanges(shown, form),
      shown.settings ? settingChanges(shown.settings, form, isLive(shown.kind)) : null,
    ];
    this.isBusy = true;
    for (const command of commands) {
      const answer = command ? await runQuietly(this, command) : null;
      this.problem = answer && !answer.isDone ? answer.problem : null;
      if (this.problem) break;
    }
    this.isBusy = false;
    this.dispatchEvent(new Event("saved"));
    if (!this.problem) this.dialog.close();
  }
}

function check(name: string, label: string, isOn: boolean): TemplateResult {
  return html`<label class="check"><input type="checkbox" name=${name} ?checked=${isOn} /><span>${label}</span></label>`;
}
