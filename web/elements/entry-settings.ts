/** *Edit…*: the entry's own facts, and how its doors and its room behave. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { runQuietly } from "../lib/asking";
import { entryChanges, settingChanges } from "../lib/entry-form";
import { isLive } from "../lib/ranks";
import { toLocalInput } from "../lib/timing";
import { modeName, STAGE_MODES } from "../lib/words";
import type { Command, EntryView, Problem, ViewerList } from "../lib/protocol";
import type { ModalDialog } from "./modal-dialog";
import "./modal-dialog";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./entry-settings.css?inline";

const VIEWER_LIST: readonly (readonly [ViewerList, string])[] = [
  ["always", "Always"],
  ["auto", "In small sessions"],
  ["never", "Never"],
];

@customElement("entry-settings")
export class EntrySettings extends UsherElement {
  static override styles = sheets(own);

  @property({ attribute: false }) entry!: EntryView;
  /** The entry as it was when the window opened: looks at the server must not undo typing. */
  @state() private shown: EntryView | null = null;
  @state() private problem: Problem | null = null;
  @state() private isBusy = false;
  @query("modal-dialog") private dialog!: ModalDialog;

  protected override render(): TemplateResult {
    return html`<modal-dialog heading="Edit" @closed=${() => (this.shown = null)}>
      ${this.shown ? this.renderForm(this.shown) : nothing}
    </modal-dialog>`;
  }

  async open(): Promise<void> {
    this.problem = null;
    this.shown = this.entry;
    await this.updateComplete;
    await this.dialog.open();
  }

  private renderForm(entry: EntryView): TemplateResult {
    return html`<form class="stack" @submit=${this.submit}>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.sentence}</p>` : nothing}
      <div class="field">
        <label for="name">Name</label>
        <input class="input" id="name" name="name" required maxlength="120" .value=${entry.name} />
      </div>
      <div class="field">
        <label for="description">Description</label>
        <textarea class="input" id="description" name="description" rows="3" maxlength="2000"
          .value=${entry.description}></textarea>
      </div>
      ${isLive(entry.kind) ? this.renderSchedule(entry) : this.renderAddress(entry)}
      ${entry.settings ? this.renderSettings(entry) : nothing}
      <div class="line end">
        <button type="button" class="button" @click=${() => this.dialog.close()}>Cancel</button>
        <button class="button primary" ?disabled=${this.isBusy}>Save</button>
      </div>
    </form>`;
  }

  private renderAddress(entry: EntryView): TemplateResult {
    return html`<div class="field">
      <label for="content_url">Address of the content</label>
      <input class="input" id="content_url" name="content_url" type="url" maxlength="2000"
        .value=${entry.content_url ?? ""} placeholder="https://" />
    </div>`;
  }

  private renderSchedule(entry: EntryView): TemplateResult {
    return html`<div class="pair">
      <div class="field">
        <label for="starts_at">Starts</label>
        <input class="input" id="starts_at" name="starts_at" type="datetime-local" .value=${toLocalInput(entry.starts_at)} />
      </div>
      <div class="field">
        <label for="ends_at">Ends</label>
        <input class="input" id="ends_at" name="ends_at" type="datetime-local" .value=${toLocalInput(entry.ends_at)} />
      </div>
    </div>`;
  }

  private renderSettings(entry: EntryView): TemplateResult | typeof nothing {
    const settings = entry.settings;
    if (!settings) return nothing;
    return html`
      ${isLive(entry.kind)
        ? html`<h3>Room</h3>
            <div class="pair">
              <div class="field">
                <label for="stage_mode">Stage access at the start</label>
                <select class="input" id="stage_mode" name="stage_mode">
                  ${STAGE_MODES.map(
                    (mode) => html`<option value=${mode} ?selected=${mode === settings.stage_mode}>${modeName(mode)}</option>`,
                  )}
                </select>
              </div>
              <div class="field">
                <label for="stage_capacity">Places on stage</label>
                <input class="input" id="stage_capacity" name="stage_capacity" type="number" min="1" max="1000" required .value=${String(settings.stage_capacity)} />
              </div>
              <div class="field">
                <label for="viewer_list">Viewers see each other's names</label>
                <select class="input" id="viewer_list" name="viewer_list">
                  ${VIEWER_LIST.map(
                    ([value, label]) => html`<option value=${value} ?selected=${value === settings.viewer_list}>${label}</option>`,
                  )}
                </select>
              </div>
            </div>
            ${check("opens_by_itself", "Opens by itself at the start", settings.opens_by_itself)}
            ${check("guests_may_rename", "People may change their own name", settings.guests_may_rename)}`
        : nothing}
      <h3>Doors</h3>
      ${check("moderators_may_invite", "Moderators may invite", settings.moderators_may_invite)}
      ${check("approve_guests", "All guests wait to be admitted", settings.approve_guests)}
      ${check("code_on_first_use", "Invitations ask for a mailed code at first use", settings.code_on_first_use)}
      <div class="field">
        <label for="consent">Text that guests agree to</label>
        <textarea class="input" id="consent" name="consent" rows="3" maxlength="2000" .value=${settings.consent}></textarea>
      </div>
    `;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const entry = this.shown;
    if (!entry) return;
    const form = new FormData(event.target as HTMLFormElement);
    const commands: (Command | null)[] = [
      entryChanges(entry, form),
      entry.settings ? settingChanges(entry.settings, form, isLive(entry.kind)) : null,
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
