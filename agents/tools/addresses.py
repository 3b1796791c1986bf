"""Which web addresses may be asked for: pure rules over a URL's text and over the IP addresses that a name leads to."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from agents.ports import Unreadable
from agents.tools.captured import one_line

MAX_URL = 4096  # characters
PORTS = {"http": 80, "https": 443}

# Names that lead inwards whatever a resolver says about them.
INNER = ("localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "svc", "arpa")

NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NUMERIC = re.compile(
    r"(0x[0-9a-f]*|[0-9]+)"
)  # a last label like this makes the whole host an IPv4 address to some readers

# "Global" by registry, yet leading to other hosts or to the platform itself.
V4_REFUSED = [
    ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "240.0.0.0/4")
]
# Only 2000::/3 is the public internet; of it not Teredo and its kin, documentation and 6to4.
V6_PUBLIC = ipaddress.ip_network("2000::/3")
V6_REFUSED = [ipaddress.ip_network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


class Forbidden(Unreadable):
    """The address is not one of a public web page."""


@dataclass(frozen=True)
class Target:
    """A URL that was checked, in the pieces that a request needs."""

    url: str
    scheme: str
    host: str  # ASCII; an IPv6 address without brackets
    port: int
    authority: str  # for the Host header
    path: str  # with the query, never empty


def target(url: str, ports: frozenset[int]) -> Target:
    """The pieces of a URL that names a public web page unmistakably. Raises Forbidden with one sentence."""
    split = _plainly_written(url)
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _no(url, "it is not a proper address") from error
    host = parsed.raw_host.decode("ascii").lower()
    if split.hostname is None or not _same_host(split.hostname, parsed.host, host):
        raise _no(url, "its host can be read in more than one way")
    port = parsed.port or PORTS[parsed.scheme]
    if port not in ports:
        raise _no(url, f"port {port} is not one of the web's")
    _check_host(url, host)
    path = parsed.raw_path.decode("ascii")
    return Target(str(parsed.copy_with(fragment=None)), parsed.scheme, host, port, parsed.netloc.decode("ascii"), path)


def _plainly_written(url: str):  # -> SplitResult
    """Refuses what readers of URLs disagree about."""
    if len(url) > MAX_URL:
        raise _no(url, f"it is longer than {MAX_URL} characters")
    if not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
        raise _no(url, "only addresses that begin with http:// or https:// can be read")
    if "\\" in url or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise _no(url, "it holds a backslash, a space or a hidden character")
    authority = re.split(r"[/?#]", url.split("://", 1)[1], maxsplit=1)[0]
    if "@" in authority or "%" in authority:
        raise _no(url, "it holds a user name or an encoded host")
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError as error:
        raise _no(url, "it is not a proper address") from error
    return split


def _same_host(one: str, other: str, ascii_host: str) -> bool:
    return one.lower() in (other.lower(), ascii_host)


def _check_host(url: str, host: str) -> None:
    if ":" in host or NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2]):
        _check_literal(url, host)
    elif not NAME.fullmatch(host):
        raise _no(url, "its host is not the full name of a public host")
    elif host.rpartition(".")[2] in INNER:
        raise _no(url, "its host is an inner name, and only public pages can be read")


def _check_literal(url: str, host: str) -> None:
    try:
        ipaddress.ip_address(host)  # strict: no octal, no hexadecimal, no missing parts
    except ValueError as error:
        raise _no(url, "its host is a number that is not a plainly written IP address") from error
    if not public(host):
        raise _no(url, "its host is not a public address")


def public(address: str) -> bool:
    """Whether an IP address, as a resolver gives it, is one of the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in V4_REFUSED)
    return _public_v6(ip)


def _public_v6(ip: ipaddress.IPv6Address) -> bool:
    """IPv4 addresses mapped or translated into IPv6 lie outside 2000::/3; ISATAP carries one in its lower half."""
    isatap = ip.packed[8:12] in (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")
    scoped = ip.scope_id is not None
    return ip.is_global and ip in V6_PUBLIC and not any(ip in net for net in V6_REFUSED) and not isatap and not scoped


def _no(url: str, why: str) -> Forbidden:
    return Forbidden(f"{one_line(url)} was not read: {why}.")
