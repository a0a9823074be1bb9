"""Moments as people type them: ISO 8601 with a zone, turned into ms UTC."""

from datetime import datetime
from typing import Any

import click


class _Moment(click.ParamType[int]):
    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read `2027-03-01T14:00Z` or `2027-03-01T14:00+01:00`."""
        if isinstance(value, int):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("not a moment such as 2027-03-01T14:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail("say the time zone: put Z or +01:00 behind it", param, ctx)
        return int(moment.timestamp() * 1000)


MOMENT = _Moment()
