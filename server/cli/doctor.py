"""`usher doctor`: looks at everything that a server needs, and says how to mend what is wrong.

Each check stands for itself, so that one fault hides no other; none says a secret. Nothing is
changed but for two marks that a first start would set in Redis as well.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import asdict

import click

from server.cli import checks_here as here
from server.cli import checks_outside as outside
from server.cli.findings import FAULT, OK, SKIPPED, WARNING, Check, Finding, ok
from server.cli.output import REFUSED, show

MARKS = {OK: "✓", WARNING: "!", FAULT: "✗", SKIPPED: "·"}

CHECKS: tuple[Check, ...] = (
    here.check_settings, here.check_address, here.check_sign_in, here.check_traces,
    here.check_pages, here.check_folder, here.check_keys, here.check_files, here.check_backlog,
    outside.check_store, outside.check_ages, outside.check_mail, outside.check_media,
    here.check_server,
)  # fmt: skip


async def examined(env: Mapping[str, str]) -> list[Finding]:
    """Make every check, one after the other."""
    patient, found = here.patient_of(env)
    for check in CHECKS:
        found += await check(patient)
    if any(one.check == "settings" and one.state == FAULT for one in found):
        return [one for one in found if one != ok("settings", "All variables can be used.")]
    return found


@click.command()
@click.option("--json", "is_json", is_flag=True, help="As JSON, for programs.")
def doctor(*, is_json: bool) -> None:
    """Look at everything that the server needs, and say how to mend what is wrong.

    Reads the same environment as `usher serve`. Ends with 1 when there is a fault.
    """
    begun = time.monotonic()
    found = asyncio.run(examined(os.environ))
    if is_json:
        show([asdict(one) for one in found])
    else:
        for one in found:
            click.echo(f"{MARKS[one.state]} {one.check}: {one.says}")
            if one.cure:
                click.echo(f"    → {one.cure}")
        click.echo(f"({time.monotonic() - begun:.1f} s)")
    if any(one.state == FAULT for one in found):
        raise click.exceptions.Exit(REFUSED)
