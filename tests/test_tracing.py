"""Traces are an extra: wanted without being installed, they are asked for by name."""

import re
import sys

import pytest

from server.process import StartError
from server.settings import Settings
from server.tracing import INSTALL, traces_of


async def test_nothing_is_loaded_for_traces_that_nobody_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "server.integrations.traces", None)
    async with traces_of(Settings(), "n1") as traces:
        assert traces is None


async def test_whoever_wants_traces_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "server.integrations.traces", None)
    settings = Settings(traces_url="http://127.0.0.1:4318")
    with pytest.raises(StartError, match=re.escape(INSTALL)):
        async with traces_of(settings, "n1"):
            pass
