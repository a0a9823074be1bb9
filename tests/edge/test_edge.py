"""What every handler is handed."""

import pytest

from server.edge.edge import refuse_exhausted, take
from server.edge.limits import OwnLimit
from server.edge.replies import Denied
from server.edge.settings import Rate


async def test_taking_too_much_is_refused_with_the_time_to_wait() -> None:
    limit = OwnLimit(Rate(burst=1, per_s=0.5), lambda: 7.0)
    await refuse_exhausted(limit, "ada")
    await take(limit, "ada")

    for refuse in (take, refuse_exhausted):
        with pytest.raises(Denied) as caught:
            await refuse(limit, "ada")
        assert caught.value.retry_after_s == 2.0
    await take(limit, "bob")
