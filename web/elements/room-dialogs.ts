/** All windows that a room can open, and which of them a chosen menu item means. */

import { html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { accessTo } from "../lib/access";
import type { Dialog } from "../lib/menu";
import { loadWindows, openWindow, prepareWindows } from "../lib/opening";
import { invitationTypes } from "../lib/ranks";
import { findRow } from "../lib/roster";
import type { SelfView, View } from "../lib/protocol";
import type { AttentionDialog } from "./attention-dialog";
import type { BlockDialog } from "./block-dialog";
import type { BlockedPeople } from "./blocked-people";
import type { GuestAccess } from "./guest-access";
import type { ExtendDialog, RevokeDialog } from "./invitation-dialogs";
import type { InvitationLink } from "./invitation-link";
import type { InviteUsers } from "./invite-users";
import type { LedgerWindow } from "./ledger-window";
import type { MessageDialog } from "./message-dialog";
import type { RenameDialog } from "./rename-dialog";
import type { RightsDialog } from "./rights-dialog";
import { UsherElement } from "./usher-element";

/** Each window comes when it is opened for the first time: most people open none of them. */
const LOAD: Record<Exclude<Dialog["name"], "settings">, () => Promise<unknown>> = {
  attention: () => import("./attention-dialog"),
  block: () => import("./block-dialog"),
  blocked: () => import("./blocked-people"),
  copy: loadWindows,
  extend: loadWindows,
  guests: loadWindows,
  invitations: loadWindows,
  invite: loadWindows,
  message: () => import("./message-dialog"),
  rename: () => import("./rename-dialog"),
  revoke: loadWindows,
  rights: () => import("./rights-dialog"),
};

@customElement("room-dialogs")
export class RoomDialogs extends UsherElement {
  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) you!: SelfView;

  @query("attention-dialog") private attention!: AttentionDialog;
  @query("block-dialog") private block!: BlockDialog;
  @query("blocked-people") private blocked!: BlockedPeople;
  @query("guest-access") private guests!: GuestAccess;
  @query("extend-dialog") private extend!: ExtendDialog;
  @query("revoke-dialog") private revoke!: RevokeDialog;
  @query("invitation-link") private link!: InvitationLink;
  @query("invite-users") private invite!: InviteUsers;
  @query("ledger-window") private ledger!: LedgerWindow;
  @query("message-dialog") private message!: MessageDialog;
  @query("rename-dialog") private rename!: RenameDialog;
  @query("rights-dialog") private rights!: RightsDialog;

  protected override render(): TemplateResult {
    const { entry_id, kind } = this.view.session;
    const types = invitationTypes(kind, this.you.role);
    return html`
      <attention-dialog></attention-dialog>
      <block-dialog></block-dialog>
      <rename-dialog></rename-dialog>
      <rights-dialog></rights-dialog>
      <message-dialog></message-dialog>
      <extend-dialog></extend-dialog>
      <revoke-dialog></revoke-dialog>
      <invitation-link entry-id=${entry_id}></invitation-link>
      <invite-users entry-id=${entry_id} .kind=${kind} .types=${types}></invite-users>
      <ledger-window entry-id=${entry_id} .kind=${kind} .types=${types}
        @invite=${() => this.show({ name: "invite" })}></ledger-window>
      <guest-access entry-id=${entry_id}></guest-access>
      <blocked-people entry-id=${entry_id}></blocked-people>
    `;
  }

  protected override firstUpdated(): void {
    const { rights } = this.you;
    const isOurPage = !accessTo(this.view.session.entry_id);
    // On the page of another site nothing is loaded that nobody has asked for.
    if (isOurPage && (rights.includes("invite") || rights.includes("manage_guest_access"))) prepareWindows();
  }

  async show(dialog: Dialog): Promise<void> {
    if (dialog.name === "settings") return;
    await openWindow(this, LOAD[dialog.name], () => this.open(dialog));
  }

  private open(dialog: Dialog): void {
    if ("participantId" in dialog) this.showPerson(dialog);
    else if ("invitationId" in dialog) this.showInvitation(dialog);
    else if (dialog.name === "invite") void this.invite.open();
    else if (dialog.name === "guests") void this.guests.open();
    else if (dialog.name === "invitations") void this.ledger.open();
    else if (dialog.name === "attention") void this.attention.open();
    else if (dialog.name === "message") void this.message.open();
    else if (dialog.name === "blocked") void this.blocked.open();
  }

  private showPerson(dialog: Extract<Dialog, { participantId: string }>): void {
    if (dialog.name === "rename" && dialog.participantId === this.you.participant_id) {
      return void this.rename.open(null, this.you.name);
    }
    const row = findRow(this.view, dialog.participantId);
    if (!row) return;
    if (dialog.name === "rename") void this.rename.open(row.id, row.name);
    else if (dialog.name === "rights") void this.rights.open(row, this.you.rights);
    else if (dialog.name === "block") void this.block.open(row);
  }

  private showInvitation(dialog: Extract<Dialog, { invitationId: string }>): void {
    const rows = this.view.groups.invited?.invitations ?? [];
    const row = rows.find((one) => one.id === dialog.invitationId);
    if (!row) return;
    if (dialog.name === "copy") void this.link.open(row);
    else if (dialog.name === "extend") void this.extend.open(row);
    else void this.revoke.open(row);
  }
}
