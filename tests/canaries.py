"""Secrets that a run knows, everything it has put out, and a search for one in the other."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

LEAST = 6
"""Characters of the shortest secret: a mailed code."""


@dataclass
class Canaries:
    """Collects both, by name."""

    secrets: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, list[str]] = field(default_factory=dict)

    def know(self, name: str, secret: str) -> str:
        """Look for this from now on."""
        assert len(secret) >= LEAST, name
        self.secrets[name] = secret
        return secret

    def heard(self, where: str, text: str) -> None:
        """Note what came out somewhere."""
        self.outputs.setdefault(where, []).append(text)

    async def of_reply(self, answer: httpx.Response) -> None:
        """Note what a reply shows to more than the one who asked: refusals, and where it leads.

        Whoever redeems something gets a credential in the body, and in a cookie, of a reply that
        is a success; those are for the caller alone.
        """
        await answer.aread()
        headers = {key: value for key, value in answer.headers.items() if key != "set-cookie"}
        self.heard("headers of replies", json.dumps(headers))
        self.heard("where replies lead", answer.headers.get("location", ""))
        if answer.status_code >= 400:
            self.heard("bodies of refusals", answer.text)

    def found(self) -> list[str]:
        """List which secret is in which output. Names alone: this is printed when it fails."""
        return [
            f"{name} in {where}, as {how}"
            for where, texts in self.outputs.items()
            for text in ("\n".join(texts),)
            for name, secret in self.secrets.items()
            for how, pattern in shapes(secret)
            if pattern.search(text)
        ]


def shapes(secret: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Say how a secret may look in an output: as it is, escaped, encoded, or all but its end.

    A short one of digits counts only where it stands alone: longer numbers are times.
    """
    if secret.isdigit():
        yield "it is", re.compile(rf"(?<![\d.]){secret}(?![\d.])")
        return
    yield "it is", re.compile(re.escape(secret))
    yield "part of an address", re.compile(re.escape(quote(secret, safe="")))
    yield "JSON", re.compile(re.escape(json.dumps(secret)[1:-1]))
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    # The last characters depend on what comes after it.
    yield "base64", re.compile(re.escape(coded[:-2]))
    if len(secret) > 24:
        yield "most of it", re.compile(re.escape(secret[-20:]))
