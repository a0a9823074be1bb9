"""One person's data, for whoever answers for the server: shown in full, or erased."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.people import PersonRef
from server.core.actors import PlatformActor
from server.core.names import clean_email
from server.core.person import person_id
from server.edge.bodies import body_of
from server.edge.callers import caller_of, need_scope
from server.edge.edge import Edge, take
from server.edge.holdings import Subject
from server.edge.ports import ApiKey, Scope
from server.edge.replies import Denied, reply


async def export(edge: Edge, request: Request) -> Response:
    """Show everything that is held about one person."""
    _, subject = await _asked(edge, request)
    held = await edge.holdings.held(subject)
    return reply(held)


async def erase(edge: Edge, request: Request) -> Response:
    """Forget one person everywhere; done again it changes nothing."""
    key, subject = await _asked(edge, request)
    return reply(await edge.holdings.erase(subject, PlatformActor(key_id=key.id)))


async def _asked(edge: Edge, request: Request) -> tuple[ApiKey, Subject]:
    """Say who asks, and about whom. The address stands in the body, never in a URL.

    Raises:
        Denied: `not_signed_in` without a key, `not_allowed` without its scope, `bad_request`.
    """
    caller = await caller_of(edge, request)
    if caller.key is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    need_scope(caller, Scope.PEOPLE)
    await take(edge.limits.writes_per_caller, caller.name)
    who = await body_of(edge, request, PersonRef)
    if who.email is None:
        return caller.key, Subject(set(), account_id=who.account_id)
    address = clean_email(who.email)
    if address is None:
        raise Denied(ErrorCode.BAD_REQUEST, where="email")
    return caller.key, Subject({person_id(address, edge.hub.world.person_key)})
