"""By what a person is recognised when they come again: keys of identity.

Removal and blocks act on the person, however they come back. An e-mail that a guest typed is
not verified, so it only keeps out other guests: nobody can shut out an invited person by
giving that person's address and misbehaving.

Staff are not recognised by the device: who tries the guest link in the own browser, and
removes that guest, must not lock themselves out.
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


def known_by(participant: Participant) -> tuple[str, ...]:
    """List the keys under which somebody of this session is recognised as a person kept out."""
    is_guest = participant.origin is Origin.GUEST_LINK
    keys = [f"{'guest' if is_guest else 'email'}:{participant.person.id}"]
    keys += _own_keys(participant)
    if not participant.role.is_staff:
        keys += _device_keys(participant)
    return tuple(keys)


def removal_keys(participant: Participant) -> tuple[str, ...]:
    """List the keys that keep a removed person out: all but the link that others use too."""
    keys = _address_keys(participant) + _own_keys(participant) + _device_keys(participant)
    return tuple(keys)


def _address_keys(participant: Participant) -> list[str]:
    """Whoever has proven an address does not come back as a guest who types it, either."""
    keys = [f"guest:{participant.person.id}"]
    if participant.origin is not Origin.GUEST_LINK:
        keys.append(f"email:{participant.person.id}")
    return keys


def _own_keys(participant: Participant) -> list[str]:
    keys = [f"account:{participant.account_id}"] if participant.account_id else []
    return keys + [f"invitation:{one}" for one in participant.invitations]


def _device_keys(participant: Participant) -> list[str]:
    return [f"device:{one}" for one in sorted(participant.device_ids)]


def block_keys(participant: Participant, by: tuple[BlockBy, ...]) -> tuple[str, ...]:
    """List the keys for the ways of recognition that a moderator chose."""
    keys: list[str] = []
    is_guest = participant.origin is Origin.GUEST_LINK
    if BlockBy.PERSON in by:
        keys += _own_keys(participant)
        if is_guest:
            keys += _device_keys(participant)
    if BlockBy.EMAIL in by:
        keys += _address_keys(participant)
    if BlockBy.DEVICE in by:
        keys += _device_keys(participant)
    if BlockBy.LINK in by and participant.link_id:
        keys.append(f"link:{participant.link_id}")
    return tuple(dict.fromkeys(keys))
