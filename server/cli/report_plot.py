"""Attendance over time as SVG and PNG. Needs the extra `plots`, and is slow to load."""

import io
import warnings
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

import matplotlib as mpl
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from protocol.attendance import CurveView

COLOURS = ("#2f5fb3", "#d98324", "#2b8c84", "#b4325f", "#5aa5d6", "#6b7280")
"""Told apart by lightness too; a seventh door begins again."""
DPI = 150
DAY_MS = 86_400_000
"""The library counts days from the same moment as we count milliseconds."""
SHORTEST = 60_000 / DAY_MS


def plotted(curve: CurveView, doors: Sequence[str], where: tzinfo) -> dict[str, bytes]:
    """Draw how many were inside over time, door upon door.

    Args:
        doors: the names of the ways in, in the order of the curve.
        where: the zone of the times at the axis.

    Returns:
        Files by name; none where nobody came.
    """
    if not curve.moments:
        return {}
    # The name of a link is what its host wrote, and no formula; text as shapes needs no font.
    look: Any = {
        "svg.hashsalt": "usher", "svg.fonttype": "path", "font.size": 10, "text.parse_math": False,
    }  # fmt: skip
    with mpl.rc_context(look), warnings.catch_warnings():
        # A script that the font does not know is drawn as boxes; the table has it in words.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = _figure(curve, doors, where)
        return {f"attendance.{form}": _saved(figure, form) for form in ("svg", "png")}


def _figure(curve: CurveView, doors: Sequence[str], where: tzinfo) -> Figure:
    times = [at / DAY_MS for at in curve.moments]
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    axes.stackplot(
        times,
        *curve.by_way,
        colors=[COLOURS[at % len(COLOURS)] for at in range(len(doors))],
        labels=doors,
        step="post",
    )
    # These two have no types.
    locator = AutoDateLocator(tz=where)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, tz=where)  # type: ignore[no-untyped-call]
    )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, max(4, 1.08 * curve.peak))
    axes.set_xlim(times[0], times[-1] if times[-1] > times[0] else times[0] + SHORTEST)
    axes.set_ylabel("People inside")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="upper left", fontsize="small")
    return figure


def _saved(figure: Figure, form: str) -> bytes:
    out = io.BytesIO()
    # Without a date, the same session gives the same picture.
    figure.savefig(out, format=form, dpi=DPI, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()
