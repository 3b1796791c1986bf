"""Finding and reading sources: the library first, then the web where the operator has set it up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field

from agents.domain.evidence import Snapshot, snapshot_id
from agents.ports import ToolContext, ToolResult
from agents.tools import documents
from agents.tools.captured import Recent, capture, fenced, one_line, shown
from agents.tools.faults import SearchFault, ToolFault
from agents.tools.library import Hit, Library
from agents.tools.web import Web
from agents.tools.websearch import SearchPort, WebHit

Part = Annotated[int, Field(ge=1, description="Which part of a long text.")]


@dataclass(frozen=True)
class Sources:
    """Where sources come from. None: not set up."""

    library: Library | None
    web: Web | None
    port: SearchPort | None
    recent: Recent
    characters: int  # of one part


async def search(
    context: ToolContext,
    query: Annotated[str, Field(min_length=1, max_length=400, description="A few words that the source would use.")],
    limit: Annotated[int, Field(ge=1, le=10, description="How many results from each place.")] = 6,
    *,
    sources: Sources,
) -> ToolResult:
    """Searches the library and the web for passages; read a source before quoting it."""
    if not sources.library and not sources.port:
        text = "Nothing can be searched: this installation has neither a library nor a web search set up."
        return ToolResult(text, "search: nothing is set up to be searched")
    (inside, first), (outside, second) = await asyncio.gather(
        _in_library(sources.library, query, limit), _on_web(sources.port, query, limit)
    )
    listed = [*inside, *outside]
    text = f"{first} {second}" + ("\n" + _listing(listed) if listed else "")
    results = "1 result" if len(listed) == 1 else f"{len(listed)} results"
    return ToolResult(text, f"search: {one_line(query, 80)} ({results})")


async def _in_library(library: Library | None, query: str, limit: int) -> tuple[list[str], str]:
    if library is None:
        return [], "There is no library."
    hits = await library.search(query, limit)
    return [_hit("library", hit.source, hit) for hit in hits], f"Library: {_results(len(hits))}."


async def _on_web(port: SearchPort | None, query: str, limit: int) -> tuple[list[str], str]:
    if port is None:
        return [], "No web search is set up, so the web was not searched."
    try:
        hits = await port.search(query, limit)
    except SearchFault as fault:
        return [], f"The web was not searched: {fault}"
    return [_hit("web", hit.url, hit) for hit in hits], f"Web: {_results(len(hits))}."


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count or 'no'} results"


def _hit(place: str, source: str, hit: Hit | WebHit) -> str:
    """A hit on five lines; nothing in it can begin a line of its own."""
    said = {
        "title": one_line(hit.title),
        "source": one_line(source, 2000),
        "found in": place,
        "published": hit.published or "not stated",
        "excerpt": one_line(hit.excerpt, 1000),
    }
    return "\n".join(f"{name}: {value}" for name, value in said.items())


def _listing(hits: Sequence[str]) -> str:
    body = "\n\n".join(f"{at}. {hit}" for at, hit in enumerate(hits, start=1))
    return fenced(snapshot_id(body), body)


async def read(
    context: ToolContext,
    source: Annotated[str, Field(min_length=1, max_length=4096, description="A source that search gave, or a URL.")],
    part: Part = 1,
    *,
    sources: Sources,
) -> ToolResult:
    """Reads a source of the library or a public web page and gives the snapshot to quote from."""
    source = source.strip().strip("<>")
    kept = sources.recent.get(context.mission.id, source) if part > 1 else None
    snapshot = kept or sources.recent.keep(context.mission.id, source, await _captured(source, sources))
    text = shown(snapshot, part, sources.characters)
    return ToolResult(text, f"read: {snapshot.title} ({one_line(snapshot.source, 120)})", (snapshot,))


async def _captured(source: str, sources: Sources) -> Snapshot:
    found = await sources.library.get(source) if sources.library else None
    if found:
        return capture("library", found.source, found.title, found.text, found.published)
    if not source.lower().startswith(("http://", "https://")):
        raise ToolFault(await _not_found(source, sources.library))
    if sources.web is None:
        raise ToolFault("Reading the web is switched off in this installation; only the library can be read.")
    return await _page(source, sources.web)


async def _not_found(source: str, library: Library | None) -> str:
    if library is None:
        return f"There is no library here, so {one_line(source, 120)!r} cannot be read; give the URL of a web page."
    near = get_close_matches(source, [*await library.sources(), *await library.titles()], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else " Take a source that search gave."
    return f"There is no source {one_line(source, 120)!r} in the library.{hint}"


async def _page(url: str, web: Web) -> Snapshot:
    fetched = await web.fetch(url)
    split = urlsplit(fetched.url)
    name = one_line(unquote(PurePosixPath(split.path).name), 80)
    document = await documents.read(fetched.content, name or split.netloc, fetched.mimetype, fetched.charset)
    title = document.title or name or split.netloc
    return capture("web", fetched.url, title, document.text, document.published)
