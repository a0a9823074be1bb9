"""The lines of a room's audit log in the store: beside the log, in the append that makes them true.

They are in a table of their own, because the log forgets records behind its checkpoint.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from protocol.ids import RoomId
from server.core.chain import Line
from server.hub.settings import Stores
from server.store.interface import Corrupt, Put

AUDIT = "audit"
"""The table, by `<room> <number>`; a line goes by itself when its time is over."""
LINES_AT_ONCE = 200
DIGITS = 12
"""Of a number in a key, so that keys are in the order of numbers."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that cannot be read any more: its number, by the place at which it stands."""

    number: int


def key_of(room: RoomId, number: int) -> str:
    """Name the place of a line."""
    return f"{room} {number:0{DIGITS}}"


def number_in(key: str) -> int:
    """Read the number of a place; 0 for one that is none of ours, which somebody else has put."""
    number = key.rpartition(" ")[2]
    return int(number) if number.isdecimal() else 0


async def audit_puts(lines: Iterable[Line], room: RoomId, stores: Stores) -> list[Put]:
    """Make what is put beside the log for new lines."""
    made = list(lines)
    packed = await stores.audit.pack_small(made)
    return [
        Put(table=AUDIT, key=key_of(room, line.number), value=value, expires_at=line.kept_until)
        for line, value in zip(made, packed, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """A place in the store: its key, the bytes there, and the line that they are."""

    key: str
    stored: bytes
    line: Line | Damaged

    @property
    def number(self) -> int:
        """The number of the place."""
        return number_in(self.key)


async def audit_lines_kept(
    room: RoomId, stores: Stores, now: int, after: int = 0
) -> AsyncIterator[Line | Damaged]:
    """Read the lines behind a number, the oldest first, as they are kept.

    Raises:
        NewerData: a line is from a newer server.
        Unavailable: the store does not answer.
    """
    key = key_of(room, after)
    while page := await _page(room, stores, now, key):
        for row in page:
            yield row.line
        if len(page) < LINES_AT_ONCE:
            return
        key = page[-1].key


async def audit_page(room: RoomId, stores: Stores, now: int, after: int) -> list[Row]:
    """Read at most `LINES_AT_ONCE` lines behind a number; raises as `audit_lines_kept`."""
    return await _page(room, stores, now, key_of(room, after))


async def _page(room: RoomId, stores: Stores, now: int, after: str) -> list[Row]:
    page = await stores.store.scan(AUDIT, now, after=after, limit=LINES_AT_ONCE)
    ours = [row for row in page if row[0].startswith(f"{room} ")]
    lines = await _unpacked(ours, stores)
    return [Row(key, stored, line) for (key, stored), line in zip(ours, lines, strict=True)]


async def _unpacked(rows: Sequence[tuple[str, bytes]], stores: Stores) -> Sequence[Line | Damaged]:
    """Read a page; where that fails, line by line, so that one that is damaged hides no other."""
    try:
        return await stores.audit.unpack_small([stored for _, stored in rows])
    except Corrupt:
        return [await _unpacked_one(key, stored, stores) for key, stored in rows]


async def _unpacked_one(key: str, stored: bytes, stores: Stores) -> Line | Damaged:
    try:
        return (await stores.audit.unpack_small([stored]))[0]
    except Corrupt:
        return Damaged(number_in(key))
