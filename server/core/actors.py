"""Who issues a command. An actor comes from a connection, a cookie or a key, never a message."""

from dataclasses import dataclass

from protocol.ids import AccountId, ConnectionId, DeviceId, ParticipantId
from server.core.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActor:
    """Somebody signed in, acting on a page outside the room."""

    account_id: AccountId
    person: Person

    @property
    def key(self) -> str:
        """Names the actor among those of the room."""
        return f"account:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantActor:
    """Somebody in the session, acting through a connection."""

    participant_id: ParticipantId
    connection_id: ConnectionId

    @property
    def key(self) -> str:
        """Names the actor among those of the room."""
        return f"participant:{self.participant_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorActor:
    """Somebody at a door: a device, and the account of its cookie if there is one."""

    device_id: DeviceId
    account_id: AccountId | None = None
    person: Person | None = None

    @property
    def key(self) -> str:
        """Names the actor among those of the room."""
        return f"device:{self.device_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformActor:
    """A learning platform's backend with an API key; stands above everybody in the entry."""

    key_id: str

    @property
    def key(self) -> str:
        """Names the actor among those of the room."""
        return f"platform:{self.key_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerActor:
    """The server itself: clocks, presence, mail."""

    @property
    def key(self) -> str:
        """Empty: the server's own steps are never retried by a client."""
        return ""


Actor = AccountActor | ParticipantActor | VisitorActor | PlatformActor | ServerActor

SERVER = ServerActor()
