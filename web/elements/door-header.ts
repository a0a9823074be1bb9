/** What a door leads to, above every form: the entry's name, its kind, when it begins. */

import { html, nothing, type TemplateResult } from "lit";
import { isLive } from "../lib/ranks";
import { momentInFull } from "../lib/timing";
import { kindName } from "../lib/words";
import { common } from "../messages/common";
import type { EntryKind, SessionState } from "../lib/protocol";

interface About {
  entry_name: string;
  kind: EntryKind;
  starts_at?: number | null;
  session_state: SessionState;
}

export function doorHeader(about: About): TemplateResult {
  const waits = isLive(about.kind) && about.starts_at && about.session_state !== "open";
  return html`<div class="about">
    <div class="line">
      <span class="badge">${kindName(about.kind)}</span>
      ${isLive(about.kind)
        ? html`<session-badge .state=${about.session_state} .startsAt=${about.starts_at}></session-badge>`
        : nothing}
    </div>
    <h1>${about.entry_name}</h1>
    ${waits ? html`<p>${common("starts", { when: momentInFull(about.starts_at ?? 0) })}</p>` : nothing}
  </div>`;
}
