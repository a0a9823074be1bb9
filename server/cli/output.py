"""What the command line prints: JSON on standard output, problems on standard error.

Exit codes: 0 done; 1 refused by the server (the problem is printed); 2 wrong usage;
3 the server cannot be reached or started.
"""

import json
from typing import Any, NoReturn

import click

REFUSED = 1
UNREACHABLE = 3


def show(value: Any) -> None:
    """Print a value as JSON, readable by people and programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def fail(problem: Any, code: int) -> NoReturn:
    """Print a problem on standard error and end."""
    text = problem if isinstance(problem, str) else json.dumps(problem, ensure_ascii=False)
    click.echo(text, err=True)
    raise click.exceptions.Exit(code)
