"""The settings of an entry, as they are stored, shown and edited."""

from typing import Annotated, Literal

from pydantic import Field

from protocol.model import Wire
from protocol.roles import DevicePolicy, StageMode, ViewerList

Seconds = Annotated[int, Field(ge=0, le=86_400)]


class EntrySettings(Wire):
    """How the doors and the room of one entry behave. Every field has a safe default.

    Args:
        stage_mode: stage access at the start of a session.
        stage_capacity: how many may be on stage at once.
        viewer_list: whether viewers see the names of viewers.
        names_up_to: with `viewer_list` *auto*, up to how many people names are shown.
        moderators_may_invite: moderators may invite, never above their own role.
        approve_guests: guests of every link knock and wait to be admitted.
        code_on_first_use: an invitation asks for a mailed code at first use (mailbox proof).
        device_policy: what happens when an invitation arrives on a second device.
        guests_may_rename: participants may change their own displayed name.
        lead_s: how long before its start a scheduled session opens by itself.
        opens_by_itself: a scheduled session opens without a host.
        host_absent_s: how long a session goes on with no host or moderator.
        grace_s: how long a lost participant stays listed as *reconnecting*.
        seat_s: how long a seat is held for somebody admitted and not yet connected.
        capacity: how many people may be in the session; `reserved_seats` of them only for
            hosts, moderators and invitees.
        invitation_grace_s: how long after the session's end an invitation is still valid.
        consent: text that guests have to agree to before they come in; empty: none.
        names_kept_days: how long after a session, or after their last visit where there are no
            sessions, the names and e-mails of guests are kept; 0: until they are erased by hand.
    """

    stage_mode: StageMode = StageMode.BY_REQUEST
    stage_capacity: Annotated[int, Field(ge=1, le=1000)] = 25
    viewer_list: ViewerList = ViewerList.AUTO
    names_up_to: Annotated[int, Field(ge=0, le=100_000)] = 100
    moderators_may_invite: bool = True
    approve_guests: bool = False
    code_on_first_use: bool = False
    device_policy: DevicePolicy = DevicePolicy.ASK
    guests_may_rename: bool = True
    lead_s: Seconds = 0
    opens_by_itself: bool = False
    host_absent_s: Annotated[int, Field(ge=10, le=86_400)] = 900
    grace_s: Annotated[int, Field(ge=1, le=600)] = 30
    seat_s: Annotated[int, Field(ge=5, le=600)] = 60
    capacity: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    reserved_seats: Annotated[int, Field(ge=0, le=10_000)] = 20
    invitation_grace_s: Annotated[int, Field(ge=0, le=31_536_000)] = 86_400
    consent: Annotated[str, Field(max_length=2000)] = ""
    names_kept_days: Annotated[int, Field(ge=0, le=3_650)] = 365


SettingName = Literal[
    "stage_mode", "stage_capacity", "viewer_list", "names_up_to", "moderators_may_invite",
    "approve_guests", "code_on_first_use", "device_policy", "guests_may_rename", "lead_s",
    "opens_by_itself", "host_absent_s", "grace_s", "seat_s", "capacity", "reserved_seats",
    "invitation_grace_s", "consent", "names_kept_days",
]  # fmt: skip
"""Test-enforced to be exactly the fields of `EntrySettings`."""
