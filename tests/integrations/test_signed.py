import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from server.integrations.calls import Calls, Unreachable
from server.integrations.outgoing import Answer, Outgoing
from server.integrations.signed import ASKED_AGAIN_S, KEPT_S, RemoteKeys, Untrusted

URL = "https://issuer.example/keys"
KEY = ec.generate_private_key(ec.SECP256R1())


class Issuer(Calls):
    """Gives its keys while it is up."""

    def __init__(self) -> None:
        super().__init__(Outgoing())
        self.is_up = True
        self.asked = 0

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.asked += 1
        if not self.is_up:
            raise Unreachable("nobody answers")
        public: dict[str, Any] = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        body = json.dumps({"keys": [{**public, "kid": "good"}]}).encode()
        return Answer(status=200, headers={}, body=body)


class Known:
    """Keys of an issuer that was reached once, and a clock to move."""

    def __init__(self) -> None:
        self.now = 0.0
        self.issuer = Issuer()
        self.keys = RemoteKeys(self.issuer, lambda: self.now)

    async def read(self, key_id: str) -> dict[str, Any]:
        token = jwt.encode({"sub": "1"}, KEY, algorithm="ES256", headers={"kid": key_id})
        return await self.keys.claims(URL, token)


async def test_a_made_up_key_takes_no_good_one_away_while_the_issuer_is_down() -> None:
    known = Known()
    assert await known.read("good") == {"sub": "1"}

    known.issuer.is_up = False
    known.now += ASKED_AGAIN_S + 1
    with pytest.raises(Unreachable):
        await known.read("made up")

    assert await known.read("good") == {"sub": "1"}
    assert known.issuer.asked == 2


async def test_a_key_that_could_not_be_fetched_anew_counts_no_longer_than_an_hour() -> None:
    known = Known()
    await known.read("good")
    known.issuer.is_up = False
    known.now += KEPT_S - 1
    with pytest.raises(Unreachable):
        await known.read("made up")
    known.now += 2

    with pytest.raises(Unreachable):
        await known.read("good")


async def test_an_unknown_key_is_not_asked_for_again_at_once() -> None:
    known = Known()
    await known.read("good")
    for _ in range(3):
        with pytest.raises(Untrusted, match="key"):
            await known.read("made up")

    assert known.issuer.asked == 1
