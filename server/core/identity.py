"""By what a person is recognised when they come again: keys of identity.

Removal and blocks act on the person, however they come back. An e-mail that a guest typed is
not verified, so it only keeps out other guests: nobody can shut out an invited person by
giving that person's address and misbehaving.
"""

from protocol.ids import AccountId, DeviceId, InvitationId, LinkId
from protocol.roles import BlockBy, Origin
from server.core.person import Person
from server.core.state import Participant


def keys_of(
    *,
    origin: Origin,
    person: Person,
    device_id: DeviceId | None,
    account_id: AccountId | None = None,
    link_id: LinkId | None = None,
    invitation_id: InvitationId | None = None,
) -> tuple[str, ...]:
    """List every key under which somebody who comes could be known."""
    is_guest = origin is Origin.GUEST_LINK
    keys = [f"{'guest' if is_guest else 'email'}:{person.id}"]
    if device_id:
        keys.append(f"device:{device_id}")
    if account_id:
        keys.append(f"account:{account_id}")
    if invitation_id:
        keys.append(f"invitation:{invitation_id}")
    if link_id:
        keys.append(f"link:{link_id}")
    return tuple(keys)


def removal_keys(participant: Participant) -> tuple[str, ...]:
    """List the keys that keep a removed person out: all but the link that others use too."""
    return tuple(
        key
        for key in keys_of(
            origin=participant.origin,
            person=participant.person,
            device_id=participant.device_id,
            account_id=participant.account_id,
            invitation_id=participant.invitation_id,
        )
        if not key.startswith("link:")
    )


def block_keys(participant: Participant, by: tuple[BlockBy, ...]) -> tuple[str, ...]:
    """List the keys for the ways of recognition that a moderator chose."""
    keys: list[str] = []
    is_guest = participant.origin is Origin.GUEST_LINK
    if BlockBy.PERSON in by:
        if participant.account_id:
            keys.append(f"account:{participant.account_id}")
        if participant.invitation_id:
            keys.append(f"invitation:{participant.invitation_id}")
        if is_guest:
            keys.append(f"device:{participant.device_id}")
    if BlockBy.EMAIL in by:
        keys.append(f"guest:{participant.person.id}")
        if not is_guest:
            keys.append(f"email:{participant.person.id}")
    if BlockBy.DEVICE in by:
        keys.append(f"device:{participant.device_id}")
    if BlockBy.LINK in by and participant.link_id:
        keys.append(f"link:{participant.link_id}")
    return tuple(dict.fromkeys(keys))
