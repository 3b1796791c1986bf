"""Searching the web: three services spoken to on loopback stand-ins that answer as they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from agents.tools import ToolSettings, search_port, websearch
from agents.tools.faults import SearchFault, SearchMisconfigured, SearchUnavailable, ToolsMisconfigured
from agents.tools.websearch import Brave, SearchPort, SearXNG, Tavily, WebHit

KEY = "key-that-must-not-be-told"
HIT = WebHit("Green pods & more", "https://press.example/pods", "2026-03-01", "Five million pods were sold.")


@dataclass
class Service:
    """A stand-in of all three services, and what it was asked."""

    url: str = ""
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[object] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.json() if request.can_read_body else None)
        if self.answer:
            return await self.answer(request)
        excerpt = "Five <strong>million</strong> pods\nwere sold."
        hit = {"title": "Green pods &amp; more", "url": "https://press.example/pods"}
        bad = {"title": "no address", "url": "javascript:alert(1)"}
        match request.path:
            case "/search" if request.method == "POST":
                found = {**hit, "content": excerpt, "score": 0.9, "published_date": "2026-03-01T00:00:00Z"}
                return web.json_response({"query": "pods", "results": [bad, found], "response_time": 1})
            case "/res/v1/web/search":
                found = {**hit, "description": excerpt, "page_age": "2026-03-01T09:00:00"}
                return web.json_response({"type": "search", "web": {"type": "search", "results": [bad, found, found]}})
            case _:
                found = {**hit, "content": excerpt, "publishedDate": "2026-03-01T00:00:00", "engines": ["x"]}
                return web.json_response({"query": "pods", "results": [found, bad, "odd", {}], "suggestions": []})


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


def ports(url: str) -> list[SearchPort]:
    return [Tavily(KEY, url), Brave(KEY, url), SearXNG(f"{url}/")]


async def test_tavily_is_asked_in_its_own_words(service: Service) -> None:
    assert await Tavily(KEY, service.url).search("coffee pods", 5) == [HIT]
    assert (service.asked[0].method, service.asked[0].path) == ("POST", "/search")
    assert service.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert service.bodies[0] == {"query": "coffee pods", "max_results": 5, "search_depth": "basic"}


async def test_brave_is_asked_in_its_own_words(service: Service) -> None:
    assert await Brave(KEY, service.url).search("coffee pods", 1) == [HIT]
    assert service.asked[0].path == "/res/v1/web/search"
    assert dict(service.asked[0].query) == {"q": "coffee pods", "count": "1"}
    assert service.asked[0].headers["X-Subscription-Token"] == KEY


async def test_searxng_is_asked_at_the_operators_private_address(service: Service) -> None:
    assert await SearXNG(f"{service.url}/").search("coffee pods & more", 5) == [HIT]
    assert service.asked[0].path == "/search"
    assert dict(service.asked[0].query) == {"q": "coffee pods & more", "format": "json"}


async def test_a_key_goes_in_a_header_and_nowhere_else(service: Service) -> None:
    for port in ports(service.url):
        await port.search("pods", 3)
        assert KEY not in repr(port)
    assert all(KEY not in str(request.rel_url) for request in service.asked)
    assert all(KEY not in str(body) for body in service.bodies)


@pytest.mark.parametrize(
    ("status", "kind", "why"),
    [
        (401, SearchMisconfigured, "refused the search"),
        (403, SearchMisconfigured, "refused the search"),
        (432, SearchMisconfigured, "refused the search"),
        (429, SearchUnavailable, "asks for fewer searches"),
        (500, SearchUnavailable, "does not work now"),
        (400, SearchFault, "did not accept"),
        (302, SearchFault, "did not accept"),
    ],
)
async def test_a_refusal_is_told_by_who_can_mend_it(
    status: int, kind: type[Exception], why: str, service: Service
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=f"bad {KEY}", headers={"Location": "/elsewhere"})

    service.answer = answer
    for port in ports(service.url):
        with pytest.raises(kind, match=why) as told:
            await port.search("pods", 3)
        assert KEY not in str(told.value)
        assert port.name in str(told.value)
    assert len(service.asked) == 3  # no redirect was followed, nothing asked twice


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[" * 100_000])
async def test_an_answer_that_is_no_json_is_told(body: bytes, service: Service) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body)

    service.answer = answer
    for port in ports(service.url):
        with pytest.raises(SearchUnavailable, match="not JSON"):
            await port.search("pods", 3)


@pytest.mark.parametrize(
    "body", ["[]", "null", "5", "{}", '{"results": {"a": 1}}', '{"web": null, "results": [1, null]}']
)
async def test_an_answer_of_another_shape_holds_no_results(body: str, service: Service) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body)

    service.answer = answer
    for port in ports(service.url):
        assert list(await port.search("pods", 3)) == []


async def test_an_endless_answer_is_left(service: Service) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(500):
            await response.write(b" " * 10_000)
        return response

    service.answer = answer
    with pytest.raises(SearchUnavailable, match="more than 2 MB"):
        await SearXNG(service.url).search("pods", 3)


async def test_a_service_that_does_not_answer_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websearch, "SECONDS", 0.05)
    done = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await done.wait()
        return web.Response()

    service.answer = answer
    with pytest.raises(SearchUnavailable, match=r"did not answer within 0\.05 seconds"):
        await SearXNG(service.url).search("pods", 3)
    done.set()


async def test_a_service_that_is_not_there_is_told() -> None:
    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        await SearXNG("http://127.0.0.1:9").search("pods", 3)
    with pytest.raises(SearchMisconfigured, match="not a web address"):
        await SearXNG("searx.example").search("pods", 3)


def test_the_search_that_is_set_is_the_one_used() -> None:
    assert search_port(ToolSettings()) is None
    tavily = search_port(ToolSettings(search="tavily", search_key=KEY))
    assert tavily == Tavily(KEY)
    assert search_port(ToolSettings(search="brave", search_key=KEY, search_url="http://127.0.0.1:1")) == Brave(
        KEY, "http://127.0.0.1:1"
    )
    assert search_port(ToolSettings(search="searxng", search_url="http://10.0.0.7:8080")) == SearXNG(
        "http://10.0.0.7:8080"
    )
    assert KEY not in repr(ToolSettings(search="tavily", search_key=KEY))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            ToolSettings(search="gogle", search_key=KEY),
            "There is no web search 'gogle'; there are: tavily, brave, searxng",
        ),
        (ToolSettings(search="tavily"), "needs a key"),
        (ToolSettings(search="searxng"), "needs an address"),
    ],
)
def test_a_wrong_setting_of_the_search_is_told_by_name(settings: ToolSettings, why: str) -> None:
    with pytest.raises(ToolsMisconfigured, match=why):
        search_port(settings)
