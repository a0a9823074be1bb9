"""What waits for one connection."""

from protocol.codec import MSGPACK
from protocol.errors import REFUSALS, ErrorCode
from protocol.ids import CommandId, ConnectionId, DeviceId, ParticipantId
from protocol.messages import Reply
from server.hub.watcher import Watcher


def test_whose_answers_pile_up_is_closed() -> None:
    watcher = Watcher(
        participant_id=ParticipantId("p_1"),
        connection_id=ConnectionId("c_1"),
        device_id=DeviceId("d_1"),
        codec=MSGPACK,
        outbox_limit=2,
    )
    for number in range(2):
        watcher.reply(Reply(id=CommandId(f"{number}"), is_done=True, version=number))
    assert watcher.close_code is None

    watcher.reply(Reply(id=CommandId("2"), is_done=True, version=2))
    assert watcher.close_code == REFUSALS[ErrorCode.TOO_SLOW].close
