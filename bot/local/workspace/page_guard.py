"""Who may use the page: this machine's browser on this very address, and no page of another origin."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)
HOSTS = ("127.0.0.1", "localhost", "[::1]")


def allowed_hosts(port: int) -> frozenset[str]:
    """The values of the Host header that are ours."""
    return frozenset(f"{host}:{port}" for host in HOSTS)


def foreign(request: web.Request, hosts: frozenset[str]) -> str | None:
    """Why the request is not from our page; None when it is.

    A Host of another name is DNS rebinding; another Origin is another site's script; an address of ours on another
    port is somebody else too.
    """
    if request.headers.get("Host", "") not in hosts:
        return "The page answers only to its own address on this machine."
    origin = request.headers.get("Origin")
    if origin is not None and origin.removeprefix("http://") not in hosts:
        return "Another site may not use this page."
    followed_link = request.path == "/" and request.headers.get("Sec-Fetch-Dest") == "document"
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not followed_link:
        return "Another site may not use this page."
    return None


def guard(hosts: Callable[[], frozenset[str]]) -> Middleware:
    """The middleware that keeps others out of the page and its API; the Web API has tokens instead."""

    @web.middleware
    async def keep_out(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(("/local/", "/page/")) and request.path != "/":
            return await handler(request)
        reason = foreign(request, hosts())
        if reason is not None:
            return web.json_response({"error": reason}, status=403)
        return await handler(request)

    return keep_out


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Nothing is cached, nothing is sniffed, nothing comes from elsewhere."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", POLICY)
