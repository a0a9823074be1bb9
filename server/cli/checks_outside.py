"""Checks of what the server talks to: store, mail server, media server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from server.cli.findings import Finding, Patient, fault, ok, skipped, warning
from server.integrations.mail.smtp import SmtpMailer
from server.integrations.media.livekit import LiveKit, LiveKitSettings, MediaError
from server.integrations.outgoing import EVERYWHERE, BadTargetError, Outgoing
from server.keyring import Keyring, KeyringError, load_or_make
from server.settings import Settings
from server.store.interface import StoreError
from server.store.redis import RedisStore
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
    with _heard("server.store") as said:
        try:
            async with opened_store(settings, exclusive=False) as store:
                found = [ok("store", "Can be used.")]
                if settings.key_file.exists():
                    await sealer_for(store, _keyring(settings))
                if isinstance(store, RedisStore):
                    found += await _clock(store)
        except (StoreError, KeyringError) as problem:
            cure = "See docs/operations.md: Many nodes." if settings.redis_url else _OTHER_FILE
            return [fault("store", str(problem), cure)]
    return found + [warning("store", each, "As it says.") for each in said]


_OTHER_FILE = "Bring back a backup, or start the version that wrote it."


def _keyring(settings: Settings) -> Keyring:
    return load_or_make(settings.key_file)


async def _clock(store: RedisStore) -> list[Finding]:
    for info in await store.wire.info():
        theirs = int(info.get("server_time_usec", 0)) // 1000
        apart = abs(clock() - theirs) if theirs else 0
        if apart > CLOCK_MS:
            says = f"The clock of Redis and that of this machine are {apart / 1000:.0f} s apart."
            return [fault("clock", says, "Set both by NTP: timedatectl set-ntp true")]
    return [ok("clock", "That of Redis and that of this machine agree.")]


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
    with _heard("server.integrations.mail"):
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
def _heard(name: str) -> Iterator[list[str]]:
    """Hear warnings instead of having them printed."""
    said: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger, handler = logging.getLogger(name), Listening(logging.WARNING)
    logger.addHandler(handler)
    was, logger.propagate = logger.propagate, False
    try:
        yield said
    finally:
        logger.propagate = was
        logger.removeHandler(handler)
