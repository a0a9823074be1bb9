from dataclasses import dataclass, field
from typing import Any

import msgpack
import pytest
from immutables import Map

from protocol.ids import ParticipantId
from server.store.codec import Codec
from server.store.interface import NewerData
from server.store.upcasts import TAG, UPCASTS, Fields, Upcasts, brought_up, newest_tag
from tests.store.samples import Cleared, Leaf, Raised


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUsed:
    """In its third shape: first it had `uses`, then `uses_by_form`, now a pair."""

    link_id: str
    uses: tuple[int, int]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    events: tuple[Raised | Cleared | LinkUsed, ...] = ()
    links: Map[str, LinkUsed] = field(default_factory=Map)
    last: LinkUsed | None = None


def to_second(plain: Fields) -> Fields:
    plain["uses_by_form"] = plain.pop("uses", 0)
    return plain


def to_third(plain: Fields) -> Fields:
    plain["uses"] = [plain.pop("uses_by_form"), 0]
    return plain


def to_raised(plain: Fields) -> Fields:
    return {TAG: "Raised", "participant_id": plain["who"]}


TABLE: Upcasts = {
    ("LinkUsed", 1): to_second,
    ("LinkUsed", 2): to_third,
    # A class that is gone.
    ("HandWaved", 1): to_raised,
}
CODEC = Codec(Bundle, TABLE)


def decode(plain: Any, codec: Codec[Any] = CODEC) -> Any:
    return codec.decode(msgpack.packb(plain), ())


@pytest.mark.parametrize(
    "old",
    [
        {"$": "LinkUsed", "link_id": "l", "uses": 3},
        {"$": "LinkUsed.2", "link_id": "l", "uses_by_form": 3},
        {"$": "LinkUsed.3", "link_id": "l", "uses": [3, 0]},
    ],
)
def test_every_older_shape_of_an_event_is_read_as_the_newest(old: Fields) -> None:
    assert decode({"events": [old]}).events == (LinkUsed(link_id="l", uses=(3, 0)),)


def test_an_event_that_was_replaced_is_read_as_its_successor() -> None:
    read = decode({"events": [{"$": "HandWaved", "who": "u"}]})
    assert read.events == (Raised(participant_id=ParticipantId("u")),)


@pytest.mark.parametrize(
    "old",
    [
        {"link_id": "l", "uses": 3},
        {"$": "LinkUsed", "link_id": "l", "uses": 3},
        {"$": "LinkUsed.2", "link_id": "l", "uses_by_form": 3},
        {"$": "LinkUsed.3", "link_id": "l", "uses": [3, 0]},
    ],
)
def test_a_class_outside_of_unions_is_brought_up_too(old: Fields) -> None:
    used = LinkUsed(link_id="l", uses=(3, 0))
    assert decode({"last": dict(old)}).last == used
    assert decode({"links": ["a", dict(old)]}).links["a"] == used
    assert decode(dict(old), Codec(LinkUsed, TABLE)) == used


def test_the_outermost_class_may_have_been_empty_in_its_first_shape() -> None:
    @dataclass(frozen=True, slots=True)
    class Counter:
        total: int = 0

    table: Upcasts = {("Counter", 1): lambda plain: plain | {"total": 100}}
    assert decode({}, Codec(Counter, table)) == Counter(100)


def test_the_newest_shape_is_written_and_read_back() -> None:
    used = LinkUsed(link_id="l", uses=(1, 2), note="x")
    bundle = Bundle(events=(used, Cleared()), links=Map(a=used), last=used)
    body = CODEC.encode(bundle).body
    assert msgpack.unpackb(body)["last"][TAG] == "LinkUsed.3"
    assert CODEC.decode(body, ()) == bundle
    whole = Codec(LinkUsed, TABLE)
    assert whole.decode(whole.encode(used).body, ()) == used


def test_a_shape_that_is_newer_than_the_table_is_refused() -> None:
    for newer in ({"$": "LinkUsed.4", "link_id": "l"}, {"$": "HandWaved.2", "who": "u"}):
        with pytest.raises(NewerData):
            decode({"events": [newer]})
    with pytest.raises(NewerData):
        decode({"last": {"$": "LinkUsed.4", "link_id": "l"}})


def test_without_a_line_in_the_table_nothing_is_tagged_with_a_number() -> None:
    plain = msgpack.unpackb(Codec(Leaf).encode(Leaf(name="x")).body)
    assert TAG not in plain
    assert newest_tag("Leaf", UPCASTS) == "Leaf"


def test_the_steps_show_every_tag_on_the_way() -> None:
    steps = brought_up({TAG: "LinkUsed", "link_id": "l", "uses": 1}, TABLE)
    assert [step[TAG] for step in steps] == ["LinkUsed", "LinkUsed.2", "LinkUsed.3"]
