"""The Web API over HTTP: reads the arguments, asks for token, scopes and pace, runs the method, writes the traffic."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.local.workspace import (
    methods_apps,
    methods_chat,
    methods_conversations,
    methods_files,
    methods_people,
    methods_reactions,
    methods_sessions,
    methods_streams,
    methods_views,
)
from bot.local.workspace.calls import POSTING, Args, Call, Grant, Method
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.state import Json

METHODS: dict[str, Method] = {
    **methods_apps.METHODS,
    **methods_chat.METHODS,
    **methods_conversations.METHODS,
    **methods_files.METHODS,
    **methods_people.METHODS,
    **methods_reactions.METHODS,
    **methods_sessions.METHODS,
    **methods_streams.METHODS,
    **methods_views.METHODS,
}
RATELIMITED: Json = {"ok": False, "error": "ratelimited"}


@dataclass(frozen=True)
class Outcome:
    """The answer to one call; `cut` breaks the connection instead of sending it."""

    body: Json | None
    status: int = 200
    retry_after: int = 0
    scopes: frozenset[str] = frozenset()
    accepted: tuple[str, ...] = ()
    cut: bool = False

    @property
    def error(self) -> str | None:
        """What the traffic says went wrong."""
        if self.cut:
            return "answer lost"
        if self.body is None:
            return f"HTTP {self.status}"
        return None if self.body.get("ok") else self.body.get("error", "error")


class WebApi:
    """All Web API methods of one workspace."""

    def __init__(self, core: Core) -> None:
        self.core = core
        settings = core.settings
        self.grants = {
            settings.bot_token: Grant("bot", settings.scopes),
            settings.app_token: Grant("app", settings.app_scopes),
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request."""
        name = request.match_info["method"]
        values, is_json, warnings = await _arguments(request)
        token = _token(request, values)
        outcome = self.call(name, values, token, is_json)
        self.core.traffic.record("bot->slack", name, values, outcome.body, outcome.error)
        return _response(request, outcome, warnings)

    def call(self, name: str, values: Json, token: str | None, is_json: bool = False) -> Outcome:
        """Carry out one call, with the faults in force."""
        faults = self.core.faults
        storm = faults.strikes(faults.storms, name)
        if storm is not None:
            return Outcome(RATELIMITED, 429, int(storm.detail))
        broken = faults.strikes(faults.broken, name)
        if broken is not None:
            return Outcome(None, int(broken.detail))
        outcome = self._checked(name, values, token, is_json)
        lost = outcome.error is None and faults.strikes(faults.lost, name) is not None
        return Outcome(outcome.body, cut=True) if lost else outcome

    def _checked(self, name: str, values: Json, token: str | None, is_json: bool) -> Outcome:
        known = self.core.settings.methods
        method = METHODS.get(name) if known is None or name in known else None
        if method is None:
            return Outcome({"ok": False, "error": "unknown_method", "req_method": name})
        grant = self.grants.get(token or "", Grant("none", frozenset()))
        try:
            self._admit(method, token, grant)
            refused = self.core.faults.strikes(self.core.faults.refused, name)
            if refused is not None:
                raise ApiError(str(refused.detail))
            body, wait = self._run(
                name, method, Call(self.core, Args({} if is_json and method.form_only else values), grant)
            )
        except ApiError as refusal:
            body, wait = refusal.answer(), 0
        if wait:
            return Outcome(RATELIMITED, 429, wait)
        return Outcome(body, scopes=grant.scopes, accepted=method.scopes)

    def _admit(self, method: Method, token: str | None, grant: Grant) -> None:
        if method.token == "none":
            return
        if token is None:
            raise ApiError("not_authed")
        if grant.kind == "none":
            raise ApiError("invalid_auth")
        if grant.kind != method.token:
            raise ApiError("not_allowed_token_type")
        lacking = [scope for scope in method.scopes if scope not in grant.scopes]
        if lacking:
            raise ApiError("missing_scope", needed=",".join(lacking), provided=",".join(sorted(grant.scopes)))

    def _run(self, name: str, method: Method, call: Call) -> tuple[Json, int]:
        """The answer, or the seconds to wait before the call may be made."""
        if method.tier == POSTING:
            wait = self.core.limits.post(name, str(call.args.get("channel")))
        else:
            wait = self.core.limits.method(name, method.tier)
        return ({}, wait) if wait else (method.run(call), 0)


async def _arguments(request: web.Request) -> tuple[Json, bool, list[str]]:
    """Query, form and JSON arguments together; whether the body was JSON; Slack's grumbles about the charset."""
    values: Json = dict(request.query)
    kind, charset = request.content_type, request.charset
    if request.method == "GET" or not request.can_read_body:
        return values, False, []
    if kind == "application/json":
        return values | _decoded(await request.read()), True, ([] if charset else ["missing_charset"])
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        return values | form, False, (["superfluous_charset"] if charset else [])
    return values, False, []


def _decoded(body_bytes: bytes) -> dict[str, Any]:
    """The arguments in a JSON body; what is no JSON object brings no arguments."""
    try:
        body = json.loads(body_bytes or b"{}")
    except ValueError:  # broken JSON and broken UTF-8 alike
        return {}
    return body if isinstance(body, dict) else {}


def _token(request: web.Request, values: Json) -> str | None:
    header = request.headers.get("Authorization", "")
    in_body = values.pop("token", None)
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else in_body


def _response(request: web.Request, outcome: Outcome, warnings: list[str]) -> web.StreamResponse:
    if outcome.cut and request.transport is not None:
        request.transport.abort()
    if outcome.body is None:
        return web.Response(status=outcome.status, text="The server had a problem (a fault switched on for a test).")
    headers = {
        "x-oauth-scopes": ",".join(sorted(outcome.scopes)),
        "x-accepted-oauth-scopes": ",".join(outcome.accepted),
    }
    if outcome.retry_after:
        headers["Retry-After"] = str(outcome.retry_after)
    body = outcome.body
    if warnings:
        told = body.get("response_metadata", {})
        body = {
            "warning": ",".join(warnings),
            **body,
            "response_metadata": {**told, "warnings": told.get("warnings", []) + warnings},
        }
    return web.json_response(body, status=outcome.status, headers=headers)
