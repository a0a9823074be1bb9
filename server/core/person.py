"""Personal data in one place, so that it can be sealed and erased in one place."""

import hashlib
import hmac
from dataclasses import dataclass

from protocol.ids import PersonId
from server.core.names import email_key


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is. The only type in events and state that carries what is personal.

    The store seals every `Person` under the key of `id` wherever it is written; after the
    person was erased it is read back with `is_erased` and no data.

    Args:
        words: what they wrote themselves (answers to a quiz), kept with them so that it is
            erased with them. Empty but in such a record.
    """

    id: PersonId
    name: str = ""
    email: str = ""
    is_erased: bool = False
    words: tuple[str, ...] = ()


def blank(person: Person) -> Person:
    """Make what is left of somebody erased: an id that says nothing without the server's key."""
    return Person(person.id, is_erased=True)


def person_id(email: str, key: bytes) -> PersonId:
    """Derive the id under which everything known of one e-mail address is sealed.

    The same address gives the same id in every room, so that one erasure reaches all of it;
    without the key the id says nothing about the address.
    """
    digest = hmac.new(key, email_key(email).encode(), hashlib.sha256).hexdigest()
    return PersonId(f"p_{digest[:32]}")
