"""Which HTTP route carries which command: the one table behind REST, OpenAPI and the docs.

`{entry_id}` says which room. Every other field in a path is a field of the command; the rest
of the command is the JSON body. All paths are below `/api/v1`.
"""

from dataclasses import dataclass

from protocol import commands as c
from protocol.model import Wire
from protocol.version import API as API

SOCKET = "/sessions/{session_id}/socket"


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table."""

    method: str
    path: str
    command: type[Wire]


COMMAND_ROUTES: tuple[Route, ...] = (
    Route("POST", "/entries", c.CreateEntry),
    Route("PATCH", "/entries/{entry_id}", c.EditEntry),
    Route("PATCH", "/entries/{entry_id}/settings", c.EditSettings),
    Route("DELETE", "/entries/{entry_id}", c.DeleteEntry),
    Route("PUT", "/entries/{entry_id}/collaborators/{account_id}", c.SetCollaborator),
    Route("DELETE", "/entries/{entry_id}/collaborators/{account_id}", c.RemoveCollaborator),
    Route("PUT", "/entries/{entry_id}/quiz", c.SetQuiz),
    Route("POST", "/entries/{entry_id}/quiz/attempts", c.SubmitQuiz),
    Route("PUT", "/entries/{entry_id}/guest-access", c.SetGuestAccess),
    Route("POST", "/entries/{entry_id}/guest-links", c.CreateGuestLink),
    Route("PATCH", "/entries/{entry_id}/guest-links/{link_id}", c.EditGuestLink),
    Route("PUT", "/entries/{entry_id}/guest-links/{link_id}/pause", c.PauseGuestLink),
    Route("POST", "/entries/{entry_id}/guest-links/{link_id}/extend", c.ExtendGuestLink),
    Route("POST", "/entries/{entry_id}/guest-links/{link_id}/regenerate", c.RegenerateGuestLink),
    Route("POST", "/entries/{entry_id}/guest-links/{link_id}/revoke", c.RevokeGuestLink),
    Route("DELETE", "/entries/{entry_id}/guest-links/{link_id}", c.DeleteGuestLink),
    Route("POST", "/entries/{entry_id}/invitations", c.Invite),
    Route("POST", "/entries/{entry_id}/invitations/{invitation_id}/resend", c.ResendInvitation),
    Route("PATCH", "/entries/{entry_id}/invitations/{invitation_id}", c.ChangeInvitation),
    Route("POST", "/entries/{entry_id}/invitations/{invitation_id}/extend", c.ExtendInvitation),
    Route(
        "POST",
        "/entries/{entry_id}/invitations/{invitation_id}/reset-device",
        c.ResetInvitationDevice,
    ),
    Route("POST", "/entries/{entry_id}/invitations/{invitation_id}/revoke", c.RevokeInvitation),
    Route("POST", "/entries/{entry_id}/session/start", c.StartSession),
    Route("POST", "/entries/{entry_id}/session/end", c.EndSession),
    Route("PUT", "/entries/{entry_id}/session/lock", c.SetLock),
    Route("PUT", "/entries/{entry_id}/session/stage-mode", c.SetStageMode),
    Route("POST", "/entries/{entry_id}/session/admit", c.Admit),
    Route("POST", "/entries/{entry_id}/session/admit-all", c.AdmitAll),
    Route("POST", "/entries/{entry_id}/session/decline", c.Decline),
    Route("PUT", "/entries/{entry_id}/participants/{participant_id}/role", c.SetRole),
    Route("POST", "/entries/{entry_id}/participants/{participant_id}/remove", c.Remove),
    Route("POST", "/entries/{entry_id}/participants/{participant_id}/readmit", c.Readmit),
    Route("POST", "/entries/{entry_id}/participants/{participant_id}/block", c.Block),
    Route("DELETE", "/entries/{entry_id}/blocks/{block_id}", c.Unblock),
)
"""What a page or a platform does from outside the room; the rest goes over the socket.

Replies are `Done`, or a `Problem` as `application/problem+json`.

