"""A learning platform that is not ours: `lti1p3platform` signs, checks and answers, on a free port.

What a platform needs besides (courses, people, pages, a book of grades, registering) is here, as
little as there can be; docs/decisions/010 says what and why. `School.bend` bends what is signed.
"""

import asyncio
import html
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from lti1p3platform.exceptions import LtiServiceException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.service_connector import NamesRoleProvisioningService
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.gradebook import Asked, GradeBook

CLIENT = "usher-at-school"
DEPLOYMENT = "1"
COURSE = "course-7"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEACHER = f"{MEMBERSHIP}#Instructor"
STUDENT = f"{MEMBERSHIP}#Learner"
ASSISTANT = f"{MEMBERSHIP}/Instructor#TeachingAssistant"


def pem_pair() -> tuple[str, str]:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


@dataclass(frozen=True)
class Pupil:
    """Somebody with an account at the school."""

    id: str
    name: str
    email: str
    roles: tuple[str, ...]


NO_ANSWER = 0
"""In place of a status: whoever asks waits in vain, until they give up."""
SILENT_S = 20.0
PEOPLE = {
    one.id: one
    for one in (
        Pupil("t1", "Tamar Teacher", "tamar@school.example", (TEACHER,)),
        Pupil("a1", "Ari Assistant", "ari@school.example", (TEACHER, ASSISTANT)),
        Pupil("s1", "Sol Student", "sol@school.example", (STUDENT,)),
        Pupil("s2", "Zoe Student", "zoe@school.example", (STUDENT,)),
    )
}


class _Conf(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **kwargs: Any) -> None:
        self._registration = kwargs["registration"]

    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return self._registration


class _Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class _Launch(LTIAdvantageMessageLaunchAbstract):
    bend: Callable[[dict[str, Any]], dict[str, Any]]

    def get_launch_data(self) -> tuple[dict[str, Any], str]:
        message, state = super().get_launch_data()
        return self.bend(message), state

    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return launch_data


class _Members(NamesRoleProvisioningService):
    """Two people to a page."""

    def get_member_data_page(self, page: Any = 1, *_: Any, **__: Any) -> Any:
        first = 2 * (int(page) - 1)
        everybody = list(PEOPLE.values())
        shown = [
            {"user_id": one.id, "name": one.name, "email": one.email, "roles": list(one.roles)}
            for one in everybody[first : first + 2]
        ]
        return {"content": shown, "has_next": first + 2 < len(everybody)}

    def get_context_by_id(self) -> Any:
        return Context(id=COURSE, label="C7", title="Harbours")


