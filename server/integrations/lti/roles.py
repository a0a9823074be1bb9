"""What people are in a course, and what they are in its rooms because of that."""

from collections.abc import Mapping, Sequence

from protocol.roles import Part, Role

ROLE_PARTS: dict[Role, Part] = {
    Role.HOST: Part.CO_OWNER,
    Role.MODERATOR: Part.CO_PUBLISHER,
    Role.VIEWER: Part.CO_VIEWER,
}
"""The part that is given; there is none of which somebody would be a speaker at once."""

DEFAULT_ROLES: dict[str, Role] = {
    "Instructor": Role.HOST,
    "Administrator": Role.HOST,
    "ContentDeveloper": Role.MODERATOR,
    "Manager": Role.MODERATOR,
    "TeachingAssistant": Role.MODERATOR,
    "Learner": Role.VIEWER,
    "Mentor": Role.VIEWER,
    "Member": Role.VIEWER,
}
"""Roles in the course. Administrators of a whole institution or system are nothing here unless
the table of their platform says so, as `institution:Administrator` or `system:Administrator`."""

_PRINCIPAL = frozenset(DEFAULT_ROLES) - {"TeachingAssistant"} | {"Officer"}
"""Roles in a course that have others below them. `Learner#Instructor` is a learner."""
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_PREFIXES = {
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#": "institution:",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#": "system:",
}


def table_of(changes: Mapping[str, Role | None]) -> dict[str, Role]:
    """Make the table of a platform: the usual one, with its changes."""
    table: dict[str, Role | None] = {**DEFAULT_ROLES, **changes}
    return {name: role for name, role in table.items() if role is not None}


def role_of(claimed: Sequence[str], table: Mapping[str, Role]) -> Role:
    """Say what somebody is here: the highest of what their roles give; else a viewer.

    A platform that says *teaching assistant* says *instructor* beside it (a role below another
    comes with that one), so what is more exact decides alone, and never gives more than the role
    that it is below.

    Source: LTI 1.3 core, appendix A.2.

    Example:
        >>> role_of(["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"], DEFAULT_ROLES)
        <Role.HOST: 'host'>
    """
    named = [name for role in claimed if (name := _named(role))]
    exact = {principal for principal, sub in named if sub and sub in table}
    found = [table[name] for name, sub in named if not sub and name in table and name not in exact]
    found += [
        min(table[sub], table.get(principal, Role.VIEWER), key=lambda role: role.rank)
        for principal, sub in named
        if sub in table
    ]
    # The whole address of a role may stand in a table, too.
    found += [table[role] for role in claimed if role in table and not _is_short(role)]
    return max(found, key=lambda role: role.rank, default=Role.VIEWER)


def _named(role: str) -> tuple[str, str] | None:
    """Take the short name out of a role: of a principal one, and of one below it."""
    if role.startswith(f"{_MEMBERSHIP}/"):
        principal, _, sub = role.removeprefix(f"{_MEMBERSHIP}/").partition("#")
        return principal, "" if sub in _PRINCIPAL else sub
    if role.startswith(f"{_MEMBERSHIP}#"):
        return role.removeprefix(f"{_MEMBERSHIP}#"), ""
    for prefix, short in _PREFIXES.items():
        if role.startswith(prefix):
            return short + role.removeprefix(prefix), ""
    return (role, "") if _is_short(role) else None


def _is_short(role: str) -> bool:
    """Some platforms still send bare names, as the standard allows for roles in a course."""
    return ":" not in role and "/" not in role
