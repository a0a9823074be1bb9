"""HTTP bodies for learning platforms: registering them, and the way in from a course (LTI 1.3)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.ids import Checked, RoomId
from protocol.model import Wire
from protocol.roles import Role
from protocol.text import BrowserKey, Millis, Name

LongToken = Annotated[str, StringConstraints(min_length=1, max_length=8192)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=1000)]
Text255 = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class PlatformForm(Wire):
    """A learning platform, as its administrator knows it.

    The same issuer and client id again change what is registered.

    Args:
        issuer: the platform's name for itself (Moodle: *Platform ID*).
        client_id: its name for us.
        deployments: ids of the places in it where the tool is installed; others are refused.
        authorize_url: where a launch is asked for (*Authentication request URL*).
        token_url: where access tokens are (*Access token URL*).
        keys_url: where its public keys are (*Public keyset URL*).
        audience: to whom requests for access tokens are addressed, where it is not `token_url`.
        roles: changes to the table of roles: a role of the platform, and what it is here: `host`,
            `moderator`, `viewer`, or null to have it count for nothing.
        trusts_email: its e-mail addresses are believed, so that invitations to them open.
        sends_grades: attendance goes to the platform as a grade.
        return_origins: further origins to which chosen rooms may be sent (Deep Linking).
    """

    name: Annotated[str, StringConstraints(max_length=120)] = ""
    issuer: Address
    client_id: Text255
    deployments: Annotated[tuple[Text255, ...], Field(max_length=500)] = ()
    authorize_url: Address
    token_url: Address
    keys_url: Address
    audience: Annotated[str, StringConstraints(max_length=1000)] = ""
    roles: Annotated[dict[Text255, Role | None], Field(max_length=100)] = Field(
        default_factory=dict
    )
    trusts_email: bool = False
    sends_grades: bool = False
    return_origins: Annotated[tuple[Address, ...], Field(max_length=20)] = ()


class PlatformView(PlatformForm):
    """A registered platform.

    Args:
        roles: the whole table as it is in force.
    """

    platform_id: str
    added_at: Millis


class ToolView(Wire):
    """What a platform's administrator has to type in about us."""

    login_url: str
    launch_url: str
    keys_url: str
    deep_linking_url: str


class ToolKeyView(Wire):
    """One of our public keys.

    Args:
        until: when it is taken out of the list of keys; null for the one that signs.
    """

    key_id: str
    made_at: Millis
    until: Millis | None = None


class PlatformList(Wire):
    """The registered platforms, the oldest first."""

    platforms: tuple[PlatformView, ...]


class ToolKeyList(Wire):
    """Our public keys, the one that signs first."""

    keys: tuple[ToolKeyView, ...]


class RegistrationForm(Wire):
    """Let one platform register itself; see `PlatformForm` for what is decided beforehand."""

    trusts_email: bool = False
    sends_grades: bool = False


class LtiRegistered(Wire):
    """A platform was registered."""

    name: str


class RegistrationUrl(Wire):
    """An address with which one platform registers itself (dynamic registration)."""

    url: str
    expires_at: Millis


class RegisterPlatform(Wire):
    """A person says yes to registering the platform that has sent them."""

    registration: LongToken


class LtiLogin(Wire):
    """A browser goes on with a launch.

    Args:
        login: what the platform began, out of the fragment.
        key: fresh; the browser keeps it, and shows it when the platform has sent it back.
    """

    login: LongToken
    key: BrowserKey


class LtiLoginReply(Wire):
    """Where the browser goes now.

    Args:
        url: of the platform.
        state: names the key in the browser's storage, or the platform's.
        storage: the frame of the platform that keeps things for us; empty for none.
        origin: of that frame.
    """

    url: str
    state: str
    storage: str = ""
    origin: str = ""


class LtiEnter(Wire):
    """A launch that was found good, and the key of the browser in which it began."""

    launch: LongToken
    key: BrowserKey


class CourseRoom(Wire):
    """A room of a course."""

    entry_id: RoomId
    name: str


class LtiEntered(Wire):
    """What follows from a launch.

    Args:
        token: a host token, to go into the room with, together with the same key; null where a
            room is to be chosen.
        entry_id: of the room.
        course: its title.
        rooms: that may be chosen.
        suggested_name: for a new one.
    """

    token: str | None = None
    entry_id: RoomId | None = None
    course: str = ""
    rooms: tuple[CourseRoom, ...] = ()
    suggested_name: str = ""


class LtiChoose(Wire):
    """Choose a room for the course, or have one made. Exactly one of both is given."""

    launch: LongToken
    key: BrowserKey
    entry_id: Checked[RoomId] | None = None
    name: Name | None = None


class LtiChosen(Wire):
    """What the browser posts to the platform, in a form with one field, `JWT`."""

    return_url: str
    jwt: str
