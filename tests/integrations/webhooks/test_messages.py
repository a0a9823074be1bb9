"""Bodies, ids and signatures of webhooks."""

import json

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from protocol.ids import ParticipantId, PersonId, RoomId
from protocol.roles import Role
from protocol.webhooks import Topic, WebhookMessage
from server.core.announcements import About, Announcement
from server.core.person import Person
from server.integrations.webhooks.messages import body_of, headers_of, message_id, secret_of
from server.surroundings import clock

ADA = Person(PersonId("p_ada"), "Ada ‮<b>", "ada@example.org")
KEYS = (b"n" * 32, b"o" * 32)


def message(number: int = 7, about: About | None = None) -> Announcement:
    return Announcement(
        number=number,
        topic=Topic.ROLE_CHANGED,
        at=1_790_000_000_123,
        entry_id=RoomId("e_1"),
        entry_name="Algebra",
        about=about
        or About(
            person=ADA,
            participant_id=ParticipantId("m_1"),
            role=Role.SPEAKER,
            role_before=Role.VIEWER,
        ),
    )


def test_a_body_says_what_happened_to_whom_and_when() -> None:
    body = json.loads(body_of(message()))
    assert body["type"] == "participant.role_changed"
    assert body["timestamp"] == "2026-09-21T14:13:20.123Z"
    assert body["data"]["number"] == 7
    assert body["data"]["person"] == {
        "name": ADA.name,
        "email": "ada@example.org",
        "participant_id": "m_1",
        "role": "speaker",
        "role_before": "viewer",
        "may_publish": [],
    }
    assert WebhookMessage.model_validate_json(body_of(message())).type is Topic.ROLE_CHANGED


def test_a_message_has_one_name_and_shares_it_with_none() -> None:
    assert message_id(message(7)) == message_id(message(7))
    assert message_id(message(7)) != message_id(message(8))


def test_each_key_of_the_ring_verifies_and_another_does_not() -> None:
    body = body_of(message())
    secrets = [secret_of("wh_1", key) for key in KEYS]
    headers = headers_of(message(), body, secrets, clock())
    for secret in secrets:
        Webhook(secret).verify(body, headers)
    for wrong in (secret_of("wh_2", KEYS[0]), secret_of("wh_1", b"x" * 32)):
        with pytest.raises(WebhookVerificationError):
            Webhook(wrong).verify(body, headers)


def test_a_changed_body_or_a_message_replayed_later_does_not_verify() -> None:
    body = body_of(message())
    secret = secret_of("wh_1", KEYS[0])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers_of(message(), body, [secret], clock()))
    late = headers_of(message(), body, [secret], clock() - 3_600_000)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, late)
