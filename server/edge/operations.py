"""Every operation of the API as one readable list."""

from protocol import http
from protocol.attendance import (
    AttendancePage,
    AttendanceSummary,
    AttendanceView,
    SittingsView,
)
from protocol.audit import AuditCheck, AuditExport, AuditPage
from protocol.media import MediaAccess
from protocol.operator import OperatorView
from protocol.people import PersonErased, PersonHeld, PersonRef
from protocol.quiz import AttemptView, OwnAttempts, QuizSheet, QuizSummary, TakerQuiz
from protocol.views import BlockView, Counts, GuestAccessView, LedgerRow, SelfView
from protocol.webhooks import (
    DeliveryView,
    Replay,
    Replayed,
    WebhookDeleted,
    WebhookForm,
    WebhookSwitch,
    WebhookView,
)
from server.edge import (
    attendance,
    audit,
    calendars,
    counts,
    guest_door,
    invitation_door,
    invitation_mails,
    ledger,
    mails,
    manage,
    media,
    operating,
    people,
    quiz,
    rest,
    sessions,
    signin,
    subscriptions,
)
from server.edge.routing import ANYBODY, KEY, Operation

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET", path="/me", handler=signin.me, who=ANYBODY, reply=http.Me,
        summary="Say who is calling.",
    ),
    Operation(
        method="POST", path="/sign-in", handler=signin.sign_in, who=ANYBODY,
        body=http.SignIn, reply=http.SignedIn, summary="Redeem a host token once.",
    ),
    Operation(
        method="POST", path="/sign-out", handler=signin.sign_out, who=ANYBODY, reply=http.Me,
        summary="Forget who was signed in in this browser.",
    ),
    Operation(
        method="POST", path="/tokens", handler=signin.mint, who=KEY,
        body=http.MintToken, reply=http.MintedToken, summary="Mint a host token for somebody.",
    ),
    Operation(
        method="GET", path="/entries", handler=media.entries, who=("account", "key"),
        query=("after", "limit"), reply=list[http.EntrySummary],
        summary="List the entries in which the caller has a part.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}", handler=media.entry,
        reply=http.EntryView, summary="Show a media page.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/calendar", handler=calendars.calendar,
        reply=None, other_replies=("text/calendar",),
        summary="Give the appointment of a scheduled entry as a calendar file.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz", handler=quiz.taken,
        reply=TakerQuiz, summary="Show the quiz as takers see it.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/mine", handler=quiz.mine,
        who=("account", "ticket"), reply=OwnAttempts, summary="Show one's own attempts.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/sheet", handler=quiz.sheet,
        query=("version",), reply=QuizSheet, summary="Show the quiz with its right answers.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/attempts", handler=quiz.attempts,
        query=("after", "limit", *quiz.FILTERS, "sort", "format"), reply=list[AttemptView],
        other_replies=("text/csv",), summary="List the attempts at a quiz.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/summary", handler=quiz.summary,
        query=quiz.FILTERS, reply=QuizSummary, summary="Put the attempts into numbers.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/guest-access", handler=manage.guest_access,
        reply=GuestAccessView, summary="Show the guest links, with their URLs.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations", handler=ledger.ledger,
        query=("after", "limit", *ledger.FILTERS, "sort", "format"), reply=list[LedgerRow],
        other_replies=("text/csv",), summary="List the invitations.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations/summary", handler=ledger.summary,
        query=ledger.FILTERS, reply=http.LedgerSummary,
        summary="Count the invitations, and those that match.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/links", handler=ledger.links,
        body=http.InvitationIds, reply=http.InvitationLinks,
        summary="Show several invitations with their URLs.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations/{invitation_id}/link",
        handler=manage.invite_link, reply=manage.InviteLink,
        summary="Show the URL of an invitation.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/preview",
        handler=manage.preview_list, body=http.CsvText, reply=http.CsvPreview,
        summary="Say of every row of a list whether it can be invited.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/mail-preview",
        handler=invitation_mails.mail_preview, body=http.MailPreviewForm,
        reply=http.MailPreview, summary="Show the mail that an invitation would bring.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/collaborators", handler=manage.collaborators,
        reply=list[http.CollaboratorView], summary="List who has a lasting part in an entry.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/blocks", handler=manage.blocks,
        query=("after", "limit"), reply=list[BlockView], summary="List the blocked.",
    ),
    rest.ENTER,
    Operation(
        method="GET", path="/users", handler=media.users, query=("entry_id", "q"),
        reply=http.PeopleFound, summary="Find known users, to invite them.",
    ),
    Operation(
        method="GET", path="/counts", handler=counts.feed, query=("entries",),
        events=http.EntryNews, summary="Follow the counts of entries as they change.",
    ),
    Operation(
        method="POST", path="/doors/guest/look", handler=guest_door.look, who=ANYBODY,
        body=http.LinkToken, reply=http.GuestDoor, summary="Look at a guest link.",
    ),
    Operation(
        method="POST", path="/doors/guest", handler=guest_door.redeem, who=ANYBODY,
        body=http.GuestForm, reply=http.Admitted, summary="Come in as a guest.",
    ),
    Operation(
        method="POST", path="/doors/guest/return", handler=guest_door.come_back, who=ANYBODY,
        body=http.GuestReturn, reply=http.Admitted,
        summary="Come in again on the device of the first time.",
    ),
    Operation(
        method="POST", path="/doors/invitation/look", handler=invitation_door.look, who=ANYBODY,
        body=http.LinkToken, reply=http.InvitationDoor, summary="Look at an invite link.",
    ),
    Operation(
        method="POST", path="/doors/invitation", handler=invitation_door.redeem, who=ANYBODY,
        body=http.InvitationForm, reply=http.Admitted, summary="Come in by invitation.",
    ),
    Operation(
        method="POST", path="/doors/invitation/code", handler=invitation_door.request_code,
        who=ANYBODY, body=http.CodeRequest, reply=http.Sent,
        summary="Have a one-time code mailed to the invited address.",
    ),
    Operation(
        method="POST", path="/doors/invitation/verify", handler=invitation_door.verify,
        who=ANYBODY, body=http.CodeForm, reply=http.Admitted,
        summary="Come in with the mailed code.",
    ),
    Operation(
        method="POST", path="/embed/enter", handler=signin.embed_enter, who=ANYBODY,
        body=http.EmbedEnter, reply=http.Admitted,
        summary="Enter the room of a host token from another site's page, without cookies.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}", handler=sessions.own, who=("ticket",),
        reply=SelfView, summary="Show one's own state.",
    ),
    Operation(
        method="POST", path="/sessions/{session_id}/media", handler=sessions.media,
        who=("ticket",), reply=MediaAccess,
        summary="Enter the media plane: its address, and a token for it.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/counts", handler=sessions.counts,
        reply=Counts, summary="Count the people in each group.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance", handler=attendance.download,
        query=("format",), reply=AttendanceView, other_replies=("text/csv",),
        summary="Export who was there.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance/summary",
        handler=attendance.summary, reply=AttendanceSummary,
        summary="Show how many were there, over time and in all.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance/people",
        handler=attendance.people, reply=AttendancePage,
        query=("first", "limit", "q", "origin", "link", "role", "sort"),
        summary="Show some of those who were there.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/sessions", handler=attendance.sittings,
        reply=SittingsView, summary="List the sessions that have an attendance record.",
    ),
    Operation(
        method="GET", path="/operator", handler=operating.site, who=operating.WHO,
        reply=OperatorView, summary="Show how the nodes are, and the busiest rooms.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/audit", handler=audit.page,
        query=("before", "limit"), reply=AuditPage,
        summary="Show who did what to whom, the newest first.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/audit/check", handler=audit.check,
        reply=AuditCheck, summary="Check that nothing in the audit log was changed.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/audit/export", handler=audit.download,
        query=("format",), reply=AuditExport, other_replies=("text/csv",),
        summary="Export the audit log.",
    ),
    Operation(
        method="GET", path="/outbox", handler=mails.outbox, who=("account",),
        reply=list[http.OutboxMail], summary="List mails that were not sent, for the operator.",
    ),
    Operation(
        method="GET", path="/webhooks", handler=subscriptions.listing, who=subscriptions.WHO,
        reply=list[WebhookView], summary="List the webhooks.",
    ),
    Operation(
        method="POST", path="/webhooks", handler=subscriptions.create, who=subscriptions.WHO,
        body=WebhookForm, reply=WebhookView, summary="Subscribe to what happens in rooms.",
    ),
    Operation(
        method="PATCH", path="/webhooks/{webhook_id}", handler=subscriptions.switch,
        who=subscriptions.WHO, body=WebhookSwitch, reply=WebhookView,
        summary="Pause a webhook, or have it go on.",
    ),
    Operation(
        method="DELETE", path="/webhooks/{webhook_id}", handler=subscriptions.delete,
        who=subscriptions.WHO, reply=WebhookDeleted, summary="End a webhook.",
    ),
    Operation(
        method="POST", path="/webhooks/{webhook_id}/test", handler=subscriptions.test,
        who=subscriptions.WHO, reply=DeliveryView, summary="Send a test message now.",
    ),
    Operation(
        method="GET", path="/webhooks/{webhook_id}/deliveries", handler=subscriptions.deliveries,
        who=subscriptions.WHO, query=("limit",), reply=list[DeliveryView],
        summary="List the newest tries of a webhook.",
    ),
    Operation(
        method="POST", path="/webhooks/{webhook_id}/replay", handler=subscriptions.replay,
        who=subscriptions.WHO, body=Replay, reply=Replayed,
        summary="Tell the messages of an entry again, from a number on.",
    ),
    Operation(
        method="POST", path="/people/export", handler=people.export, who=KEY,
        body=PersonRef, reply=PersonHeld,
        summary="Show everything that is held about a person (scope people).",
    ),
    Operation(
        method="POST", path="/people/erase", handler=people.erase, who=KEY,
        body=PersonRef, reply=PersonErased,
        summary="Erase a person everywhere (scope people).",
    ),
    *rest.command_operations(),
)  # fmt: skip
"""Every operation of the API, in the order in which routes are tried."""
