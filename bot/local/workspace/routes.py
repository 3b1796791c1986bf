"""The HTTP surface: Web API, sockets, uploads, response addresses, private files and the page."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from bot.local.workspace import responses
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.files import LARGEST_FILE, fill, readable_by_bot
from bot.local.workspace.page_api import PageApi, told
from bot.local.workspace.page_guard import add_headers, guard
from bot.local.workspace.page_socket import Pages
from bot.local.workspace.socket_mode import SocketMode
from bot.local.workspace.webapi import WebApi

PAGE_FOLDER = Path(__file__).resolve().parent.parent / "page"
PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
"""Written out, because what the system believes of an ending differs from machine to machine."""
SIGN_IN = "<!doctype html><title>Sign in</title><p>Sign in to see this file.</p>"


class Surface:
    """All handlers that are not Web API methods or the page's own."""

    def __init__(
        self, core: Core, sockets: SocketMode, pages: Pages, page_folder: Path, connected: Callable[[], bool]
    ) -> None:
        self.core = core
        self.sockets = sockets
        self.pages = pages
        self.connected = connected
        self.page_folder = page_folder.resolve()

    async def link(self, request: web.Request) -> web.StreamResponse:
        """A socket of the app; its address came from apps.connections.open."""
        if request.query.get("ticket") not in self.core.tickets.sockets:
            return web.Response(status=403, text="This address is not valid (any more); call apps.connections.open.")
        return await self.sockets.serve(request)

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, as a raw body or a form; the address is good for one file."""
        file = self.core.state.files.get(self.core.tickets.uploads.get(request.match_info["key"], ""))
        if file is None or file.complete:
            return web.Response(status=404, text="This upload address is not valid.")
        content = await _bytes(request)
        if len(content) != file.length:
            return web.Response(status=400, text=f"Expected {file.length} bytes, got {len(content)}.")
        fill(self.core, file, content)
        return web.Response(text=f"OK - {len(content)}")

    async def private_file(self, request: web.Request) -> web.StreamResponse:
        """A file for the app; without its token Slack answers with a page to sign in, not with an error."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        file = self.core.state.files.get(request.match_info["owner"].rpartition("-")[2])
        settings = self.core.settings
        if token != settings.bot_token or "files:read" not in settings.scopes:
            return web.Response(text=SIGN_IN, content_type="text/html")
        if file is None or not file.uploaded or not readable_by_bot(self.core, file):
            return web.Response(status=404, text="File not found.")
        return web.Response(body=file.content, headers={"Content-Type": file.mimetype})

    async def respond(self, request: web.Request) -> web.Response:
        """An answer through a response address."""
        try:
            body: Any = json.loads(await request.read())
        except ValueError:  # broken JSON and broken UTF-8 alike
            body = None
        refusal = self._respond(request.match_info["key"], body)
        self.core.traffic.record("bot->slack", "response_url", body, None, refusal)
        if refusal is not None:
            return web.json_response({"ok": False, "error": refusal}, status=404)
        return web.Response(text="ok")

    def _respond(self, key: str, body: Any) -> str | None:
        try:
            responses.respond(self.core, key, body)
        except ApiError as refusal:
            return refusal.code
        return None

    async def page_socket(self, request: web.Request) -> web.StreamResponse:
        """News for one open page."""
        return await self.pages.serve(request, self.connected())

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page."""
        return self._page_file("index.html")

    async def page_file(self, request: web.Request) -> web.StreamResponse:
        """A part of the page."""
        return self._page_file(request.match_info["name"])

    def _page_file(self, name: str) -> web.StreamResponse:
        path = (self.page_folder / unquote(name)).resolve()
        if not path.is_relative_to(self.page_folder) or not path.is_file():
            return web.json_response({"error": f"The page has no file {name!r}."}, status=404)
        return web.FileResponse(path, headers={"Content-Type": PAGE_TYPES.get(path.suffix, "application/octet-stream")})

    async def permalink(self, request: web.Request) -> web.StreamResponse:
        """A permanent address opened in the browser: the page, at that thread."""
        channel, stamp = request.match_info["channel"], request.match_info["stamp"]
        ts = request.query.get("thread_ts") or f"{stamp[:-6]}.{stamp[-6:]}"
        raise web.HTTPFound(f"/#{channel}/{ts}")


def application(
    core: Core, surface: Surface, disconnect: Callable[[str], Awaitable[None]], hosts: Callable[[], frozenset[str]]
) -> web.Application:
    """The aiohttp application with every path."""
    app = web.Application(middlewares=[guard(hosts)], client_max_size=LARGEST_FILE + 1024 * 1024)
    web_api = WebApi(core)
    page_api = PageApi(core, disconnect, surface.connected)
    app.add_routes(
        [
            web.get("/api/{method}", web_api.handle),
            web.post("/api/{method}", web_api.handle),
            web.get("/link/", surface.link),
            web.post("/upload/{key}", surface.upload),
            web.get("/files-pri/{owner}/{name}", surface.private_file),
            web.post("/respond/{key}", surface.respond),
            *page_api.routes(),
            web.get("/local/socket", told(surface.page_socket)),
            web.get("/", surface.index),
            web.get("/page/{name:.+}", surface.page_file),
            web.get("/archives/{channel:[A-Z0-9]+}/p{stamp:[0-9]+}", surface.permalink),
        ]
    )
    app.on_response_prepare.append(add_headers)
    return app


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
