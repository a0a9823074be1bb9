"""Ranks and kinds that the contract itself knows."""

import pytest

from protocol.roles import EntryKind, Role


def test_roles_are_ranked_from_viewer_to_host() -> None:
    by_rank = sorted(Role, key=lambda role: role.rank)
    assert by_rank == [Role.VIEWER, Role.SPEAKER, Role.MODERATOR, Role.HOST]


@pytest.mark.parametrize("role", Role)
def test_hosts_and_moderators_are_staff(role: Role) -> None:
    assert role.is_staff == (role.rank >= Role.MODERATOR.rank)


def test_videos_documents_and_quizzes_are_not_live() -> None:
    still = {kind for kind in EntryKind if not kind.is_live}
    assert still == {EntryKind.VIDEO, EntryKind.DOCUMENT, EntryKind.QUIZ}
