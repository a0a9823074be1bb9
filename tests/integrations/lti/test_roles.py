import pytest

from protocol.roles import Role
from server.integrations.lti.roles import DEFAULT_ROLES, role_of, table_of

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"


@pytest.mark.parametrize(
    ("claimed", "role"),
    [
        ([f"{MEMBERSHIP}#Instructor"], Role.HOST),
        ([f"{MEMBERSHIP}#Learner"], Role.VIEWER),
        ([f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Instructor"], Role.HOST),
        (
            [f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}/Instructor#TeachingAssistant"],
            Role.MODERATOR,
        ),
        ([f"{MEMBERSHIP}/Instructor#GuestInstructor", f"{MEMBERSHIP}#Instructor"], Role.HOST),
        ([f"{MEMBERSHIP}/Learner#Instructor"], Role.VIEWER),
        ([f"{MEMBERSHIP}/Learner#TeachingAssistant"], Role.VIEWER),
        ([f"{MEMBERSHIP}/Nothing#TeachingAssistant"], Role.VIEWER),
        ([f"{MEMBERSHIP}/Instructor#Administrator"], Role.HOST),
        (["Instructor"], Role.HOST),
        (["http://elsewhere.example/membership#Instructor"], Role.VIEWER),
        ([f"{MEMBERSHIP}#Instructor#"], Role.VIEWER),
        ([SYSTEM], Role.VIEWER),
        ([], Role.VIEWER),
    ],
)
def test_what_people_are_in_the_course_says_what_they_are_here(
    claimed: list[str], role: Role
) -> None:
    assert role_of(claimed, DEFAULT_ROLES) is role


def test_a_table_names_roles_of_the_institution_and_whole_addresses_too() -> None:
    own = "https://school.example/roles/Tutor"
    table = table_of({"system:Administrator": Role.HOST, own: Role.MODERATOR, "Learner": None})

    assert role_of([SYSTEM], table) is Role.HOST
    assert role_of([own], table) is Role.MODERATOR
    assert "Learner" not in table


def test_a_role_below_another_never_gives_more_than_that_one() -> None:
    table = table_of({"Instructor": Role.MODERATOR, "TeachingAssistant": Role.HOST})

    assert role_of([f"{MEMBERSHIP}/Instructor#TeachingAssistant"], table) is Role.MODERATOR


def test_nobody_becomes_a_speaker_by_a_table() -> None:
    assert Role.SPEAKER not in DEFAULT_ROLES.values()
