/** What an invitation gives and how it travels: the part that both ways of inviting share. */

import { html, type TemplateResult } from "lit";
import { isLive } from "../lib/ranks";
import { invitationName, invitationText } from "../lib/words";
import type { Command, EntryKind, InvitationType, Invitee } from "../lib/protocol";

export type InviteCommand = Extract<Command, { type: "invite" }>;

export class InviteEvent extends Event {
  constructor(readonly command: InviteCommand) {
    super("invite", { bubbles: true, composed: true });
  }
}

export interface Choice {
  invitation_type: InvitationType;
  send_mail: boolean;
  valid_minutes: number | null;
  uses: number | null;
}

/** How long an invitation is good for, in minutes from now. */
const LASTS: readonly (readonly [string, number])[] = [
  ["1 hour", 60],
  ["1 day", 24 * 60],
  ["7 days", 7 * 24 * 60],
  ["30 days", 30 * 24 * 60],
];

/** Left to the entry: as long as its session, where it has one. */
const usual = (kind: EntryKind): string =>
  isLive(kind) ? "Until the session is over" : "As is usual here";

export function choiceFields(types: readonly InvitationType[], kind: EntryKind): TemplateResult {
  return html`
    <fieldset class="field">
      <legend>Invitation type</legend>
      <div class="type">
        ${types.map(
          (type, index) => html`<label class="check choice">
            <input type="radio" name="invitation_type" value=${type} ?checked=${index === 0} required
              aria-labelledby=${`type-${type}`} aria-describedby=${`gives-${type}`} />
            <span class="label" id=${`type-${type}`}>${invitationName(type)}</span>
            <span class="hint" id=${`gives-${type}`}>${invitationText(type)}</span>
          </label>`,
        )}
      </div>
    </fieldset>
    <div class="pair">
      <div class="field">
        <label for="valid">Valid</label>
        <select class="input" id="valid" name="valid">
          <option value="">${usual(kind)}</option>
          ${LASTS.map(([label, minutes]) => html`<option value=${minutes}>${label}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="uses">Uses</label>
        <input class="input" id="uses" name="uses" type="number" min="1" max="1000000" value="1"
          placeholder="Unlimited" />
      </div>
    </div>
    <label class="check">
      <input type="checkbox" name="send_mail" checked />
      <span>Send link by e-mail</span>
    </label>
  `;
}

export function readChoice(form: FormData): Choice {
  const valid = Number(form.get("valid"));
  const uses = Number(form.get("uses"));
  return {
    invitation_type: form.get("invitation_type") as InvitationType,
    send_mail: form.get("send_mail") === "on",
    valid_minutes: valid > 0 ? valid : null,
    uses: uses > 0 ? uses : null,
  };
}

export function inviteCommand(invitees: Invitee[], choice: Choice): InviteCommand {
  return { type: "invite", invitees, ...choice };
}

