"""What we sign for ourselves on the way through a launch: nothing of it is kept meanwhile.

A launch is begun by the platform, goes through the browser to the platform and comes back. It
has to end in the browser in which it began, or somebody could have another enter as them. No
cookie can hold that together: in a frame of another site browsers drop it. So the browser
makes a key, keeps it in the storage of its tab (or in the platform's), and shows it at the end;
the state that the platform carries holds a hash of it.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from server.edge.tickets import read_claims, sign_claims

LOGIN = "usher:lti-login"
STATE = "usher:lti-state"
REGISTRATION = "usher:lti-registration"
LOGIN_S = 600
STATE_S = 600
"""A platform may ask the person to sign in first."""
REGISTRATION_S = 24 * 3600

Hint = Annotated[str, StringConstraints(max_length=2_500)]
Storage = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,100}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A platform has begun a launch.

    Args:
        hint, message_hint: the platform's own; they go back to it as they came.
        storage: the name of the frame in which the platform keeps things for tools; `_parent`
            for itself; empty where it keeps nothing.
    """

    platform_id: str
    hint: Hint
    message_hint: Hint | None = None
    storage: Storage = ""
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A browser is on its way to the platform and back.

    Args:
        nonce: has to be in what the platform signs.
        key_hash: of the browser's key.
        jti: names the state, which works once.
    """

    platform_id: str
    nonce: str
    key_hash: str
    storage: Storage = ""
    jti: str
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A platform wants to register itself.

    Args:
        url: of the platform's description of itself; empty until it says.
        token: the platform's leave to register, for it alone.
        trusts_email, sends_grades: as in `PlatformForm`, decided by the operator.
        jti: names the operator's yes, which works once.
    """

    url: Annotated[str, StringConstraints(max_length=1_000)] = ""
    token: Annotated[str, StringConstraints(max_length=3_000)] = ""
    trusts_email: bool = False
    sends_grades: bool = False
    jti: str
    exp: int


_LOGIN = TypeAdapter(Login)
_STATE = TypeAdapter(State)
_REGISTRATION = TypeAdapter(Registration)


class Passes:
    """Signs and reads them.

    Args:
        keys: the first signs, all verify.
    """

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """Keep the keys."""
        self._keys = keys

    def sign_login(self, login: Login) -> str:
        """Make the text of a login."""
        return sign_claims(self._keys, LOGIN, _LOGIN.dump_python(login, exclude_none=True))

    def login(self, text: str, now: int) -> Login | None:
        """Read a login; None for what is not a good one at `now` (ms UTC)."""
        found = read_claims(self._keys, LOGIN, text, _LOGIN)
        return found if found is not None and now < found.exp * 1000 else None

    def sign_state(self, state: State) -> str:
        """Make the text of a state."""
        return sign_claims(self._keys, STATE, _STATE.dump_python(state))

    def state(self, text: str, now: int) -> State | None:
        """Read a state; None for what is not a good one at `now` (ms UTC)."""
        found = read_claims(self._keys, STATE, text, _STATE)
        return found if found is not None and now < found.exp * 1000 else None

    def sign_registration(self, registration: Registration) -> str:
        """Make the text of a registration."""
        claims = _REGISTRATION.dump_python(registration)
        return sign_claims(self._keys, REGISTRATION, claims)

    def registration(self, text: str, now: int) -> Registration | None:
        """Read a registration; None for what is not a good one at `now` (ms UTC)."""
        found = read_claims(self._keys, REGISTRATION, text, _REGISTRATION)
        return found if found is not None and now < found.exp * 1000 else None
