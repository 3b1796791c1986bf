"""Searching the web through a service of the operator's choice: Tavily, Brave or a SearXNG of their own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from agents.tools.captured import one_line
from agents.tools.faults import SearchFault, SearchMisconfigured, SearchUnavailable
from agents.tools.pages import iso_day, items, mapping
from agents.tools.web import tls, user_agent

MAX_ANSWER = 2_000_000  # bytes
SECONDS = 15.0
TAVILY = "https://api.tavily.com"
BRAVE = "https://api.search.brave.com"


@dataclass(frozen=True)
class WebHit:
    """A page that a search found. The excerpt is the service's."""

    title: str
    url: str
    published: str | None
    excerpt: str


class SearchPort(Protocol):
    """A search of the web. Raises SearchFault."""

    @property
    def name(self) -> str: ...
    async def search(self, query: str, limit: int) -> Sequence[WebHit]: ...


@dataclass(frozen=True)
class Tavily:
    """api.tavily.com."""

    key: str = field(repr=False)
    base: str = TAVILY
    name: str = "Tavily"

    async def search(self, query: str, limit: int) -> Sequence[WebHit]:
        body = {"query": query, "max_results": limit, "search_depth": "basic"}
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = await _ask(self.name, "POST", f"{self.base}/search", headers, json=body)
        return _hits(_list(answer, "results"), "content", "published_date", limit)


@dataclass(frozen=True)
class Brave:
    """api.search.brave.com."""

    key: str = field(repr=False)
    base: str = BRAVE
    name: str = "Brave Search"

    async def search(self, query: str, limit: int) -> Sequence[WebHit]:
        headers = {"X-Subscription-Token": self.key}
        params = {"q": query, "count": str(min(limit, 20))}
        answer = await _ask(self.name, "GET", f"{self.base}/res/v1/web/search", headers, params=params)
        return _hits(_list(mapping(answer).get("web"), "results"), "description", "page_age", limit)


@dataclass(frozen=True)
class SearXNG:
    """A SearXNG instance. Its address is the operator's own and may be private; its JSON format must be switched on."""

    base: str
    name: str = "SearXNG"

    async def search(self, query: str, limit: int) -> Sequence[WebHit]:
        params = {"q": query, "format": "json"}
        answer = await _ask(self.name, "GET", f"{self.base.rstrip('/')}/search", {}, params=params)
        return _hits(_list(answer, "results"), "content", "publishedDate", limit)


async def _ask(
    name: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    params: Mapping[str, str] | None = None,
    json: object = None,
) -> object:
    """The service's answer. Goes nowhere but to this address: no redirects, no proxies, no cookies kept."""
    headers = {"Accept": "application/json", "User-Agent": user_agent(), **headers}
    try:
        async with (
            httpx.AsyncClient(verify=tls(), trust_env=False, timeout=SECONDS, follow_redirects=False) as client,
            client.stream(method, url, headers=headers, params=params, json=json) as response,
        ):
            _check_status(name, response.status_code)
            return _object(name, await _body(name, response))
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise SearchMisconfigured(f"The address set for {name} is not a web address.") from error
    except httpx.TimeoutException as error:
        raise SearchUnavailable(f"{name} did not answer within {SECONDS:g} seconds.") from error
    except (httpx.HTTPError, OSError) as error:
        raise SearchUnavailable(f"{name} cannot be reached ({type(error).__name__}).") from error


def _check_status(name: str, status: int) -> None:
    if status == 200:
        return
    if status in (401, 402, 403, 404, 432, 433):
        remedy = "is JSON among its search formats?" if name == "SearXNG" else "check its key and quota."
        raise SearchMisconfigured(f"{name} refused the search (status {status}): {remedy}")
    if status == 429:
        raise SearchUnavailable(f"{name} asks for fewer searches (status 429); try again later.")
    if status >= 500:
        raise SearchUnavailable(f"{name} does not work now (status {status}).")
    raise SearchFault(f"{name} did not accept the search (status {status}).")


async def _body(name: str, response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise SearchUnavailable(f"{name} answered with more than {MAX_ANSWER // 1_000_000} MB.")
    return bytes(body)


def _object(name: str, body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SearchUnavailable(f"{name} answered something that is not JSON.") from error


def _list(answer: object, name: str) -> list[dict[str, Any]]:
    return [mapping(item) for item in items(mapping(answer).get(name))]


def _hits(found: Sequence[Mapping[str, Any]], excerpt: str, published: str, limit: int) -> list[WebHit]:
    """Hits with a web address, in the service's order."""
    hits = [_hit(item, excerpt, published) for item in found]
    return [hit for hit in hits if re.match(r"https?://", hit.url, re.IGNORECASE)][:limit]


def _hit(item: Mapping[str, Any], excerpt: str, published: str) -> WebHit:
    return WebHit(
        title=_words(item.get("title"), 200) or "Untitled",
        url=one_line(str(item.get("url") or ""), 2000),
        published=iso_day(str(item.get(published) or "")),
        excerpt=_words(item.get(excerpt), 900),
    )


def _words(text: object, limit: int) -> str:
    """Plain words: services mark the words found with tags and entities."""
    return one_line(html.unescape(re.sub(r"</?\w{1,10}[^>]{0,100}>", "", str(text or ""))), limit)
