"""Checks of what the server talks to: store, mail server, media server."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.cli.findings import Finding, Patient, fault, ok, skipped, warning
from server.integrations.mail.smtp import SmtpMailer
from server.integrations.media.livekit import LiveKit, LiveKitSettings, MediaError
from server.integrations.outgoing import EVERYWHERE, BadTargetError, Outgoing
from server.keyring import Keyring, KeyringError, load_or_make
from server.settings import Settings
from server.store.interface import StoreError, Unusable
from server.store.redis import RedisStore
from server.store.redis_check import weaknesses
from server.store.redis_faults import cure_of
from server.stores import FILE, opened_store, sealer_for
from server.surroundings import clock

CLOCK_MS = 2_000
"""How far the clocks of nodes may be apart; see docs/operations.md."""
SMTP_S = 10.0


async def check_store(patient: Patient) -> list[Finding]:
    """Open the store."""
    settings = patient.settings
    if not settings.redis_url and not (settings.data / FILE).exists():
        return [skipped("store", "Made on the first start.")]
    with _unsaid("server.store"):
        try:
            async with opened_store(settings, exclusive=False) as store:
                found = [ok("store", "Can be used.")]
                if (keyring := _keyring(settings)) is not None:
                    await sealer_for(store, keyring)
                if isinstance(store, RedisStore):
                    found += await _redis(store)
        except Unusable as problem:
            return [fault("store", problem.says, problem.cure or _OTHER_FILE)]
        except StoreError as problem:
            cure = cure_of(problem) if settings.redis_url else _SQLITE
            return [fault("store", str(problem), cure)]
    return found


_OTHER_FILE = "Bring back a backup."
_SQLITE = "Give the files to the user that runs the server, and make room on that disk."


def _keyring(settings: Settings) -> Keyring | None:
    """Read the keys, if there are any that can be read; `check_keys` says what is wrong."""
    try:
        return load_or_make(settings.key_file) if settings.key_file.exists() else None
    except (KeyringError, OSError):
        return None


async def _redis(store: RedisStore) -> list[Finding]:
    infos = await store.wire.info()
    weak = weaknesses(infos, store.wire.url.replicas)
    return [*(warning("store", each.says, each.cure) for each in weak), _clock(infos)]


def _clock(infos: Iterable[Mapping[str, Any]]) -> Finding:
    for info in infos:
        theirs = int(info.get("server_time_usec", 0)) // 1000
        apart = abs(clock() - theirs) if theirs else 0
        if apart > CLOCK_MS:
            says = f"The clock of Redis and that of this machine are {apart / 1000:.0f} s apart."
            return fault("clock", says, "Set both by NTP: timedatectl set-ntp true")
    return ok("clock", "That of Redis and that of this machine agree.")


async def check_ages(patient: Patient) -> list[Finding]:
    """A file that is younger than now tells of a clock that was set back."""
    if patient.settings.redis_url:
        return []
    newest = max((path.stat().st_mtime for path in _files_in(patient.settings.data)), default=0)
    ahead_ms = 1000 * newest - clock()
    if ahead_ms > CLOCK_MS:
        says = f"What was written last is {ahead_ms / 1000:,.0f} s younger than now."
        cure = "The clock was set back. Set it by NTP: timedatectl set-ntp true"
        return [fault("clock", says, cure)]
    return [ok("clock", "Goes on from where it was.")]


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file()]


async def check_mail(patient: Patient) -> list[Finding]:
    """Say hello to the mail server."""
    if patient.mail is None:
        if patient.env.get("USHER_SMTP_URL"):
            return []
        return [skipped("mail", "No mail server: mails lie in the outbox of this server.")]
    settings = replace(patient.mail, timeout_s=SMTP_S)
    with _unsaid("server.integrations.mail"):
        failure = await SmtpMailer(settings).reach()
    where = f"{settings.host}:{settings.port}"
    if failure is None:
        return [ok("mail", f"{where} takes mail from here.")]
    cure = "Check host, port, starttls, user and password in USHER_SMTP_URL."
    return [fault("mail", f"{where}: {failure.reason}", cure)]


async def check_media(patient: Patient) -> list[Finding]:
    """Ask the media server something."""
    settings = patient.settings
    if not settings.livekit_url:
        return [skipped("media", "No media server.")]
    if not settings.livekit_key or not settings.livekit_secret:
        says = "LIVEKIT_URL is set without LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
        return [fault("media", says, "Set all three.")]
    known = LiveKitSettings(
        url=settings.livekit_url,
        api_key=settings.livekit_key,
        api_secret=settings.livekit_secret,
    )
    try:
        livekit = LiveKit(known, Outgoing(EVERYWHERE))
    except BadTargetError:
        return [fault("media", "LIVEKIT_URL is no address.", "Write wss://live.example")]
    try:
        await livekit.reach(clock())
    except MediaError as problem:
        cure = "401: key or secret is another. Else: is it running, and reached from here?"
        return [fault("media", f"LiveKit does not do what it is asked: {problem}.", cure)]
    finally:
        await livekit.aclose()
    return [ok("media", "LiveKit knows this key.")]


@contextmanager
def _unsaid(name: str) -> Iterator[None]:
    """Keep from the terminal what a finding says."""
    logger, handler = logging.getLogger(name), logging.NullHandler()
    logger.addHandler(handler)
    was, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = was
        logger.removeHandler(handler)
