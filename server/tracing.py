"""Whether commands are followed, by the settings. What follows them is installed apart."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from server.process import StartError
from server.settings import Settings

if TYPE_CHECKING:
    from server.integrations.traces import OpenTelemetryTraces

INSTALL = "pip install 'usher[traces]'"


@asynccontextmanager
async def traces_of(
    settings: Settings, node_name: str
) -> AsyncIterator["OpenTelemetryTraces | None"]:
    """Follow commands for the length of a block, if `USHER_TRACES` says where that is sent.

    Raises:
        StartError: the extra is not installed.
    """
    if not settings.traces_url:
        yield None
        return
    async with sender()(settings.traces_url, node_name) as traces:
        yield traces


def sender() -> Callable[[str, str], AbstractAsyncContextManager["OpenTelemetryTraces"]]:
    """Load `sent_traces`, from what not everybody has installed.

    Raises:
        StartError: the extra is not there.
    """
    try:
        from server.integrations.traces import sent_traces
    except ImportError as fault:
        raise StartError(f"USHER_TRACES needs what is not installed: {INSTALL}") from fault
    return sent_traces
