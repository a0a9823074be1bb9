"""Marks on fields: which audience may see them.

Projection leaves out what its audience may not see by reading these marks, and the
tests walk every frame against the same marks, so a new field cannot be forgotten.
"""

from enum import StrEnum
from functools import cache

from pydantic import BaseModel


class Seen(StrEnum):
    """Who may see a field. A field without a mark is seen by everybody in the room."""

    ALL = "all"
    STAFF = "staff"
    INVITERS = "inviters"
    SELF = "self"
    NOBODY = "nobody"


@cache
def marks(model: type[BaseModel]) -> dict[str, Seen]:
    """Map each field of a view to its mark.

    Example:
        >>> from protocol.views import Row
        >>> marks(Row)["email"]
        <Seen.STAFF: 'staff'>
    """
    found = {}
    for name, field in model.model_fields.items():
        found[name] = next((m for m in field.metadata if isinstance(m, Seen)), Seen.ALL)
    return found
