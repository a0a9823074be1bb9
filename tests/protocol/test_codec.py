"""Every message survives both codecs; nothing else gets in."""

import json
from typing import Any, get_args

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from protocol.codec import JSON, MSGPACK, Codec, decode_body
from protocol.commands import Command, EditEntry, Invite, Invitee
from protocol.errors import ErrorCode
from protocol.http import LinkToken
from protocol.messages import (
    ClientMessage,
    Delta,
    Do,
    Hello,
    Ping,
    Position,
    ServerMessage,
    Snapshot,
    Watch,
)
from protocol.plain import CLIENT_LIMITS, SERVER_LIMITS, Fault, Malformed
from protocol.roles import Group, InvitationType
from protocol.views import GroupView, Window
from tests.protocol.samples import a_do, a_row, a_view
from tests.protocol.strategies import all_shapes, one_of_union, shaped

both = pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])

CLIENT_MESSAGES = one_of_union(ClientMessage)
SERVER_MESSAGES = one_of_union(ServerMessage)


def written(codec: Codec, plain: object) -> bytes | str:
    """Plain data as a client in another language would send it."""
    return json.dumps(plain) if codec.is_text else msgpack.packb(plain)


def fault_of(codec: Codec, frame: bytes | str) -> Fault:
    with pytest.raises(Malformed) as caught:
        codec.decode_client(frame)
    return caught.value.fault


# --- what is ours survives -----------------------------------------------------------------


@both
@given(message=CLIENT_MESSAGES)
def test_what_a_client_says_is_heard_as_it_was_said(codec: Codec, message: ClientMessage) -> None:
    assert codec.decode_client(codec.frame(message)) == message


@both
@given(message=SERVER_MESSAGES)
def test_what_the_server_says_is_heard_as_it_was_said(codec: Codec, message: Any) -> None:
    assert codec.decode_server(codec.frame(message)) == message


@pytest.mark.parametrize("shape", all_shapes(), ids=lambda shape: shape.__name__)
@settings(max_examples=25)  # Of each of two hundred shapes.
@given(data=st.data())
def test_every_shape_of_the_contract_survives_as_a_body(shape: Any, data: st.DataObject) -> None:
    value = data.draw(shaped(shape))
    body = JSON.encode(value)
    assert decode_body(body, TypeAdapter(shape), SERVER_LIMITS) == value


@both
def test_fields_that_are_null_are_left_out_and_other_defaults_are_not(codec: Codec) -> None:
    row = a_row()
    data = codec.encode(row)
    plain = json.loads(data) if codec.is_text else msgpack.unpackb(data)
    assert "email" not in plain
    assert plain["devices"] == 1


@both
def test_a_null_stated_in_a_command_says_to_clear_and_is_kept(codec: Codec) -> None:
    message = a_do(EditEntry(starts_at=None))
    heard = codec.decode_client(codec.frame(message))
    assert isinstance(heard, Do)
    assert heard.command.model_fields_set == {"type", "starts_at"}


@both
def test_an_invitation_without_a_limit_of_uses_is_not_one_of_a_single_use(codec: Codec) -> None:
    command = Invite(
        invitees=(Invitee(email="a@b.c"),), invitation_type=InvitationType.VIEWER, uses=None
    )
    heard = codec.decode_client(codec.frame(a_do(command)))
    assert isinstance(heard, Do)
    assert heard.command == command
    assert b"uses" in codec.encode(command)


def test_only_in_commands_does_a_null_differ_from_a_field_left_out() -> None:
    commands = get_args(get_args(Command)[0])
    for shape in set(all_shapes()) - set(commands):
        for field in shape.model_fields.values():
            may_be_null = type(None) in get_args(field.annotation)
            assert not may_be_null or field.is_required() or field.default is None


