"""Parts of a view are made anew only where something has changed, and are right all the same."""

from dataclasses import replace

from hypothesis import given, settings

from protocol import commands as c
from protocol.roles import Group
from protocol.views import Row, View, Window
from server.core.audience import Audience
from server.core.diff import diff
from server.core.project import project
from server.core.roster import Roster
from server.core.rows import Rows
from server.core.state import RoomState
from tests.core.given import NOON, Story
from tests.core.rooms import AUDIENCES, WINDOWS, pairs
from tests.core.seen import EVERYTHING, parts

ALL = Audience.STAFF | Audience.INVITERS
NO_LEDGER = Window(groups={one: EVERYTHING.groups[one] for one in Group if one != Group.INVITED})


def see(story: Story, rows: Rows, audience: Audience = ALL, window: Window = EVERYTHING) -> View:
    return project(story.state, story.roster, audience, window, story.now, None, rows)


def by_id(view: View) -> dict[str, Row]:
    return {one.id: one for group in view.groups.values() for one in group.rows}


@settings(max_examples=150, deadline=None)
@given(states=pairs(), audience=AUDIENCES, window=WINDOWS)
def test_parts_that_were_made_before_are_those_that_would_be_made(
    states: tuple[RoomState, RoomState], audience: Audience, window: Window
) -> None:
    rows = Rows()
    for state in (*states, states[0]):
        roster = Roster(state)
        found = roster.search(window.search, with_email=False) if window.search.strip() else None
        kept = project(state, roster, audience, window, NOON, found, rows)
        assert kept == project(state, roster, audience, window, NOON, found)


@settings(max_examples=100, deadline=None)
@given(states=pairs(), audience=AUDIENCES, window=WINDOWS)
def test_every_part_has_all_its_fields_in_their_order(
    states: tuple[RoomState, RoomState], audience: Audience, window: Window
) -> None:
    old, new = (project(state, Roster(state), audience, window, NOON) for state in states)
    for part in (*parts(old), *parts(diff(old, new))):
        assert list(part.__dict__) == list(type(part).model_fields)


def test_only_the_row_of_somebody_who_has_changed_is_made_anew() -> None:
    story = Story()
    ada, ben = (story.came(name, story.open_link) for name in ("Ada", "Ben"))
    rows = Rows()
    were = by_id(see(story, rows))
    story.given(ada, c.Rename(name="Adele"))
    are = by_id(see(story, rows))
    assert are[ben.id] is were[ben.id]
    assert are[ada.id].name == "Adele"


def test_groups_and_counts_that_nobody_has_touched_are_the_same_objects() -> None:
    story = Story()
    ada = story.came("Ada", story.open_link)
    rows = Rows()
    before = see(story, rows)
    story.given(ada, c.Rename(name="Adele"))
    after = see(story, rows)
    assert after.session is before.session
    assert after.counts is before.counts
    assert after.groups[Group.ON_STAGE] is before.groups[Group.ON_STAGE]
    assert after.groups[Group.VIEWERS] is not before.groups[Group.VIEWERS]


def test_a_view_in_which_nothing_has_changed_is_the_one_before() -> None:
    story = Story()
    story.came("Ada", story.open_link)
    rows = Rows()
    before = see(story, rows, window=NO_LEDGER)
    story.state = replace(story.state, used_at=story.now + 1)
    assert see(story, rows, window=NO_LEDGER) is before


def test_a_link_with_a_new_name_changes_the_rows_of_those_who_came_by_it() -> None:
    story = Story()
    ada = story.came("Ada", story.open_link)
    rows, of_the_room = Rows(), Rows()
    were = by_id(see(story, rows))
    was = see(story, of_the_room, Audience.ROOM, NO_LEDGER)
    links = story.state.links
    renamed = replace(links[story.open_link], name="Evening class")
    story.state = replace(story.state, links=links.set(story.open_link, renamed))
    assert by_id(see(story, rows))[ada.id].link_name == "Evening class"
    assert were[ada.id].link_name != "Evening class"
    assert see(story, of_the_room, Audience.ROOM, NO_LEDGER) is was
