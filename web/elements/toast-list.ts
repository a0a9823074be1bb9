/** What just happened, at the foot of the window; read aloud, and gone after a while. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Note } from "../lib/asking";
import { room } from "../messages/room";
import { icon } from "./icons";
import { sheets } from "./sheets";
import { UsherElement } from "./usher-element";
import own from "./toast-list.css?inline";

/** How long a note stays; as long as the server lets a change be undone, where that can be. */
const PLAIN_MS = 5_000;
const ACTION_MS = 10_000;
const MOST = 4;

interface Shown extends Note {
  id: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

@customElement("toast-list")
export class ToastList extends UsherElement {
  static override styles = sheets(own);

  @state() private notes: readonly Shown[] = [];
  @query(".list") private list!: HTMLElement;
  #next = 1;

  protected override render(): TemplateResult {
    return html`<div
      class="list"
      popover="manual"
      role="log"
      aria-live="polite"
      aria-label=${room("notices")}
      @pointerenter=${this.hold}
      @pointerleave=${this.letGo}
      @focusin=${this.hold}
      @focusout=${this.letGo}
    >
      ${repeat(this.notes, (note) => note.id, (note) => this.renderNote(note))}
    </div>`;
  }

  private renderNote(note: Shown): TemplateResult {
    const action = note.action;
    return html`<div class="note ${note.tone ?? ""}">
      <div class="said">
        <p>${note.text}</p>
        ${action
          ? html`<button type="button" class="button small action" @click=${() => this.act(note)}>
              ${action.label}
            </button>`
          : nothing}
      </div>
      <button type="button" class="button icon small" aria-label=${room("dismiss")} @click=${() => this.drop(note.id)}>
        ${icon("close")}
      </button>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.list.showPopover();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const note of this.notes) clearTimeout(note.timer);
  }

  show(note: Note): void {
    const shown: Shown = { ...note, id: this.#next++, timer: undefined };
    const others = this.notes.filter((old) => note.key === undefined || old.key !== note.key);
    this.notes = [...others, shown].slice(-MOST);
    this.time(shown);
    // Above any dialog that was opened since: the newest in the top layer lies on top.
    if (this.list?.matches(":popover-open")) this.list.hidePopover();
    this.list?.showPopover();
  }

  /** Take away the note with this key, because it holds no longer. */
  forget(key: string): void {
    this.notes = this.notes.filter((note) => note.key !== key);
  }

  /** Take back what was done last, as long as that is offered; say whether it was. */
  undoLast(): boolean {
    const last = this.notes.findLast((note) => note.action?.isUndo);
    if (last) this.act(last);
    return last !== undefined;
  }

  private act(note: Shown): void {
    this.drop(note.id);
    note.action?.run();
  }

  private drop(id: number): void {
    this.notes = this.notes.filter((note) => note.id !== id);
  }

  private time(note: Shown): void {
    if (note.stays) return;
    note.timer = setTimeout(() => this.drop(note.id), note.action ? ACTION_MS : PLAIN_MS);
  }

  /** Nothing goes away while somebody reads it or is about to press its button. */
  private hold(): void {
    for (const note of this.notes) clearTimeout(note.timer);
  }

  private letGo(): void {
    for (const note of this.notes) {
      clearTimeout(note.timer);
      this.time(note);
    }
  }
}
