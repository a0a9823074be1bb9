import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from immutables import Map

from protocol.ids import ParticipantId
from server.core.events import Event
from server.core.person import Person
from server.core.record import Record
from server.core.state import RoomState
from server.store import codec
from server.store.codec import WHOLE_BYTES, Codec, Encoded
from server.store.interface import Corrupt, NewerData
from server.store.upcasts import UPCASTS
from tests.store.samples import (
    ANN,
    BOB,
    Everything,
    Hall,
    Happening,
    Leaf,
    Options,
    Renamed,
    Single,
    Step,
    Tree,
    person,
    values_of,
)


@pytest.fixture(
    scope="module", params=[WHOLE_BYTES, 0], ids=["whole", "item by item"], autouse=True
)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways of reading, which must not differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "WHOLE_BYTES", request.param)
        yield


def plain_of(encoded: Encoded) -> Any:
    return msgpack.unpackb(encoded.body)


def decode(kind: Any, plain: Any, *people: Person) -> Any:
    return Codec(kind).decode(msgpack.packb(plain), people)


@given(values_of(Everything))
@settings(max_examples=200)
def test_every_kind_of_value_comes_back(value: Everything) -> None:
    codec = Codec(Everything)
    encoded = codec.encode(value)
    assert codec.decode(encoded.body, encoded.people) == value


@given(values_of(Tree))
def test_a_class_may_hold_itself(value: Tree) -> None:
    encoded = Codec(Tree).encode(value)
    assert Codec(Tree).decode(encoded.body, encoded.people) == value


@given(values_of(Record))
@settings(max_examples=300, deadline=None)
def test_every_record_of_the_core_comes_back(record: Record) -> None:
    encoded = Codec(Record).encode(record)
    assert Codec(Record).decode(encoded.body, encoded.people) == record


@given(values_of(RoomState))
@settings(max_examples=100, deadline=None)
def test_every_state_of_the_core_comes_back(state: RoomState) -> None:
    encoded = Codec(RoomState).encode(state)
    assert Codec(RoomState).decode(encoded.body, encoded.people) == state


def test_every_event_of_the_core_is_in_the_union_once() -> None:
    names = [kind.__name__ for kind in Event.__args__]
    assert len(names) == len(set(names))


def test_fields_that_equal_their_default_are_left_out() -> None:
    encoded = Codec(Leaf).encode(Leaf(name="x", is_new=True))
    assert plain_of(encoded) == {"name": "x"}


def test_an_absent_field_takes_its_default() -> None:
    assert decode(Leaf, {"name": "x"}) == Leaf(name="x", person=None, is_new=True)


def test_settings_are_written_in_full_so_that_new_defaults_change_no_old_data() -> None:
    plain = plain_of(Codec(Hall).encode(Hall()))
    assert plain == {"options": {"colour": "red", "size": 3, "note": None}}


def test_a_required_field_is_written_whatever_its_value() -> None:
    assert plain_of(Codec(Everything).encode(Everything(required=0)))["required"] == 0


def test_a_true_where_the_default_is_one_is_not_taken_for_it() -> None:
    @dataclass(frozen=True, slots=True)
    class Loose:
        value: float = 1.0

    encoded = Codec(Loose).encode(Loose(1))
    assert type(Codec(Loose).decode(encoded.body, ()).value) is int


def test_a_member_of_a_union_carries_the_name_of_its_class() -> None:
    step = Step(at=5, events=(Renamed(participant_id=ParticipantId("u"), person=ANN),))
    assert plain_of(Codec(Step).encode(step)) == {
        "at": 5,
        "events": [{"$": "Renamed", "participant_id": "u", "person": 0}],
    }


class TestPeople:
    def test_are_listed_once_each_in_the_order_of_their_appearance(self) -> None:
        renamed = [Renamed(participant_id=ParticipantId("u"), person=p) for p in (ANN, BOB, ANN)]
        assert Codec(Step).encode(Step(at=0, events=tuple(renamed))).people == (ANN, BOB)

    def test_leave_nothing_of_themselves_in_the_bytes(self) -> None:
        people = Map({ParticipantId("u1"): ANN, ParticipantId("u2"): BOB})
        body = Codec(Hall).encode(Hall(people=people)).body
        for each in (ANN, BOB):
            for text in (each.id, each.name, each.email):
                assert text.encode() not in body

    def test_of_the_same_id_with_different_names_are_different_people(self) -> None:
        renamed = person(1, "Anna", "ann@example.org")
        value = Everything(required=0, people=(ANN, renamed))
        encoded = Codec(Everything).encode(value)
        assert encoded.people == (ANN, renamed)
        assert Codec(Everything).decode(encoded.body, encoded.people) == value

    @pytest.mark.parametrize("place", [1, -1, True, "0", None])
    def test_that_are_not_in_the_list_are_an_error(self, place: Any) -> None:
        with pytest.raises(Corrupt, match=r"Renamed\.person"):
            decode(Renamed, {"participant_id": "u", "person": place}, ANN)


