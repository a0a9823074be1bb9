"""Checks of what stands in the settings, and of the machine."""

import os
import resource
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from server.cli.api import local_url
from server.cli.findings import Finding, Patient, fault, ok, skipped, warning
from server.edge.clients import networks
from server.integrations.mail.settings import BadMailSetting, MailSettings
from server.integrations.oidc.settings import BadProvidersError, read_providers
from server.keyring import KeyringError, load_or_make
from server.main import pages_folder
from server.process import StartError
from server.settings import Settings, SettingsError
from server.tracing import INSTALL, sender

LITTLE_SPACE = 1 << 30
TOO_LITTLE_SPACE = 100 << 20
FEW_FILES = 4_096
SPARE_FILES = 256
"""Files that a node has open beside its sockets: the store, mails, calls."""
SHORT_BACKLOG = 1_024
ASK_S = 5.0
NOT_READY = {
    "draining": "It is on its way out: start it anew once it has ended.",
    "lease": "Others may have given it up: it comes back by itself, or start it anew.",
    "store": "Mend its store: the line about the store says how.",
}
"""What to do about each reason of `/readyz`."""

# --- the settings --------------------------------------------------------------------------


def patient_of(env: Mapping[str, str]) -> tuple[Patient, list[Finding]]:
    """Read the settings; with what cannot be used, go on without it."""
    found: list[Finding] = []
    settings = Settings()
    try:
        settings = Settings.from_env(env)
    except SettingsError as problem:
        found.append(fault("settings", str(problem), "Correct the variable, or leave it out."))
        # What else is looked at has to be what is meant, as far as that can be said.
        settings = Settings(
            data=Path(env.get("USHER_DATA") or "data"), redis_url=env.get("REDIS_URL") or ""
        )
    mail: MailSettings | None = None
    try:
        mail = MailSettings.from_env(env)
    except BadMailSetting as problem:
        cure = "See the lines USHER_SMTP_URL and USHER_MAIL_FROM of docs/operations.md."
        found.append(fault("mail", str(problem), cure))
    return Patient(settings=settings, env=env, mail=mail), found


async def check_settings(patient: Patient) -> list[Finding]:
    """Look at variables that hold lists of addresses."""
    settings = patient.settings
    found: list[Finding] = []
    lists = {
        "USHER_PROXIES": settings.trusted_proxies,
        "USHER_METRICS": settings.metrics_readers,
        "USHER_INNER": settings.inner_networks,
        "USHER_INNER_WEBHOOKS": settings.inner_webhooks,
        "USHER_INNER_PLATFORMS": settings.inner_platforms,
    }
    for name, texts in lists.items():
        try:
            networks(texts)
        except ValueError:
            says = f"{name} holds something that is no address and no network."
            found.append(fault("settings", says, "Write 10.0.0.7 or 10.0.0.0/8, with spaces."))
    return found or [ok("settings", "All variables can be used.")]


async def check_address(patient: Patient) -> list[Finding]:
    """Look at how people reach the server."""
    settings = patient.settings
    url = settings.public_url
    is_inner = (settings.host or "").startswith("127.") or settings.host in ("localhost", "::1")
    if not url and is_inner:
        return [ok("address", "Reached from this machine only.")]
    if not url:
        says = "It listens to others, and links in mails would lead to 127.0.0.1."
        return [warning("address", says, "Set USHER_URL to the address that people use.")]
    parts = urlsplit(url)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "http" and not is_local:
        says = "USHER_URL is http: cookies and tickets travel in the open."
        cure = "Put a proxy with TLS in front (docs/operations.md), and make it https://."
        return [warning("address", says, cure)]
    if parts.scheme == "https" and not settings.trusted_proxies and not is_local:
        says = "TLS ends at a proxy that is not named: all clients seem to have one address."
        return [warning("address", says, "Name the proxy in USHER_PROXIES.")]
    return [ok("address", f"People come by {url}.")]


async def check_sign_in(patient: Patient) -> list[Finding]:
    """Read the file of those at whom people sign in."""
    path = patient.settings.oidc
    if path is None:
        return [skipped("sign-in", "No providers of OpenID Connect.")]
    try:
        found = read_providers(path)
    except BadProvidersError as problem:
        cure = (
            f"Write {path} as docs/sign-in.md shows, and let the user that runs the server read "
            "it and the files that it names."
        )
        return [fault("sign-in", str(problem), cure)]
    return [ok("sign-in", f"{path.name} can be used; providers in it: {len(found)}.")]


async def check_traces(patient: Patient) -> list[Finding]:
    """Look for what sends traces, where they are wanted."""
    if not patient.settings.traces_url:
        return [skipped("traces", "Nobody asks for them.")]
    try:
        sender()
    except StartError:
        says = "USHER_TRACES is set, and what sends traces is not installed."
        return [fault("traces", says, f"{INSTALL}, or leave out USHER_TRACES.")]
    return [ok("traces", "What sends them is installed.")]


async def check_pages(_patient: Patient) -> list[Finding]:
    """Look for the built pages."""
    if (pages_folder() / "index.html").is_file():
        return [ok("pages", "The pages are built.")]
    cure = "Run `make web` in the checkout, or install the wheel, which has them."
    return [fault("pages", "The pages are not built.", cure)]


# --- the machine ---------------------------------------------------------------------------


async def check_folder(patient: Patient) -> list[Finding]:
    """Look at the data folder, and how much is free there."""
    folder = patient.settings.data
    there = folder if folder.exists() else folder.absolute().parent
    if folder.exists() and not folder.is_dir():
        return [fault("data folder", f"{folder} is a file.", "Name a folder in USHER_DATA.")]
    if not os.access(there, os.W_OK | os.X_OK):
        cure = f"Give it to the user that runs the server: chown -R USER {folder}"
        return [fault("data folder", f"{there} cannot be written to.", cure)]
    free = shutil.disk_usage(there).free
    says = f"{free >> 20:,} MiB are free in {there}."
    if free < TOO_LITTLE_SPACE:
        return [fault("data folder", says, "Make room: a full disk refuses every change.")]
    if free < LITTLE_SPACE:
        return [warning("data folder", says, "Make room before it is full.")]
    return [ok("data folder", says)]


async def check_keys(patient: Patient) -> list[Finding]:
    """Look at the key file."""
    path = patient.settings.key_file
    if not path.exists():
        if patient.settings.redis_url:
            says = f"There is no {path}; each node would make keys of its own."
            cure = "Copy the key file of the first node here, or name one place in USHER_KEYS."
            return [warning("keys", says, cure)]
        return [skipped("keys", "Made on the first start.")]
    try:
        load_or_make(path)
    except KeyringError as problem:
        cure = "chmod 600 it, or bring it back from a backup: without it links and names are lost."
        return [fault("keys", str(problem), cure)]
    except OSError as problem:
        cure = "Give it to the user that runs the server, with mode 600."
        return [fault("keys", f"{path} cannot be read: {problem.strerror}.", cure)]
    return [ok("keys", f"{path} is readable by its owner alone.")]


async def check_files(patient: Patient) -> list[Finding]:
    """Look at how many files may be open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = patient.settings.connections + SPARE_FILES
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        return [ok("open files", f"{patient.settings.connections:,} sockets fit.")]
    says = f"The system allows {hard:,} open files; {wanted:,} are wanted for as many sockets."
    cure = "Raise it (systemd: LimitNOFILE=; shell: ulimit -Hn), or lower USHER_CONNECTIONS."
    return [(fault if hard < FEW_FILES else warning)("open files", says, cure)]


async def check_backlog(_patient: Patient) -> list[Finding]:
    """Look at how many connections may wait to be taken."""
    try:
        allowed = int(Path("/proc/sys/net/core/somaxconn").read_text())  # noqa: ASYNC240 - no disk
    except (OSError, ValueError):
        return [skipped("backlog", "Not a Linux that says.")]
    if allowed < SHORT_BACKLOG:
        says = f"{allowed} connections may wait; when everybody comes back at once, some fail."
        return [warning("backlog", says, f"sysctl -w net.core.somaxconn={SHORT_BACKLOG}")]
    return [ok("backlog", f"{allowed:,} connections may wait to be taken.")]


async def check_server(patient: Patient) -> list[Finding]:
    """Look at the server, if it runs, else at its port."""
    settings = patient.settings
    url = local_url(settings.data)
    if url:
        return await _running(url)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((settings.host, settings.port))
        except OSError as problem:
            says = (
                f"Nothing can listen on {settings.host} port {settings.port}: {problem.strerror}."
            )
            return [fault("server", says, "End what uses it, or choose another with PORT.")]
    return [skipped("server", "Does not run; the port is free.")]


async def _running(url: str) -> list[Finding]:
    try:
        async with httpx.AsyncClient(base_url=url, timeout=ASK_S) as client:
            answer = await client.get("/readyz")
    except httpx.HTTPError:
        says = f"It should run at {url} and does not answer."
        return [fault("server", says, "Look at its log; start it anew.")]
    if answer.status_code == httpx.codes.OK:
        return [ok("server", f"Runs at {url} and is ready.")]
    why = answer.json().get("why_not", ())
    says = f"Runs at {url} and is not ready: {', '.join(why)}."
    return [fault("server", says, " ".join(NOT_READY.get(one, "See its log.") for one in why))]
