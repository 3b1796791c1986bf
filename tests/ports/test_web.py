"""Fetching pages: what must be refused is refused before a connection, what is public is read, limits hold."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import random
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore
import pytest

from agents.ports import Unreadable
from agents.tools.addresses import Forbidden, public
from agents.tools.web import FetchLimits, Web, tls
from tests.fakes import adversarial

PUBLIC = "93.184.215.14"
PAGE = b"<html><body><p>A page in plain words.</p></body></html>"


URLS = adversarial.rows("ssrf_urls")
SCENARIOS = adversarial.rows("ssrf_scenarios")

# Written down apart from the code under test: networks that no connection may ever go to.
INNER_NETS = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
192.168.0.0/16 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4 ::/8 64:ff9b::/96 64:ff9b:1::/48 2001::/32 2002::/16 fc00::/7
fe80::/10 ff00::/8"""
INNER = [ipaddress.ip_network(net) for net in INNER_NETS.split()]

NOT_PUBLIC = """168.63.129.16 100.100.100.200 192.0.0.192 192.88.99.1 255.255.255.255 ::ffff:0:7f00:1 ::127.0.0.1
::ffff:8.8.8.8 2606:2800:21f:cb07:0:5efe:7f00:1 2001:db8::1 2001:10::1 3fff::1 4000::1 fe80::1%eth0 ff02::1 nowhere"""


def inner(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    return any(ip in net for net in INNER if net.version == ip.version)


class Stream(httpcore.AsyncNetworkStream):
    """A connection whose TLS is taken as done; the name that would have been verified is noted."""

    def __init__(self, real: httpcore.AsyncNetworkStream, names: list[str | None]) -> None:
        self._real, self._names = real, names

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._real.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._real.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._real.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        self._names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]  # request head, where to write


@dataclass
class Internet:
    """A resolver and a server that stand for the whole internet, and a record of what was asked of them."""

    port: int = 0
    dns: dict[str, list[list[str]]] = field(default_factory=dict)
    answer: Answer | None = None
    lookups: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """As a system's resolver does: old spellings of addresses are understood, any other name is public."""
        self.lookups.append(host)
        try:
            return [socket.inet_ntoa(socket.inet_aton(host))]
        except (OSError, UnicodeEncodeError):
            answers = self.dns.get(host, [[PUBLIC]])
            return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect(self, address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
        self.connected.append((address, port))
        if inner(address):
            raise AssertionError(f"connected to {address}")
        return Stream(await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.port, seconds), self.names)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            await (self.answer or page)(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough
        finally:
            writer.close()

    def web(self, **options: Any) -> Web:
        return Web(resolve=self.resolve, connect=self.connect, **options)


def reply(writer: asyncio.StreamWriter, body: bytes, *headers: str, status: str = "200 OK") -> None:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""])
    writer.write(head.encode("latin-1") + body)


async def page(head: str, writer: asyncio.StreamWriter) -> None:
    reply(writer, PAGE, "Content-Type: text/html; charset=UTF-8", f"Content-Length: {len(PAGE)}")


def always(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        reply(writer, body, *headers, status=status)

    return answer


async def endless(head: str, writer: asyncio.StreamWriter) -> None:
    reply(writer, b"", "Content-Type: text/plain")
    for _ in range(3000):  # far beyond the limit, yet an end
        writer.write(b"x" * 100_000)
        await writer.drain()


@pytest.fixture
async def net() -> AsyncIterator[Internet]:
    internet = Internet()
    server = await asyncio.start_server(internet.serve, "127.0.0.1", 0)
    internet.port = server.sockets[0].getsockname()[1]
    yield internet
    server.close()
    await server.wait_closed()


def test_the_sets_are_whole() -> None:
    assert [row["expect"] for row in URLS].count("refuse") >= 24
    assert [row["expect"] for row in URLS].count("allow") >= 10
    assert len(SCENARIOS) >= 10


@pytest.mark.parametrize("row", [row for row in URLS if row["expect"] == "refuse"], ids=lambda row: row["id"])
async def test_an_address_that_leads_inwards_is_refused_before_any_connection(
    row: dict[str, Any], net: Internet
) -> None:
    net.dns = {name: [answers] for name, answers in row.get("dns", {}).items()}
    with pytest.raises(Forbidden) as refused:
        await net.web().fetch(row["url"])
    assert net.connected == []
    assert "was not read" in str(refused.value)
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize("row", [row for row in URLS if row["expect"] == "allow"], ids=lambda row: row["id"])
async def test_a_public_page_is_fetched(row: dict[str, Any], net: Internet) -> None:
    net.dns = {name: [answers] for name, answers in row["dns"].items()}
    fetched = await net.web().fetch(row["url"])
    assert fetched.content == PAGE
    assert (fetched.mimetype, fetched.charset) == ("text/html", "utf-8")
    assert len(net.lookups) <= 1
    assert len(net.connected) == 1


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row["id"])
async def test_a_trick_on_the_way_reaches_nothing_inner(row: dict[str, Any], net: Internet) -> None:
    net.dns = dict(row["dns_answers_per_lookup"])
    hops = iter(row["chain"][1:])

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        if "/10GB" in head:
            await endless(head, writer)
        elif "/bomb" in head:
            bomb = gzip.compress(b"\0" * 60_000_000)
            reply(writer, bomb, "Content-Type: text/html", "Content-Encoding: gzip")
        elif location := next(hops, None):
            reply(writer, b"", f"Location: {location}", status="307 Temporary Redirect")
        else:
            await page(head, writer)

    net.answer = answer
    web = net.web(limits=FetchLimits(seconds=10))
    lookups = max((len(answers) for answers in row["dns_answers_per_lookup"].values()), default=1)
    for _ in range(lookups - 1):
        assert (await web.fetch(row["chain"][0])).content == PAGE
    with pytest.raises(Unreadable):
        await web.fetch(row["chain"][0])
    assert not any(inner(address) for address, _ in net.connected)
    assert len(net.connected) <= 6
    assert len(net.lookups) <= max(lookups, len(net.connected) + 1)


