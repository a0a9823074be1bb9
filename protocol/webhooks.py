"""Webhooks: what a platform may subscribe to, and the bodies that it is sent.

Signed and named by the rules of Standard Webhooks (https://www.standardwebhooks.com): headers
`webhook-id`, `webhook-timestamp` and `webhook-signature`. Nobody but a platform's backend gets
these, with a key of scope `webhooks` to set them up; e-mails are in them.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol.ids import Checked, RoomId
from protocol.media import MediaSource
from protocol.model import Wire
from protocol.roles import EndReason, Origin, Role
from protocol.text import Millis, Url


class Topic(StrEnum):
    """What a message tells. In this order where one moment brings several."""

    SESSION_STARTED = "session.started"
    INVITATION_BOUNCED = "invitation.bounced"
    INVITATION_REDEEMED = "invitation.redeemed"
    PARTICIPANT_JOINED = "participant.joined"
    ROLE_CHANGED = "participant.role_changed"
    MEDIA_CHANGED = "participant.media_changed"
    """What they may send to a media server is something else now."""
    HAND_RAISED = "hand.raised"
    PARTICIPANT_LEFT = "participant.left"
    SESSION_ENDED = "session.ended"
    TEST = "test"
    """Sent by the test button alone, with number 0."""


class WebhookPerson(Wire):
    """Whom a message is about. Name and e-mail are empty once the person was erased."""

    name: str
    email: str
    participant_id: str | None = None
    account_id: str | None = None
    origin: Origin | None = None
    role: Role | None = None
    role_before: Role | None = None
    link_id: str | None = None
    link_name: str | None = None
    invitation_id: str | None = None
    changed_by: str | None = None
    may_publish: tuple[MediaSource, ...] = ()


class WebhookData(Wire):
    """What happened.

    Args:
        number: dense in each entry, 1, 2, 3 …; messages come in this order.
        people: with `session.ended`: who was inside, and has left with it.
    """

    number: int
    entry_id: str
    entry_name: str
    session_id: str | None = None
    person: WebhookPerson | None = None
    reason: EndReason | None = None
    people: int | None = None


class WebhookMessage(Wire):
    """The body of a delivery.

    Args:
        timestamp: when it happened, RFC 3339, UTC. That of the delivery is in the header.
    """

    type: Topic
    timestamp: str
    data: WebhookData


# --- setting them up -----------------------------------------------------------------------

Topics = Annotated[tuple[Topic, ...], Field(max_length=len(Topic))]


class WebhookForm(Wire):
    """A new subscription.

    Args:
        topics: which messages; none: all.
        entry_id: of this entry alone; null: of every entry.
    """

    url: Url
    topics: Topics = ()
    entry_id: Checked[RoomId] | None = None


class WebhookSwitch(Wire):
    """Pause a subscription, or have it go on. What was missed meanwhile is told then."""

    is_paused: bool


class WebhookState(StrEnum):
    """How a subscription fares."""

    ACTIVE = "active"
    RESTING = "resting"
    """It failed; it is tried again."""
    PAUSED = "paused"
    GONE = "gone"
    """It answered 410; it is told nothing more until it is switched on again."""


class WebhookView(Wire):
    """A subscription.

    Args:
        secret: signs the messages; derived, so it can be shown again.
    """

    id: str
    url: str
    topics: tuple[Topic, ...]
    entry_id: str | None = None
    state: WebhookState
    created_at: Millis
    secret: str


class WebhookDeleted(Wire):
    """A subscription that is no more."""

    id: str


class Replay(Wire):
    """Tell an entry's messages again, from a number on. They keep their ids."""

    entry_id: Checked[RoomId]
    from_number: Annotated[int, Field(ge=1, le=2**53)]


class Replayed(Wire):
    """How many messages are told again. Those older than seven days are gone."""

    messages: int


class DeliveryView(Wire):
    """One try of one message.

    Args:
        message_id: that of the header `webhook-id`; the same in every try.
        attempt: 1 for the first.
        status: of the answer; null when there was none.
        problem: why it did not arrive; null when it did.
        took_ms: from the first byte sent to the last one read.
    """

    at: Millis
    message_id: str
    topic: Topic
    number: int
    entry_id: str
    attempt: int
    status: int | None = None
    problem: str | None = None
    took_ms: int
