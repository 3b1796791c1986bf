"""Fetches public web pages: one resolution a hop, connected to the address that was checked, bounded in every way."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import cast

import httpcore
import httpx

from agents.ports import Unreadable
from agents.tools.addresses import Forbidden, Target, public, target
from agents.tools.captured import one_line

TYPES = frozenset(
    {"text/html", "text/plain", "text/markdown", "text/csv", "application/json", "application/pdf"},
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_ADDRESSES = 4  # of one name that are tried

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # host, port -> IP addresses; raises OSError
Connect = Callable[[str, int, float | None], Awaitable[httpcore.AsyncNetworkStream]]  # IP address, port, seconds


@dataclass(frozen=True)
class FetchLimits:
    """What bounds one fetch, all redirects together."""

    seconds: float = 20
    size: int = 5_000_000  # bytes after decompression
    redirects: int = 5


@dataclass(frozen=True)
class Fetched:
    """What a page answered. `url` is where the last redirect led; `charset` is empty when none was declared."""

    url: str
    mimetype: str
    charset: str
    content: bytes


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver knows, each once, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


async def connect(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
    """A connection to an IP address."""
    backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())  # its class is hidden behind an import
    return await backend.connect_tcp(address, port, seconds)


class Web:
    """The public web. `hosts` limits it to hosts of exactly these names; None means any public one."""

    def __init__(
        self,
        *,
        ports: Iterable[int] = (80, 443),
        hosts: Iterable[str] | None = None,
        limits: FetchLimits | None = None,
        resolve: Resolve = resolve,
        connect: Connect = connect,
    ) -> None:
        self._ports = frozenset(ports)
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)
        self._limits = limits or FetchLimits()
        self._guard = Guard(resolve, connect, self._ports)

    async def fetch(self, url: str) -> Fetched:
        """Reads a page, following redirects. Raises Unreadable (Forbidden for what may not be asked for)."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(url)
        except TimeoutError as error:
            raise Unreadable(f"{one_line(url)} took longer than {self._limits.seconds:g} seconds.") from error

    async def _follow(self, url: str) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            answer = await self._get(self._checked(url))
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise Unreadable(f"{one_line(url)} was not read: more than {self._limits.redirects} redirects led to it.")

    def _checked(self, url: str) -> Target:
        found = target(url, self._ports)
        if self._hosts is not None and found.host not in self._hosts:
            raise Forbidden(f"{one_line(url)} was not read: {found.host} is not among the hosts allowed here.")
        return found

    async def _get(self, at: Target) -> Fetched | str:
        """The page, or the address that it redirects to."""
        try:
            async with httpcore.AsyncConnectionPool(ssl_context=tls(), network_backend=self._guard) as pool:
                address = httpcore.URL(scheme=at.scheme, host=at.host, port=at.port, target=at.path)
                async with pool.stream("GET", address, headers=_headers(at)) as response:
                    return await self._read(at, response)
        except httpcore.TimeoutException as error:
            raise Unreadable(f"{one_line(at.url)} does not answer.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            why = f"{type(error).__name__}: {one_line(str(error))}"
            raise Unreadable(f"{one_line(at.url)} cannot be reached ({why}).") from error

    async def _read(self, at: Target, response: httpcore.Response) -> Fetched | str:
        headers = httpx.Headers(response.headers)
        if response.status in REDIRECTS and "location" in headers:
            return _joined(at, headers["location"])
        if response.status != 200:
            raise Unreadable(f"{one_line(at.url)} answered {response.status} instead of a page.")
        mimetype, charset = _type(headers.get("content-type", ""))
        if mimetype not in TYPES:
            kind = one_line(mimetype, 80) or "no content type"
            raise Unreadable(f"{one_line(at.url)} is {kind}, which cannot be read; pages, text, CSV, JSON and PDF can.")
        content = await self._body(at, headers, response.aiter_stream())
        return Fetched(at.url, mimetype, charset, content)

    async def _body(self, at: Target, headers: httpx.Headers, chunks: AsyncIterator[bytes]) -> bytes:
        """The whole body, decompressed no further than the limit however small the compressed bytes are."""
        limit = self._limits.size
        too_large = Unreadable(f"{one_line(at.url)} is larger than {limit // 1_000_000} MB.")
        if headers.get("content-length", "").isdecimal() and int(headers["content-length"][:20]) > limit:
            raise too_large
        gunzip = _gunzip(at, headers.get("content-encoding", ""))
        body, received = bytearray(), 0
        try:
            async for chunk in chunks:
                received += len(chunk)
                body += gunzip.decompress(chunk, limit - len(body) + 1) if gunzip else chunk
                if max(len(body), received) > limit:
                    raise too_large
        except zlib.error as error:
            raise Unreadable(f"{one_line(at.url)} is packed wrongly.") from error
        if gunzip and (not gunzip.eof or gunzip.unused_data.strip(b"\0")):
            raise Unreadable(f"{one_line(at.url)} came incomplete.")
        return bytes(body)


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only: resolves once, checks every answer, goes to the very address it checked."""

    def __init__(self, resolve: Resolve, connect: Connect, ports: frozenset[int]) -> None:
        self._resolve = resolve
        self._connect = connect
        self._ports = ports

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if port not in self._ports:
            raise Forbidden(f"{host} was not read: port {port} is not one of the web's.")
        fault: Exception = Unreadable(f"There is no host {host}.")
        for address in (await self._addresses(host, port))[:MAX_ADDRESSES]:
            try:
                return await self._connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                fault = error
        raise fault

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = [host] if _literal(host) else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreadable(f"There is no host {host}, or its name cannot be looked up now.") from error
        if not all(public(address) for address in found):
            raise Forbidden(f"{host} was not read: it leads to an address that is not public.")
        return found

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Forbidden("Sockets of this machine cannot be read.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _joined(at: Target, location: str) -> str:
    """Where a redirect leads. A whole address is passed on as it came, so that nothing odd in it is smoothed away."""
    if re.match(r"[a-z][a-z0-9+.-]*:", location, re.IGNORECASE):
        return location
    if location.startswith("//"):
        return f"{at.scheme}:{location}"
    try:
        return str(httpx.URL(at.url).join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise Forbidden(f"{one_line(at.url)} was not read: it redirects to something that is no address.") from error


def _headers(at: Target) -> list[tuple[str, str]]:
    return [
        ("Host", at.authority),
        ("User-Agent", user_agent()),
        ("Accept", ", ".join(sorted(TYPES))),
        ("Accept-Encoding", "gzip"),
        ("Connection", "close"),
    ]


def _type(header: str) -> tuple[str, str]:
    """Mimetype and charset of a Content-Type header."""
    mimetype, *parameters = (piece.strip() for piece in header.lower().split(";"))
    charset = next((p.removeprefix("charset=").strip("\"'") for p in parameters if p.startswith("charset=")), "")
    return mimetype, charset


def _gunzip(at: Target, encoding: str):  # the type of decompressobj has no public name
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        case _:
            raise Unreadable(f"{one_line(at.url)} is packed in a way that was not asked for.")


def user_agent() -> str:
    """How we introduce ourselves."""
    try:
        return f"Baton/{version('baton')}"
    except PackageNotFoundError:  # run from a checkout without an install
        return "Baton/0"


@cache
def tls() -> ssl.SSLContext:
    """Certificates of the bundle and of the operating system, so that a company's own authority counts too."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