async def test_a_redirect_to_a_public_page_is_followed_and_told(net: Internet) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        if head.startswith("GET /old"):
            reply(writer, b"", "Location: ../new?x=1#part", "Set-Cookie: a=b", status="301 Moved Permanently")
        else:
            await page(head, writer)

    net.answer = answer
    fetched = await net.web().fetch("http://pub.example/old")
    assert fetched.url == "http://pub.example/new?x=1"
    assert "cookie" not in net.heads[1].lower()
    assert "user-agent: baton/" in net.heads[1].lower()


async def test_the_name_of_the_host_is_what_tls_verifies(net: Internet) -> None:
    await net.web().fetch("https://pub.example/")
    assert net.connected == [(PUBLIC, 443)]
    assert net.names == ["pub.example"]
    assert tls().check_hostname
    assert tls().verify_mode is ssl.CERT_REQUIRED


async def test_a_proxy_of_the_environment_is_not_used(net: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await net.web().fetch("http://pub.example/")).content == PAGE


async def test_a_control_port_of_this_machine_cannot_be_reached(net: Internet) -> None:
    net.dns = {"rebound.example": [["127.0.0.1"]]}
    for url in (
        f"http://127.0.0.1:{net.port}/",
        f"http://localhost:{net.port}/",
        f"http://rebound.example:{net.port}/",
    ):
        with pytest.raises(Forbidden):
            await net.web(ports=(80, 443, net.port)).fetch(url)
    assert net.connected == []


@pytest.mark.parametrize(
    "address",
    NOT_PUBLIC.split(),
)
def test_addresses_of_platforms_and_translations_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07::8b2c", "2a00:1450::1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert public(address)


async def test_only_the_hosts_allowed_are_read_where_there_is_a_list(net: Internet) -> None:
    web = net.web(hosts=["pub.example"])
    assert (await web.fetch("https://PUB.example/")).content == PAGE
    with pytest.raises(Forbidden, match="not among the hosts allowed"):
        await web.fetch("https://sub.pub.example/")
    net.answer = always(b"", "Location: https://other.example/", status="302 Found")
    with pytest.raises(Forbidden, match="not among the hosts allowed"):
        await web.fetch("https://pub.example/")


async def test_the_next_address_is_tried_when_one_does_not_answer(net: Internet) -> None:
    net.dns = {"two.example": [["93.184.215.15", PUBLIC]]}
    real = net.connect

    async def connect(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
        if address != PUBLIC:
            raise httpcore.ConnectError("refused")
        return await real(address, port, seconds)

    web = Web(resolve=net.resolve, connect=connect)
    assert (await web.fetch("http://two.example/")).content == PAGE
    assert net.lookups == ["two.example"]


async def test_gzip_is_unpacked_and_text_keeps_its_charset(net: Internet) -> None:
    body = "Größe".encode("latin-1")
    net.answer = always(gzip.compress(body), "Content-Type: text/plain; Charset=ISO-8859-1", "Content-Encoding: gzip")
    fetched = await net.web().fetch("http://pub.example/")
    assert (fetched.content, fetched.charset) == (body, "iso-8859-1")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (always(b"", "Content-Type: text/html", status="404 Not Found"), "answered 404"),
        (always(b"x", "Content-Type: image/png"), "image/png, which cannot be read"),
        (always(b"x"), "no content type, which cannot be read"),
        (always(b"x", "Content-Type: text/html", "Content-Length: 10000000000"), "larger than 5 MB"),
        (always(b"x", "Content-Type: text/html", "Content-Encoding: br"), "packed in a way"),
        (always(b"no gzip", "Content-Type: text/html", "Content-Encoding: gzip"), "packed wrongly"),
        (always(gzip.compress(b"x" * 99)[:-9], "Content-Type: text/html", "Content-Encoding: gzip"), "came incomplete"),
        (always(b"x", "Content-Type: text/html", "Content-Length: 10"), "cannot be reached"),
        (always(b"\x00nonsense"), "no content type"),
        (always(b"", "Location: http://[broken", status="302 Found"), "not a proper address"),
        (always(b"", "Location: //127.0.0.1/", status="302 Found"), "not a public address"),
        (always(b"", "Location: http:/\\127.0.0.1/", status="302 Found"), "only addresses that begin"),
        (always(b"", "Location: https://a@pub.example/", status="302 Found"), "a user name"),
        (endless, "larger than 5 MB"),
    ],
)
async def test_an_answer_that_is_no_page_is_told_in_one_sentence(answer: Answer, why: str, net: Internet) -> None:
    net.answer = answer
    with pytest.raises(Unreadable, match=why) as refused:
        await net.web().fetch("http://pub.example/x")
    assert "\n" not in str(refused.value)


