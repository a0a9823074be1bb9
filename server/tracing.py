"""Whether commands are followed, by the settings. What follows them is installed apart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from server.process import StartError
from server.settings import Settings

if TYPE_CHECKING:
    from server.integrations.traces import OpenTelemetryTraces


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
    try:
        from server.integrations.traces import sent_traces
    except ImportError as fault:
        raise StartError(
            "USHER_TRACES needs what is not installed: pip install 'usher[traces]'"
        ) from fault
    async with sent_traces(settings.traces_url, node_name) as traces:
        yield traces
