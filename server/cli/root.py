"""The root of the command line. A command's module is loaded when it is asked for.

Most commands only talk to a server, and need next to nothing of it: they answer at once.
"""

import gc
from importlib import import_module
from typing import ClassVar

import click


class _Commands(click.Group):
    """Commands by name, each in the module that has it."""

    modules: ClassVar = {
        "serve": "serve",
        "nodes": "local",
        "key": "local",
        "token": "local",
        "doctor": "doctor",
        "entry": "entries",
        "link": "entries",
        "invite": "rooms",
        "room": "rooms",
        "report": "report",
        "person": "people",
        "webhook": "webhooks",
        "keys": "keys",
        "lti": "lti",
        "audit": "audit",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.modules})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return super().get_command(ctx, cmd_name)
        # What modules are made of stays: to look through it again and again for what could go
        # is a sixth of a start.
        gc.disable()
        try:
            module = import_module(f"server.cli.{self.modules[cmd_name]}")
        finally:
            gc.enable()
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="usher")
def main() -> None:
    r"""Live rooms with two doors: guest links and invitations.

    \b
    Start here:
      usher serve                       start the server; prints a sign-in URL for the host
      usher entry list                  what there is
      usher link create e_demo-room --name "Open day" --uses 50
      usher invite send e_demo-room ada@example.org --type speaker
      usher room people e_demo-room     who is inside
      usher audit verify e_demo-room    whether the audit log is as it was written
      usher report SESSION              who was there, as a page, a table and a plot
      usher doctor                      what is wrong with this set-up, and how to mend it
      usher lti add …                   register a learning platform (Moodle, Canvas)
      usher nodes                       the processes that serve, where there are several

    Answers are JSON. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no server.
    The server is the one of the data folder (USHER_DATA, default `data`), or USHER_URL with an
    API key in USHER_KEY.
    """