async def test_a_server_that_never_ends_is_left_at_the_deadline(net: Internet) -> None:
    gone = asyncio.Event()

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        reply(writer, b"x", "Content-Type: text/plain")
        await asyncio.wait_for(writer.wait_closed() if writer.is_closing() else gone.wait(), 5)

    net.answer = answer
    with pytest.raises(Unreadable, match=r"took longer than 0\.2 seconds"):
        await net.web(limits=FetchLimits(seconds=0.2)).fetch("http://pub.example/")
    gone.set()


async def test_a_name_that_does_not_exist_is_told(net: Internet) -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(Unreadable, match=r"There is no host gone\.example"):
        await Web(resolve=nowhere, connect=net.connect).fetch("http://gone.example/")


def _host(dice: random.Random) -> str:
    """A host as an attacker might write it: an address in any spelling, a name, with something put in."""
    number = dice.choice([0x7F000001, 0x0A000005, 0xA9FEA9FE, 0xC0A80001, 0x5DB8D70E, dice.getrandbits(32)])
    a, b, c, d = number.to_bytes(4, "big")
    six = f"{number >> 16:x}:{number & 65535:x}"
    host = dice.choice(
        [
            f"{a}.{b}.{c}.{d}",
            str(number),
            hex(number),
            oct(number).replace("o", ""),
            f"0{a:o}.{b}.{c:#x}.{d}",
            f"{a}.{number & 0xFFFFFF}",
            f"{a}.{b}.{number & 0xFFFF}",
            f"[::ffff:{a}.{b}.{c}.{d}]",
            f"[::ffff:{six}]",
            f"[64:ff9b::{six}]",
            f"[2002:{six}::1]",
            f"[::{six}]",
            f"[fe80::{six}%25eth0]",
            f"{a}.{b}.{c}.{d}.nip.example",
            "localhost",
            "pub.example",
            "metadata.internal",
            "ｌｏｃａｌｈｏｓｔ",
            f"{a}。{b}。{c}。{d}",
            f"{a}\N{FULLWIDTH FULL STOP}{b}.{c}.{d}",
        ]
    )
    if dice.random() < 0.4:
        at = dice.randrange(len(host) + 1)
        host = (
            host[:at]
            + dice.choice([".", "@", "%", "%2e", "\\", "/", "#", "?", ":", "\t", "0", "\0", " ", "[", "]", "ß", "."])
            + host[at:]
        )
    return host


def _url(dice: random.Random) -> str:
    scheme = dice.choice(
        ["http://", "https://", "HTTP://", "http:", "http:/", "http:\\\\", "//", "ftp://", "https:///"]
    )
    user = dice.choice(["", "", "", "a@", "a:b@", "pub.example@", "pub.example%2f@", "pub.example\\@", "pub.example#@"])
    port = dice.choice(["", "", "", ":80", ":443", ":22", ":0", ":99999", ":", ":8o"])
    return scheme + user + _host(dice) + port + dice.choice(["", "/", "/a?b=c#d", "?x", "#y", "/%0d%0a", "\\..\\"])


async def test_no_spelling_of_an_address_slips_through() -> None:
    """12,000 made-up URLs: whatever is connected to is public, and an odd number never comes before a resolver."""
    dice, net = random.Random(20261123), Internet()

    async def connect(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
        net.connected.append((address, port))
        raise httpcore.ConnectError("far enough")

    async def resolve(host: str, port: int) -> Sequence[str]:
        found = await net.resolve(host, port)
        return found if found != [PUBLIC] else dice.choice([[PUBLIC], [PUBLIC, "10.0.0.5"], ["::1"], ["2606:2800::1"]])

    web = Web(resolve=resolve, connect=connect)
    for _ in range(12_000):
        before = len(net.lookups)
        with pytest.raises(Unreadable):
            await web.fetch(_url(dice))
        assert len(net.lookups) - before <= 1
    assert not [address for address, _ in net.connected if inner(address)]
    assert {port for _, port in net.connected} <= {80, 443}
    assert len(net.connected) > 200  # the harmless among them did get through
    assert not [host for host in net.lookups if host.rstrip(".").rpartition(".")[2].isdigit()]
