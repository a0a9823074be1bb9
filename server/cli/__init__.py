"""The command line, `usher`: starts the server, and talks to one that runs."""

from server.cli.root import main

__all__ = ["main"]
