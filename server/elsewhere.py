"""Whether people are taken at the public address, be it by this node or by another."""

import httpx

TIMEOUT_S = 2.0


async def is_ready_at(url: str) -> bool:
    """Ask as whoever comes by that address would. No answer, and a refusal, are a no.

    Args:
        url: the public address; what balances connections there picks a node.
    """
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = await client.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.status_code == httpx.codes.OK