@both
def test_a_null_in_an_update_clears_the_field_and_is_kept(codec: Codec) -> None:
    plain = {
        "type": "delta",
        "base": 1,
        "position": {"epoch": "e", "version": 2},
        "delta": {
            "groups": {
                "viewers": {
                    "first": 0,
                    "ops": [{"op": "update", "at": 0, "fields": {"hand_raised_at": None}}],
                }
            }
        },
    }
    heard = codec.decode_server(written(codec, plain))
    assert isinstance(heard, Delta)
    assert codec.decode_server(codec.frame(heard)) == heard
    assert "hand_raised_at" in codec.encode(heard).decode("latin-1")


@both
def test_a_full_snapshot_is_far_below_the_limit_of_a_frame(codec: Codec) -> None:
    rows = tuple(
        a_row(f"p{n}", "Ada Lovelace " * 9, email=f"ada.lovelace.{n}@example.org")
        for n in range(200)
    )
    view = a_view().model_copy(update={"groups": {g: GroupView(rows=rows) for g in Group}})
    snapshot = Snapshot(position=Position(epoch="e", version=1), view=view)
    assert len(codec.encode(snapshot)) < SERVER_LIMITS.max_frame_bytes / 8
    assert codec.decode_server(codec.frame(snapshot)) == snapshot


@both
def test_a_field_from_a_newer_server_is_left_out(codec: Codec) -> None:
    view = a_view(a_row()).model_dump(mode="json")
    view["groups"]["viewers"]["rows"][0]["shoe_size"] = 38
    plain = {"type": "snapshot", "position": {"epoch": "e", "version": 1, "x": 1}, "view": view}
    heard = codec.decode_server(written(codec, plain | {"weather": "fine"}))
    assert isinstance(heard, Snapshot)
    assert heard.view == a_view(a_row())


def test_a_codec_is_chosen_by_subprotocol() -> None:
    assert Codec.named("usher.v1.msgpack") is MSGPACK
    assert Codec.named("usher.v1.json") is JSON
    with pytest.raises(KeyError):
        Codec.named("usher.v2.json")


# --- nothing else gets in, and nothing but Malformed gets out -------------------------------


def is_refused_or_read(codec: Codec, frame: bytes | str) -> None:
    try:
        codec.decode_client(frame)
    except Malformed as refusal:
        assert refusal.code in (ErrorCode.BAD_REQUEST, ErrorCode.TOO_LARGE)  # noqa: PT017


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(frame: bytes) -> None:
    is_refused_or_read(MSGPACK, frame)
    is_refused_or_read(JSON, frame)
    is_refused_or_read(JSON, frame.decode("utf-8", "replace"))
    is_refused_or_read(JSON, frame.decode("utf-8", "surrogateescape"))