Other routes (bodies in `protocol.http`):

    GET    /me                                        Me
    POST   /sign-in                                   SignIn → SignedIn (account cookie)
    POST   /sign-out                                  → Me
    POST   /tokens                                    MintToken → MintedToken (API key)
    GET    /entries?after=&limit=                     → [EntrySummary]
    GET    /entries/{entry_id}                        → EntryView
    GET    /entries/{entry_id}/collaborators          → [CollaboratorView] (who manages them)
    GET    /entries/{entry_id}/calendar               → calendar file (those who may come)
    GET    /entries/{entry_id}/quiz                   → TakerQuiz (no right answers)
    GET    /entries/{entry_id}/quiz/mine              → OwnAttempts
    GET    /entries/{entry_id}/quiz/sheet?version=    → QuizSheet (editors, and who may export)
    GET    /entries/{entry_id}/quiz/attempts?after=&origin=&link=&q=&sort=&format=  → [AttemptView]
    GET    /entries/{entry_id}/quiz/summary           → QuizSummary (the same filters)
    GET    /entries/{entry_id}/guest-access           → GuestAccessView (URLs included)
    GET    /entries/{entry_id}/invitations?after=&state=&type=&by=&q=&sort=  → [LedgerRow]
    GET    /entries/{entry_id}/invitations/summary    → LedgerSummary (the same filters)
    POST   /entries/{entry_id}/invitations/links      InvitationIds → InvitationLinks
    POST   /entries/{entry_id}/invitations/mail-preview  MailPreviewForm → MailPreview
    GET    /entries/{entry_id}/invitations/{id}/link  → {url}
    POST   /entries/{entry_id}/invitations/preview    CsvText → CsvPreview
    GET    /entries/{entry_id}/blocks                 → [BlockView]
    POST   /entries/{entry_id}/enter                  {} → Admitted (signed-in accounts)
    GET    /users?entry_id=&q=                        → PeopleFound (those who may invite there)
    GET    /counts?entries=                           → a feed of EntryNews (Server-Sent Events)
    POST   /doors/guest/look                          LinkToken → GuestDoor
    POST   /doors/guest                               GuestForm → Admitted
    POST   /doors/guest/return                        GuestReturn → Admitted
    POST   /doors/invitation/look                     LinkToken → InvitationDoor
    POST   /doors/invitation                          InvitationForm → Admitted
    POST   /doors/invitation/code                     CodeRequest → Sent
    POST   /doors/invitation/verify                   CodeForm → Admitted
    POST   /embed/enter                               EmbedEnter → Admitted (no cookies)
    GET    /sessions/{session_id}                     → SelfView (with a ticket)
    GET    /sessions/{session_id}/counts              → Counts
    GET    /sessions/{session_id}/attendance          → AttendanceView, or CSV (may export)
    GET    /sessions/{session_id}/attendance/summary  → AttendanceSummary
    GET    /sessions/{session_id}/attendance/people   → AttendancePage
    GET    /entries/{entry_id}/sessions               → SittingsView
    GET    /entries/{entry_id}/audit?before=&limit=   → AuditPage (may export, and sees staff)
    GET    /entries/{entry_id}/audit/check            → AuditCheck
    GET    /entries/{entry_id}/audit/export?format=   → AuditExport, or CSV
    GET    /outbox                                    → [OutboxMail] (operator, no SMTP only)
    POST   /people/export                             PersonRef → PersonHeld (key, scope people)
    POST   /people/erase                              PersonRef → PersonErased (key, scope people)
    GET    /openapi.json                              the description of all this
    GET    /asyncapi.json                             the description of the socket
    WS     /sessions/{session_id}/socket              subprotocol usher.v1.msgpack or .json

Pages: `/`, `/e/{entry_id}`, `/e/{entry_id}/attendance`, `/e/{entry_id}/audit`,
`/join#g.{token}` (guest link), `/join#i.{token}` (invite link), `/sign-in#{token}`,
`/sign-in/{provider_id}` (back from an OpenID provider),
`/s/{session_id}` (gates and the room), `/embed#{token}` (the tab alone, for frames), `/outbox`,
`/docs`, `/docs/{guide}`.
The token stands in the fragment, which browsers never send: no server, proxy log or Referer sees
it, and a link preview cannot use it up.
"""
