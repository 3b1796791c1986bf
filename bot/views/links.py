"""Judges addresses that people or models wrote: which may be clicked, and how the others are shown."""

import re

# The only form that may stay a link. Anything a lenient parser could read in two ways (user names before the host,
# other ports, backslashes, a second address in the query as redirectors carry it) does not match.
_CLICKABLE = re.compile(r"https?://([a-z0-9.-]+)(?::(?:80|443))?((?:[/?#][^\s<>\"`\\|\[\]]*)?)", re.IGNORECASE)
_ADDRESS_INSIDE = re.compile(r"(?::|%3a)(?:/|%2f){2}", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/?#@]*@)*([^/?#:@\s]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s<>\"`|]*", re.IGNORECASE)
_UNPRINTABLE = {ord("`"): "%60", ord("|"): "%7C", ord("\n"): "%0A"}


def is_allowed(url: str, allowed_hosts: frozenset[str]) -> bool:
    """Whether the address is plain http(s) at exactly one of the hosts."""
    found = _CLICKABLE.fullmatch(url)
    return bool(found and found[1].lower() in allowed_hosts and not _ADDRESS_INSIDE.search(found[2]))


def host_of(url: str) -> str:
    """The host as far as it can be told, else the scheme; short enough to stand in brackets after a label."""
    if url.startswith(("/", ".")) and not url.startswith("//"):
        return _shortened(_defused(url).translate(_UNPRINTABLE))  # a path without a host says most as it is
    scheme = _SCHEME.match(url)
    if scheme and not url[scheme.end() :].startswith("//") and scheme[0].lower() != "mailto:":
        return scheme[0]
    found = _HOST.match(url)
    name = re.sub(r"[^\w.-]", "", found[1]) if found else ""
    return _shortened(name) or "link"


def _shortened(name: str) -> str:
    return name if len(name) <= 100 else f"{name[:99]}…"


def as_code(url: str, ticks: str = "`") -> str:
    """The whole address as a code span, without its //, so that nothing makes a link of it again."""
    bare = _defused(url).translate(_UNPRINTABLE)
    return f"{ticks}{bare}{ticks}" if bare else url.replace("/", "")


def without_schemes(code: str, allowed_hosts: frozenset[str]) -> str:
    """Inline code in which addresses at other hosts lost their //."""
    return _ADDRESS.sub(lambda found: found[0] if is_allowed(found[0], allowed_hosts) else _defused(found[0]), code)


def _defused(url: str) -> str:
    """http:// and https:// go, other schemes stay to be read: slack://x becomes slack:x."""
    return re.sub(r"(?<=:)/{2,}", "", re.sub(r"(?:\bhttps?:|^)/{2,}", "", url, flags=re.IGNORECASE))