@both
@given(data=st.data())
def test_a_valid_frame_with_bytes_changed_is_refused_or_read(
    codec: Codec, data: st.DataObject
) -> None:
    frame = bytearray(codec.encode(data.draw(CLIENT_MESSAGES)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place] = data.draw(st.integers(0, 255))
    is_refused_or_read(codec, frame.decode("utf-8", "replace") if codec.is_text else bytes(frame))


@both
@given(data=st.data())
def test_a_frame_cut_short_is_refused(codec: Codec, data: st.DataObject) -> None:
    frame = codec.frame(data.draw(CLIENT_MESSAGES))
    cut = data.draw(st.integers(0, len(frame) - 1))
    assert fault_of(codec, frame[:cut]) is Fault.SYNTAX


@both
def test_something_after_the_end_is_refused(codec: Codec) -> None:
    frame = codec.encode(Hello(wire_version=1)) * 2
    assert fault_of(codec, frame.decode() if codec.is_text else frame) is Fault.SYNTAX


def test_a_frame_of_the_wrong_kind_is_refused() -> None:
    assert fault_of(MSGPACK, "text") is Fault.NOT_BINARY
    assert fault_of(JSON, b"{}") is Fault.NOT_TEXT


@both
def test_a_frame_larger_than_allowed_is_too_large(codec: Codec) -> None:
    frame = written(codec, "x" * CLIENT_LIMITS.max_frame_bytes)
    with pytest.raises(Malformed) as caught:
        codec.decode_client(frame)
    assert caught.value.code is ErrorCode.TOO_LARGE


def test_the_size_of_a_text_frame_is_counted_in_bytes() -> None:
    frame = '"' + "é" * (CLIENT_LIMITS.max_frame_bytes // 2) + '"'
    assert len(frame) < CLIENT_LIMITS.max_frame_bytes
    assert fault_of(JSON, frame) is Fault.TOO_LARGE


# --- what was not understood ---------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("plain", "where"),
    [
        ({"type": "hello"}, "wire_version"),
        ({"type": "hello", "wire_version": 1.0}, "wire_version"),
        ({"type": "hello", "wire_version": "1"}, "wire_version"),
        ({"type": "hello", "wire_version": True}, "wire_version"),
        ({"type": "bogus"}, "type"),
        ({}, "type"),
        ([], None),
        ({"type": "do", "id": "c", "command": {"type": "bogus"}}, "command.type"),
        ({"type": "do", "id": "c", "command": {"type": "rename", "name": ""}}, "command.name"),
        ({"type": "do", "id": "{c}", "command": {"type": "leave"}}, "id"),
        (
            {"type": "do", "id": "c", "command": {"type": "admit", "participant_ids": ["ok", " "]}},
            "command.participant_ids.1",
        ),
        (
            {
                "type": "do",
                "id": "c",
                "command": {"type": "revoke_invitation", "invitation_id": "i", "remove": 1},
            },
            "command.remove",
        ),
        (
            {"type": "watch", "window": {"groups": {"viewers": {"first": -1}}}},
            "window.groups.viewers.first",
        ),
        ({"type": "watch", "window": {"groups": {"bogus": {}}}}, "window.groups"),
    ],
)
def test_the_path_of_the_first_fault_is_named(codec: Codec, plain: Any, where: str | None) -> None:
    with pytest.raises(Malformed) as caught:
        codec.decode_client(written(codec, plain))
    assert caught.value.where == where


@both
@given(name=st.text(st.characters(codec="utf-8"), max_size=30).map("#made up {}".format))
def test_nothing_that_was_received_is_repeated(codec: Codec, name: str) -> None:
    frames = [
        {"type": "hello", "wire_version": 1, name: name},
        {"type": name},
        {"type": "watch", "window": {"groups": {name: {}}}},
        {"type": "do", "id": name, "command": {"type": name}},
    ]
    for plain in frames:
        with pytest.raises(Malformed) as caught:
            codec.decode_client(written(codec, plain))
        refusal = caught.value
        assert name not in str(refusal)
        assert name not in repr(refusal)
        assert refusal.__cause__ is None
        assert refusal.__context__ is None


@both
def test_a_message_with_thousands_of_faults_is_refused_without_listing_them(codec: Codec) -> None:
    command = {"type": "admit", "participant_ids": [" "] * 500}
    with pytest.raises(Malformed) as caught:
        codec.decode_client(written(codec, {"type": "do", "id": "c", "command": command}))
    assert caught.value.where is None


@both
def test_an_actor_cannot_be_put_into_a_command(codec: Codec) -> None:
    command = {"type": "raise_hand", "actor": "p_host", "participant_id": "p_host"}
    assert (
        fault_of(codec, written(codec, {"type": "do", "id": "c", "command": command}))
        is Fault.SHAPE
    )


@both
def test_what_only_the_server_says_is_not_taken_from_a_client(codec: Codec) -> None:
    assert fault_of(codec, codec.frame(Ping())) is Fault.SHAPE


@both
def test_a_window_may_be_written_in_full(codec: Codec) -> None:
    assert codec.decode_client(codec.frame(Watch(window=Window()))) == Watch(window=Window())


def test_an_http_body_is_read_under_the_same_rules() -> None:
    shape = TypeAdapter(LinkToken)
    assert decode_body(b'{"token":"t"}', shape, CLIENT_LIMITS) == LinkToken(token="t")
    with pytest.raises(Malformed) as caught:
        decode_body(b'{"token":"t","token":"u"}', shape, CLIENT_LIMITS)
    assert caught.value.fault is Fault.DUPLICATE_KEY
