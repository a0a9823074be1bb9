"""The registered platforms of a site."""

import time
from pathlib import Path

import pytest

from protocol.errors import ErrorCode
from protocol.lti import PlatformForm
from server.edge.replies import Denied
from server.integrations.lti.platforms import Platforms
from server.store.sqlite import SqliteStore


def form(name: str) -> PlatformForm:
    at = f"https://{name}.example"
    return PlatformForm(
        issuer=at,
        client_id="usher",
        deployments=("1",),
        authorize_url=f"{at}/auth",
        token_url=f"{at}/token",
        keys_url=f"{at}/keys",
    )


async def test_a_site_has_so_many_platforms_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.integrations.lti.platforms.MAX_PLATFORMS", 2)
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        platforms = Platforms(store, b"k" * 32, lambda: 7, time.monotonic)
        first, _ = [await platforms.put(form(name)) for name in ("moodle", "canvas")]

        with pytest.raises(Denied) as refused:
            await platforms.put(form("sakai"))
        again = await platforms.put(form("moodle"))
        await platforms.remove(first.platform_id)
        third = await platforms.put(form("sakai"))

        assert refused.value.code is ErrorCode.CONFLICT
        assert again == first
        assert third.platform_id in await platforms.all()


async def test_another_node_knows_at_once_what_was_registered_and_removed(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        here, there = [Platforms(store, b"k" * 32, lambda: 7, time.monotonic) for _ in range(2)]
        assert await there.all() == {}

        made = await here.put(form("moodle"))

        assert await there.called(made.issuer, made.client_id) == made
        # So its frames may show us there as well.
        assert there.origins == here.origins == ("https://moodle.example",)
        await here.remove(made.platform_id)
        with pytest.raises(Denied) as refused:
            await there.called(made.issuer, made.client_id)
        assert refused.value.code is ErrorCode.LTI_PLATFORM_UNKNOWN
