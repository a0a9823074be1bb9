/** What can be done with an invitation, alone and with others. */

import { ledger } from "../messages/ledger";
import { only, withoutEmpty, type MenuGroup } from "./menu";
import { invitationTypes } from "./ranks";
import { invitationName } from "./words";
import type { InvitationType, LedgerRow, SelfView, SessionView } from "./protocol";

/**
 * The three dots of an invitation. What was revoked can only be made anew, by inviting again.
 *
 * @param types what whoever looks at it may give: what is above them they may not touch.
 */
export function invitationMenu(row: LedgerRow, types: readonly InvitationType[]): MenuGroup[] {
  if (row.state === "revoked" || !types.includes(row.invitation_type)) return [];
  const invitation_id = row.id;
  const works = row.state !== "expired";
  return withoutEmpty([
    {
      items: only([
        [works, { label: ledger("resend"), command: { type: "resend_invitation", invitation_id } }],
        [works, { label: ledger("copy"), dialog: { name: "copy", invitationId: row.id } }],
        [true, { label: ledger("extend"), dialog: { name: "extend", invitationId: row.id } }],
        [
          row.has_device,
          { label: ledger("reset_device"), command: { type: "reset_invitation_device", invitation_id } },
        ],
      ]),
    },
    {
      label: ledger("change_role"),
      isChoice: true,
      items: types.map((invitation_type) => ({
        label: invitationName(invitation_type),
        isChecked: row.invitation_type === invitation_type,
        command: { type: "change_invitation", invitation_id, invitation_type } as const,
      })),
    },
    {
      items: [
        { label: ledger("revoke"), tone: "danger", dialog: { name: "revoke", invitationId: row.id } },
      ],
    },
  ]);
}

/** The same for who looks at it in a session. */
export const ledgerMenu = (row: LedgerRow, you: SelfView, session: SessionView): MenuGroup[] =>
  invitationMenu(row, invitationTypes(session.kind, you.role));
