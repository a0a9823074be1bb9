"""A message as it is sent: its body, its id, and the headers that prove where it comes from.

Source: Standard Webhooks, specification 1.0 (https://www.standardwebhooks.com).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from protocol.ids import RoomId
from protocol.webhooks import Topic, WebhookData, WebhookMessage, WebhookPerson
from server.core.announcements import About, Announcement

SECRET_BYTES = 32
AGENT = "usher-webhooks/1"
NO_ENTRY = RoomId("e_test")


def secret_of(webhook_id: str, key: bytes) -> str:
    """Derive the secret of a subscription: kept nowhere, the same each time.

    Args:
        key: of the key ring; when it is changed, so are the secrets.
    """
    digest = hmac.new(key, f"usher webhook\0{webhook_id}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(digest[:SECRET_BYTES]).decode()}"


def message_id(message: Announcement) -> str:
    """Name a message; the same in every try, and never that of another."""
    return f"msg_{message.entry_id}_{message.number}_{message.at}"


def body_of(message: Announcement) -> bytes:
    """Write the JSON body."""
    about = message.about
    data = WebhookData(
        number=message.number,
        entry_id=message.entry_id,
        entry_name=message.entry_name,
        session_id=message.session_id,
        person=_person(about) if about else None,
        reason=message.reason,
        people=message.people,
    )
    made = WebhookMessage(type=message.topic, timestamp=_moment(message.at), data=data)
    return made.model_dump_json(exclude_none=True).encode()


def headers_of(
    message: Announcement, body: bytes, secrets: Sequence[str], now: int
) -> dict[str, str]:
    """Write the headers of one try; each secret signs, so that one can be changed in peace.

    Args:
        now: of this try, ms UTC.
    """
    name, moment = message_id(message), datetime.fromtimestamp(now // 1000, UTC)
    signatures = [Webhook(secret).sign(name, moment, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": AGENT,
        "webhook-id": name,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": " ".join(signatures),
    }


def trial(now: int) -> Announcement:
    """Make the message of the test button: about nobody, and in no entry."""
    return Announcement(number=0, topic=Topic.TEST, at=now, entry_id=NO_ENTRY, entry_name="Test")


def _person(about: About) -> WebhookPerson:
    return WebhookPerson(
        name=about.person.name,
        email=about.person.email,
        participant_id=about.participant_id,
        account_id=about.account_id,
        origin=about.origin,
        role=about.role,
        role_before=about.role_before,
        link_id=about.link_id,
        link_name=about.link_name or None,
        invitation_id=about.invitation_id,
        changed_by=about.by.name if about.by else None,
        may_publish=about.may_publish,
    )


def _moment(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
