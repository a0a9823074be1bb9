"""`usher report`: one session as a page, a table and a plot, in a folder of its own."""

import csv
import io
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import jinja2
from pydantic import TypeAdapter

from protocol.attendance import AttendanceSummary, AttendanceView, CurveView, TotalsView
from protocol.ids import SessionId, room_of
from protocol.roles import Origin
from server.cli.api import api
from server.cli.output import show

DOORS = {
    Origin.ACCOUNT: "Account",
    Origin.INVITATION: "Invitation",
    Origin.GUEST_LINK: "Guest link",
}
LISTED = 1_000
"""People in the page; with more it would be slow to open, and the table has everybody."""
PERSONAL = frozenset({"name", "email", "role_changes", "consent", "consented_at"})
"""Columns that name somebody or could tell who it was; changes of role name who made them."""
BOM = "utf-8-sig"

_VIEW = TypeAdapter(AttendanceView)
_SUMMARY = TypeAdapter(AttendanceSummary)
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)


@click.command()
@click.argument("session_id")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone, as Europe/Berlin.")
@click.option("--no-names", is_flag=True, help="Without anybody's name or address, to hand on.")
def report(session_id: str, out: Path | None, zone: str, *, no_names: bool) -> None:
    """Write a report of SESSION_ID (see `usher room show`), which may still be running.

    Makes a folder with report.html, attendance.csv and, where the extra `plots` is installed,
    attendance.svg and attendance.png.
    """
    try:
        where: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.UsageError(f"There is no time zone {zone!r}. Try Europe/Berlin.") from None
    server = api()
    entry = server.call("GET", f"/entries/{room_of(SessionId(session_id))}")
    path = f"/sessions/{session_id}/attendance"
    record = _VIEW.validate_json(server.file(path))
    table = server.file(path, {"format": "csv"}).removeprefix("\ufeff")
    folder = out or Path(f"report-{session_id}")
    folder.mkdir(parents=True, exist_ok=True)
    summary = _SUMMARY.validate_json(server.file(f"{path}/summary"))
    doors = [door_of(way.origin, way.link_name) for way in summary.ways]
    plots = _plots(summary.curve, doors, where)
    for name, data in plots.items():
        (folder / name).write_bytes(data)
    rows = _nameless(table) if no_names else table
    (folder / "attendance.csv").write_text(rows, encoding=BOM, newline="")
    svg = plots.get("attendance.svg", b"").decode()
    page = page_of(record, entry["name"], where, zone, svg, has_names=not no_names)
    (folder / "report.html").write_text(page, encoding="utf-8")
    show({"folder": str(folder), "files": sorted(one.name for one in folder.iterdir())})


def _plots(curve: CurveView, doors: list[str], where: tzinfo) -> dict[str, bytes]:
    try:
        # Here, because it takes a second to load, which every other command would wait for.
        from server.cli.report_plot import plotted
    except ImportError:
        click.echo("Without a plot: pip install 'usher[plots]'", err=True)
        return {}
    return plotted(curve, doors, where)


def page_of(
    record: AttendanceView,
    entry_name: str,
    where: tzinfo,
    zone: str,
    svg: str,
    *,
    has_names: bool,
) -> str:
    """Write the page. Whatever people wrote stands in it as text alone."""

    def moment(at: int | None) -> str:
        return "" if at is None else f"{datetime.fromtimestamp(at / 1000, where):%Y-%m-%d %H:%M}"

    people = record.people[:LISTED] if has_names else ()
    return _TEMPLATES.get_template("report.html").render(
        entry_name=entry_name,
        record=record,
        zone=zone,
        opened=moment(record.opened_at),
        ended=moment(record.ended_at),
        until=moment(record.until),
        figures=_figures(record, moment(record.peak_at)),
        # Without its XML header.
        plot=svg[svg.find("<svg") :] if svg else "",
        doors=[
            _door(door_of(way.origin, way.link_name), way.totals, record.total)
            for way in record.ways
        ],
        people=[
            {
                "name": one.name or "(erased)",
                "door": door_of(one.origin, one.link_name),
                "role": one.role.value,
                "joined": moment(one.joined_at),
                "stay": stay(one.present_ms),
            }
            for one in people
        ],
        rest=max(0, record.total - LISTED) if has_names else 0,
    )


def _figures(record: AttendanceView, peak_at: str) -> list[tuple[str, str]]:
    totals = record.totals
    return [
        ("People", f"{record.total:,}"),
        ("Most at once", f"{record.peak:,}" + (f" at {peak_at[-5:]}" if peak_at else "")),
        ("On average", f"{record.average:,.1f}"),
        ("Average stay", stay(totals.average_ms)),
        ("Median stay", stay(totals.median_ms)),
        ("On stage", f"{totals.on_stage:,}"),
        ("Hands raised", f"{totals.hands:,}"),
    ]


def _door(name: str, totals: TotalsView, all_people: int) -> dict[str, str]:
    return {
        "name": name,
        "people": f"{totals.people:,}",
        "share": f"{100 * totals.people / all_people:.0f} %" if all_people else "",
        "stay": stay(totals.average_ms),
        "on_stage": f"{totals.on_stage:,}",
    }


def door_of(origin: Origin, link_name: str) -> str:
    """Name the door that somebody came by.

    Example:
        >>> door_of(Origin.GUEST_LINK, "Open day")
        'Guest link: Open day'
    """
    return f"{DOORS[origin]}: {link_name}" if link_name else DOORS[origin]


def stay(ms: int) -> str:
    """Write a stretch of time as people say it.

    Example:
        >>> stay(42_000), stay(540_000), stay(5_400_000)
        ('42 s', '9 min', '1 h 30 min')
    """
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _nameless(table: str) -> str:
    """Leave out of the server's table who it was. Cells are harmless already, and stay so."""
    reader = csv.DictReader(io.StringIO(table))
    names = [name for name in reader.fieldnames or () if name not in PERSONAL]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    rows: list[dict[str, Any]] = list(reader)
    writer.writerows(rows)
    return out.getvalue()