class TestNewerData:
    @pytest.mark.parametrize(
        ("plain", "named"),
        [
            ({"required": 1, "added": 2}, "added of Everything"),
            ({"required": 1, "leaf": {"name": "x", "added": 2}}, "added of Leaf"),
            ({"required": 1, "event": {"$": "Thrown"}}, "type Thrown"),
            ({"required": 1, "event": {"$": "Raised.2", "participant_id": "u"}}, r"type Raised\.2"),
            ({"required": 1, "leaf": {"$": "Leaf.2", "name": "x"}}, r"type Leaf\.2"),
            ({"$": "Everything.9", "required": 1}, r"type Everything\.9"),
            ({"required": 1, "colour": "blue"}, "member of Colour"),
            ({"required": 1, "choice": "b"}, "literal"),
            ({"required": 1, "options": {"added": 1}}, r"Options\.added"),
            ({"required": 1, "options": {"colour": "blue"}}, r"Options\.colour"),
        ],
    )
    def test_is_refused_and_named(self, plain: Any, named: str) -> None:
        with pytest.raises(NewerData, match=named):
            decode(Everything, plain)

    def test_in_the_middle_of_a_record_refuses_all_of_it(self) -> None:
        events = [{"$": "Raised", "participant_id": "u"}, {"$": "Thrown"}, {"$": "Cleared"}]
        with pytest.raises(NewerData):
            decode(Step, {"at": 1, "events": events})


class TestMisfits:
    @pytest.mark.parametrize(
        ("plain", "where"),
        [
            ({"required": "1"}, r"Everything\.required"),
            ({"required": True}, r"Everything\.required"),
            ({"required": None}, r"Everything\.required"),
            ({"required": 1, "flag": 1}, r"Everything\.flag"),
            ({"required": 1, "text": b"x"}, r"Everything\.text"),
            ({"required": 1, "nothing": 0}, r"Everything\.nothing"),
            ({"required": 1, "colour": []}, r"Everything\.colour"),
            ({"required": 1, "many": [1, "2"]}, r"Everything\.many"),
            ({"required": 1, "many": {}}, r"Everything\.many"),
            ({"required": 1, "pair": [1]}, r"Everything\.pair"),
            ({"required": 1, "pair": 1}, r"Everything\.pair"),
            ({"required": 1, "table": ["a"]}, r"Everything\.table"),
            ({"required": 1, "by_number": ["a", {"name": "x"}]}, r"Everything\.by_number"),
            ({"required": 1, "leaf": []}, r"Everything\.leaf"),
            ({"required": 1, "leaf": {"name": 1}}, r"Leaf\.name"),
            ({"required": 1, "event": {"participant_id": "u"}}, r"Everything\.event"),
            ({"required": 1, "event": {"$": 1}}, r"Everything\.event"),
            ({"required": 1, "options": {"size": "3"}}, r"Everything\.options"),
            ({"required": 1, "leaf": {}}, "No Leaf can be made.*lacks name"),
            ({}, "No Everything can be made.*lacks required"),
        ],
    )
    def test_are_corrupt_and_the_field_is_named(self, plain: Any, where: str) -> None:
        with pytest.raises(Corrupt, match=where):
            decode(Everything, plain)

    @pytest.mark.parametrize(
        "body", [b"", b"\xc1", b"\x81", b"\x90", b"\x81\xa2at", b"\x81\xa2\xff\xff\x00", b"\x01"]
    )
    def test_of_msgpack_itself_are_corrupt(self, body: bytes) -> None:
        with pytest.raises(Corrupt):
            Codec(Step).decode(body, ())

    def test_with_something_after_the_end_are_corrupt(self) -> None:
        encoded = Codec(Step).encode(Step(at=1))
        with pytest.raises(Corrupt, match="after its end"):
            Codec(Step).decode(encoded.body + b"\x00", ())

    def test_never_quote_what_was_stored(self) -> None:
        with pytest.raises(Corrupt) as caught:
            decode(Everything, {"required": "a secret"})
        assert "secret" not in str(caught.value)

    def test_of_a_constructor_that_refuses_are_corrupt(self) -> None:
        with pytest.raises(Corrupt, match="No Picky can be made"):
            decode(Picky, {"value": -1})


@dataclass(frozen=True, slots=True)
class Picky:
    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError


@dataclass(frozen=True, slots=True)
class Derived:
    value: int = 0
    double: int = field(init=False, default=0)


class TestUnsupported:
    @pytest.mark.parametrize(
        "kind",
        [
            object,
            complex,
            list[int],
            Any,
            int | str,
            Person | Single,
            Leaf | int,
            "Leaf",
            type[int],
            Derived,
            tuple[object, ...],
        ],
        ids=str,
    )
    def test_types_are_refused_when_the_codec_is_made(self, kind: Any) -> None:
        with pytest.raises(TypeError):
            Codec(kind)

    def test_values_that_are_no_member_of_the_union_are_refused(self) -> None:
        step = dataclasses.replace(Step(at=0), events=(Single(),))  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Single is not in the union"):
            Codec(Step).encode(step)

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
    def test_halves_of_surrogate_pairs_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="surrogate"):
            Codec(Leaf).encode(Leaf(name=text))

    def test_integers_beyond_64_bits_are_refused(self) -> None:
        with pytest.raises(OverflowError):
            Codec(Single).encode(Single(2**64))


def test_a_union_alone_can_be_stored() -> None:
    codec: Codec[Any] = Codec(Happening)  # type: ignore[arg-type]
    value = Renamed(participant_id=ParticipantId("u"), person=ANN)
    assert codec.decode(codec.encode(value).body, [ANN]) == value


def test_a_model_alone_can_be_stored() -> None:
    value = Options(size=8)
    assert Codec(Options).decode(Codec(Options).encode(value).body, ()) == value


def test_the_core_uses_the_table_of_upcasts() -> None:
    assert all(name and version >= 1 for name, version in UPCASTS)
