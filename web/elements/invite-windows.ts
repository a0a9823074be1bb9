/**
 * The windows about inviting, which load together when one is first wanted: they are as large as
 * the rest of the tab, and most who look at it may not invite.
 */

import "./guest-access";
import "./invitation-dialogs";
import "./invitation-link";
import "./invite-users";
import "./ledger-window";
import "./share-window";
