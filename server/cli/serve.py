"""The command that starts the server, and loads all of it."""

import os
import sys
from pathlib import Path

import click
import uvloop

from server import main as process
from server.cli.output import UNREACHABLE, fail
from server.hub.leases import LeaseLostError
from server.integrations.mail.settings import BadMailSetting
from server.integrations.oidc.settings import BadProvidersError
from server.keyring import KeyringError
from server.logs import begin_to_log
from server.process import StartError
from server.settings import Settings, SettingsError
from server.store.interface import StoreError

UNUSABLE = (SettingsError, StartError, BadMailSetting, BadProvidersError)


@click.command()
@click.option("--host", help="Address to listen on (HOST; 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (PORT; 8000).")
@click.option("--data", type=click.Path(path_type=Path), help="Data folder (USHER_DATA; data).")
def serve(host: str | None, port: int | None, data: Path | None) -> None:
    """Start the server on the embedded store. Everything has a default.

    Prints `Host: http://…`, a sign-in URL that works once, on a terminal or until somebody has
    signed in as operator; `usher token --operator` makes another. Settings come from the
    environment; docs/operations.md lists them.
    """
    env = dict(os.environ)
    given = {"HOST": host, "PORT": port, "USHER_DATA": data}
    env |= {name: str(value) for name, value in given.items() if value is not None}
    try:
        settings = Settings.from_env(env)
        begin_to_log(settings.log_level, settings.log_form, sys.stderr)
        uvloop.run(process.serve(settings, env))
    except (*UNUSABLE, StoreError, KeyringError, LeaseLostError) as fault:
        fail(str(fault), UNREACHABLE)
