"""Where the outbox of the embedded default keeps its mails: in the store, sealed."""

from collections.abc import Callable

from protocol.http import OutboxMail
from server.core.person import Person, person_id
from server.store.interface import Put, Store
from server.store.sealing import Sealer

TABLE = "outbox"


class OutboxKeep:
    """Keeps each mail under the key of its recipient, so that erasing them erases it too."""

    def __init__(
        self, store: Store, sealer: Sealer, person_key: bytes, clock: Callable[[], int]
    ) -> None:
        """Take the store, and the clock (ms UTC)."""
        self._store = store
        self._sealer = sealer
        self._person_key = person_key
        self._clock = clock

    async def keep(self, key: str, value: bytes, expires_at: int) -> None:
        """Keep a mail until then; an empty value forgets it."""
        sealed = None
        if value:
            to = OutboxMail.model_validate_json(value).to
            # The mail travels as the name of its recipient: what is sealed for a person.
            person = Person(person_id(to, self._person_key), value.decode())
            sealed = await self._sealer.seal_person(person)
        await self._store.put([Put(table=TABLE, key=key, value=sealed, expires_at=expires_at)])

    async def kept(self) -> list[tuple[str, bytes]]:
        """List the mails that are kept and not erased."""
        found = await self._store.scan(TABLE, self._clock())
        people = await self._sealer.open_people([value for _, value in found])
        return [
            (key, person.name.encode())
            for (key, _), person in zip(found, people, strict=True)
            if not person.is_erased
        ]