@dataclass
class School:
    """The platform. Every page is served by threads, as the library waits where it stands."""

    tool: str
    url: str = ""
    registration: Registration = field(default_factory=Registration)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    _results: list[dict[str, Any]] = field(default_factory=list)
    """What was ever in `scores`, which tests empty."""
    asked_to_score: int = 0
    score_answers: dict[str, int] = field(default_factory=dict)
    """With what status the score of somebody is answered instead of being taken."""
    registered: dict[str, Any] = field(default_factory=dict)
    is_away: bool = False
    """Tells nothing of itself to a tool that wants to register."""
    asked_for_keys: int = 0
    storage: str = ""
    return_url: str = ""
    bend: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims

    def open(self, url: str) -> None:
        self.url = url
        self.renew_keys()
        (
            self.registration.set_iss(url)
            .set_client_id(CLIENT)
            .set_deployment_id(DEPLOYMENT)
            .set_oidc_login_url(f"{self.tool}/lti/login")
            .set_launch_url(f"{self.tool}/lti/launch")
            .set_deeplink_launch_url(f"{self.tool}/lti/launch")
            .set_tool_key_set_url(f"{self.tool}/lti/jwks")
        )

    def renew_keys(self) -> None:
        private, public = pem_pair()
        self.registration.set_platform_private_key(private)
        self.registration.set_platform_public_key(public)

    @property
    def conf(self) -> _Conf:
        return _Conf(registration=self.registration)

    @property
    def form(self) -> dict[str, Any]:
        """How an administrator registers the school."""
        return {
            "issuer": self.url,
            "client_id": CLIENT,
            "deployments": [DEPLOYMENT],
            "authorize_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "keys_url": f"{self.url}/jwks",
        }

    def login_url(self, user: str, link: str = "", course: str = COURSE) -> str:
        """Begin a launch: where the browser goes. Without a link a room is to be chosen."""
        login = _Login(Asked({}), self.conf)
        login.set_lti_message_hint(hint=json.dumps({"link": link, "course": course}))
        url: str = login.initiate_login(user)
        return url + (f"&lti_storage_target={self.storage}" if self.storage else "")

    def signed(self, asked: dict[str, str]) -> dict[str, Any]:
        """Sign what a launch says, as the library puts it together."""
        hint = json.loads(asked["lti_message_hint"])
        person = PEOPLE[asked["login_hint"]]
        request = {"get_data": asked, "form_data": {}, "method": "GET"}
        launch = _Launch(Asked(request), self.conf)
        launch.set_user_data(person.id, list(person.roles), person.name, person.email)
        launch.set_launch_context_claim(hint["course"], context_title="Harbours")
        launch.set_nrps(f"{self.url}/members")
        if hint["link"]:
            item = self.links.get(hint["link"], {})
            launch.set_resource_link_claim(hint["link"], title=item.get("title", "Weekly talk"))
            launch.set_custom_parameters_claim(item.get("custom", {}))
            launch.set_ags(f"{self.url}/items", f"{self.url}/items/{hint['link']}?of=7")
        else:
            launch.set_dl(self.return_url or f"{self.url}/chosen", accept_types={"ltiResourceLink"})
        launch.bend = self.bend
        return dict(launch.lti_launch())

    # --- pages -----------------------------------------------------------------------------

    def course(self, request: Request) -> Response:
        """Show an activity in a frame, or go there in this window."""
        asked = request.query_params
        url = self.login_url(asked["as"], asked.get("link", ""), asked.get("course", COURSE))
        if "window" in asked:
            return RedirectResponse(url, status_code=302)
        shown = html.escape(url)
        keeper = '<script src="/keeper.js"></script>' if self.storage else ""
        return HTMLResponse(
            f"<h1>Harbours</h1>{keeper}"
            f'<iframe src="{shown}" style="width:100%;height:40rem" title="Activity"></iframe>'
        )

    def auth(self, request: Request) -> Response:
        """Sign the launch and have the browser post it, as every platform does."""
        data = self.signed(dict(request.query_params))
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(data[name])}">'
            for name in ("id_token", "state")
        )
        return HTMLResponse(
            f'<form method="post" action="{data["launch_url"]}">{fields}</form>'
            "<script>document.forms[0].submit()</script>"
        )

    def keeper(self, _request: Request) -> Response:
        """Keep things for tools (LTI Client Side postMessages 1.0)."""
        return Response(
            "const kept = new Map(); addEventListener('message', ({ data, origin, source }) => {"
            " const { subject, key, value, message_id } = data ?? {};"
            " if (subject === 'lti.put_data') kept.set(key, value);"
            " else if (subject !== 'lti.get_data') return;"
            " source.postMessage({ subject: subject + '.response', message_id, key,"
            " value: kept.get(key) }, origin); });",
            media_type="text/javascript",
        )

    async def chosen(self, request: Request) -> Response:
        """Take a chosen room, if the library finds it signed by the tool."""
        fields = dict(parse_qsl((await request.body()).decode()))
        items = await asyncio.to_thread(self.conf.validate_deeplinking_resp, fields)
        name = f"link-{len(self.links) + 1}"
        self.links[name] = items[0]
        return HTMLResponse(f"<h1>Saved</h1><p>{html.escape(items[0]['title'])}</p><b>{name}</b>")

    def jwks(self, _request: Request) -> Response:
        self.asked_for_keys += 1
        return JSONResponse(self.conf.get_jwks())

    async def token(self, request: Request) -> Response:
        """Give an access token to a tool that the library recognises by its signature."""
        fields = dict(parse_qsl((await request.body()).decode()))
        return JSONResponse(await asyncio.to_thread(self.conf.get_access_token, fields))

    def members(self, request: Request) -> Response:
        asked = {
            "headers": {"Authorization": request.headers.get("authorization", "")},
            "get_data": {name: int(value) for name, value in request.query_params.items()},
            "method": request.method,
        }
        service = _Members(Asked(asked), self.conf, f"{self.url}/members")
        answer = service.handle_resp(service.handle_get_members)
        page = int(request.query_params.get("page", 1))
        has_next = 2 * page < len(PEOPLE)
        link = {"Link": f"<{self.url}/members?page={page + 1}>; rel=next"} if has_next else {}
        return JSONResponse(answer.result, status_code=answer.code, headers=link)

    async def score(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
        asked = {
            "headers": {"Authorization": request.headers.get("authorization", "")},
            "method": request.method,
            "json": await request.json(),
        }

        def take(item: str, score: dict[str, Any]) -> None:
            self.asked_to_score += 1
            answer = self.score_answers.get(score["userId"])
            if answer is not None:
                raise LtiServiceException("as the test wants it", answer)
            kept = {**score, "at": f"/items/{item}/scores?{request.url.query}"}
            # A tool that was killed before it heard of this sends it again: it is the same result.
            if kept not in self._results:
                self._results.append(kept)
                self.scores.append(kept)

        book = GradeBook(Asked(asked), self.conf, f"{self.url}/items")
        book.take = take
        item = request.path_params["item"]
        answer = book.handle_resp(book.handle_update_score, line_item_id=item)
        if answer.code == NO_ANSWER:
            await asyncio.sleep(SILENT_S)
        return Response(answer.message, status_code=answer.code or 503)

    def registering(self, url: str) -> str:
        """Say where a browser goes for a tool to register itself, by the address that it gave."""
        told = {
            "openid_configuration": f"{self.url}/openid-configuration",
            "registration_token": "leave-to-register",
        }
        return f"{url}&{urlencode(told)}"

    def tools(self, request: Request) -> Response:
        """List the tools; have one register itself, in a frame (as Moodle does) or a window.

        Source: LTI Dynamic Registration 1.0: the tool says when its page can be closed.
        """
        names = [self.registered["client_name"]] if self.registered else []
        listed = "".join(f"<li>{html.escape(name)}</li>" for name in names)
        adding = request.query_params.get("add")
        if adding is None:
            return HTMLResponse(f"<h1>Tools</h1><ul>{listed}</ul>")
        url = html.escape(self.registering(adding))
        way = (
            f'<a href="{url}" target="tool" rel="opener">Add in a window</a>'
            if "window" in request.query_params
            else f'<iframe src="{url}" style="width:100%;height:40rem" title="Tool"></iframe>'
        )
        return HTMLResponse(
            f"<h1>Add a tool</h1>{way}<script>addEventListener('message', event => {{"
            f" if (event.origin !== {json.dumps(self.tool)}) return;"
            " if (event.data.subject !== 'org.imsglobal.lti.close') return;"
            " if (event.source.parent !== window) event.source.close();"
            " location.assign('/tools'); });</script>"
        )

    def description(self, _request: Request) -> Response:
        """Describe the platform (Dynamic Registration)."""
        if self.is_away:
            return Response(status_code=503)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "registration_endpoint": f"{self.url}/register",
                "https://purl.imsglobal.org/spec/lti-platform-configuration": {
                    "product_family_code": "school"
                },
            }
        )

    async def register(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer leave-to-register":
            return Response(status_code=401)
        self.registered = await request.json()
        tool = "https://purl.imsglobal.org/spec/lti-tool-configuration"
        told = {**self.registered[tool], "deployment_id": DEPLOYMENT}
        return JSONResponse({**self.registered, "client_id": CLIENT, tool: told})

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/course", self.course),
                Route("/auth", self.auth),
                Route("/keeper.js", self.keeper),
                Route("/chosen", self.chosen, methods=["POST"]),
                Route("/jwks", self.jwks),
                Route("/token", self.token, methods=["POST"]),
                Route("/members", self.members),
                Route("/items/{item}/scores", self.score, methods=["POST"]),
                Route("/tools", self.tools),
                Route("/openid-configuration", self.description),
                Route("/register", self.register, methods=["POST"]),
            ]
        )


@asynccontextmanager
async def opened_school(tool: str) -> AsyncIterator[School]:
    """Run a school for a tool: on another site (`localhost`) than the tool's address."""
    school = School(tool)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(100)
        school.open(f"http://localhost:{sock.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(school.app, log_config=None, lifespan="off"))
        # Without its own way of starting, which takes signals over.
        serving = asyncio.create_task(server._serve([sock]))
        try:
            yield school
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving
