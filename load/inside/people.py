"""People who come in as the rules have it, without a form over HTTP and without a socket."""

from protocol.ids import ConnectionId, DeviceId, NodeId, ParticipantId, RoomId
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER, Actor, VisitorActor
from server.core.decide import Env, Step, step
from server.core.orders import Order
from server.core.record import Record
from server.core.state import GuestLink, Participant, RoomState

NODE = NodeId("n_load")


class Arrivals:
    """Lets guests in one after another, each by the decisions of a real redemption.

    Args:
        room, link: where, and by which link.
        now: ms UTC of all that happens.
        person_key: derives ids of persons from e-mail addresses.
    """

    def __init__(self, room: RoomId, link: GuestLink, now: int, person_key: bytes) -> None:
        """Let nobody in yet."""
        self._room = room
        self._link = link
        self._now = now
        self._person_key = person_key
        self._seeds = 0

    def come(self, state: RoomState, number: int) -> tuple[Step, Step]:
        """Let one in: the form, and then an open connection.

        Raises:
            RuntimeError: the rules do not let them in.
        """
        device = DeviceId(f"d_load{number}")
        form = o.RedeemGuestLink(
            link_id=self._link.id,
            generation=self._link.generation,
            name=f"Person {number:07d}",
            email=f"person{number}@example.org",
        )
        redeemed = self._step(state, form, VisitorActor(device_id=device))
        opening = o.OpenConnection(
            session_id=redeemed.result["session_id"],
            participant_id=ParticipantId(redeemed.result["participant_id"]),
            connection_id=ConnectionId(f"c_load{number}"),
            node_id=NODE,
            device_id=device,
        )
        return redeemed, self._step(redeemed.state, opening, SERVER)

    def _step(self, state: RoomState, wish: Order, actor: Actor) -> Step:
        self._seeds += 1
        env = Env(
            room=self._room,
            now=self._now,
            seed=self._seeds.to_bytes(16, "big"),
            person_key=self._person_key,
        )
        done = step(state, wish, actor, env)
        if done.record is None:
            raise RuntimeError(f"{type(wish).__name__} came to nothing: {done.rejected}")
        return done


def record_of(step_: Step) -> Record:
    """Get what a step appends.

    Raises:
        ValueError: nothing.
    """
    if step_.record is None:
        raise ValueError("nothing happened")
    return step_.record


def lost(participant: Participant, now: int, until: int) -> Record:
    """Have a participant's line drop, with a grace until a moment of our choice.

    They are shown and counted as before; but no node has to hold a socket for them, so that a
    server which opens the room finds nobody to give up.
    """
    [connection] = participant.connections
    closed = e.ConnectionClosed(
        participant_id=participant.id, connection_id=connection.id, expires_at=until
    )
    return Record(at=now, events=(closed,))
