"""`usher audit`: who did what to whom in an entry, taken away and checked."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from protocol.audit import AuditExport
from server.cli.api import api
from server.cli.output import REFUSED, fail, show
from server.core.chain import AuditHead, find_break
from server.core.exported_chain import lines_of

ENTRY = click.argument("entry_id")


@click.group()
def audit() -> None:
    """The audit log of an entry: who did what to whom, for a year."""


@audit.command("export")
@ENTRY
@click.option("--format", "form", default="json", type=click.Choice(["json", "csv"]))
def audit_export(entry_id: str, form: str) -> None:
    """Print the audit log, the oldest line first. That it was exported is a line of it, too."""
    path = f"/entries/{entry_id}/audit/export"
    click.echo(api().file(path, {"format": form}))


@audit.command("verify")
@ENTRY
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An export (JSON) of before: nothing in it may have changed since.",
)
def audit_verify(entry_id: str, against: Path | None) -> None:
    """Check that no line was changed, dropped, moved or put in; exit code 1 when one was.

    The server checks its lines against the digest that the log of the room has. Whoever can
    write to the store could change both: that shows against an export that was kept elsewhere.
    """
    server = api()
    before = _earlier(against) if against else None
    found: dict[str, Any] = server.call("GET", f"/entries/{entry_id}/audit/check")
    if before is not None:
        found["is_unchanged_since"] = _is_continued(entry_id, before)
    show(found)
    if not found["is_intact"] or found.get("is_unchanged_since") is False:
        raise click.exceptions.Exit(REFUSED)


def _earlier(path: Path) -> AuditExport:
    """Read an export, which has to hold by itself."""
    try:
        told = AuditExport.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, json.JSONDecodeError, UnicodeDecodeError):
        fail(f"{path} is no export of an audit log as JSON.", REFUSED)
    lines = lines_of(told)
    if not lines:
        fail(f"There is no line in {path}.", REFUSED)
    last = lines[-1]
    head = AuditHead(number=last.number, digest=last.digest, kept_until=last.kept_until)
    broken = find_break(lines, head, lines[0].previous_kept_until)
    if broken is not None:
        fail(f"{path} was changed: line {broken.number} ({broken.problem}).", REFUSED)
    return told


def _is_continued(entry_id: str, before: AuditExport) -> bool | None:
    """Say whether the newest line of an export is still there; None when its time is over."""
    last = before.lines[-1]
    page = api().call(
        "GET", f"/entries/{entry_id}/audit", query={"before": last.number + 1, "limit": 1}
    )
    lines = page["lines"]
    if before.entry_id != entry_id:
        return False
    if not lines:
        check = api().call("GET", f"/entries/{entry_id}/audit/check")
        return None if is_over(check, last.number) else False
    return bool(lines[0]["digest"] == last.digest)


def is_over(check: Mapping[str, Any], number: int) -> bool:
    """Say whether the time of a line is over, by the check of what is kept.

    Where nothing is kept, it is; the check itself tells of lines that are missing too early.
    """
    return not check["lines"] or check["first"] > number
