"""What specialists can do in the world: find and read sources, read the thread and its files, compute, make tables.

`build` puts the tools together from settings. Nothing here can post, pay or change anything outside: each tool reads
or computes. All that comes from outside is captured as a snapshot and shown between markers as data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agents.ports import Conversations, Toolbox
from agents.tools import arithmetic, conversation, dates, search_read, tables
from agents.tools.captured import Recent
from agents.tools.faults import LibraryFault, SearchFault, ToolFault, ToolsMisconfigured
from agents.tools.library import Library
from agents.tools.search_read import Sources
from agents.tools.toolbox import Bounds, Tool, ToolKit, outside_tools, tool
from agents.tools.web import Web
from agents.tools.websearch import Brave, SearchPort, SearXNG, Tavily

__all__ = ["LibraryFault", "SearchFault", "ToolFault", "ToolSettings", "ToolsMisconfigured", "build"]


@dataclass(frozen=True)
class ToolSettings:
    """What the operator sets about tools."""

    library: tuple[Path, ...] = ()  # folders of documents
    index: Path = Path("library.sqlite3")  # the library's index; a cache that may be deleted
    search: str = ""  # tavily, brave, searxng, or empty for none
    search_key: str = field(default="", repr=False)
    search_url: str = ""  # of SearXNG; for the others another address than their own, e.g. a stand-in
    web: bool = True  # whether public pages may be read
    web_hosts: tuple[str, ...] | None = None  # exact names of the only hosts that may be read; None: any public one
    web_ports: tuple[int, ...] = (80, 443)
    seconds: float = 60  # of one use of a tool
    seconds_by_tool: Mapping[str, float] = field(default_factory=dict[str, float])
    characters: int = 12_000  # of one part of a text
    outside: tuple[str, ...] = ()  # names of entry points in the group `baton.tools`


async def build(settings: ToolSettings, conversations: Conversations) -> Toolbox:
    """All tools of this installation, the library's index brought up to date.

    Raises LibraryFault and ToolsMisconfigured, each with one sentence for the operator.
    """
    library = await Library.open(settings.library, settings.index) if settings.library else None
    web = Web(ports=settings.web_ports, hosts=settings.web_hosts) if settings.web else None
    sources = Sources(library, web, search_port(settings), Recent(), settings.characters)
    tools = [*own_tools(sources, conversations), *outside_tools(settings.outside)]
    return ToolKit(tools, library, Bounds(settings.seconds, settings.seconds_by_tool, settings.characters))


def own_tools(sources: Sources, conversations: Conversations) -> list[Tool]:
    """The tools that come with the program."""
    thread = {"conversations": conversations, "recent": sources.recent, "characters": sources.characters}
    return [
        tool(search_read.search, sources=sources),
        tool(search_read.read, sources=sources),
        tool(conversation.read_thread, **thread),
        tool(conversation.read_file, **thread),
        tool(dates.calendar),
        tool(dates.date_add),
        tool(dates.date_difference),
        tool(dates.weekday),
        tool(arithmetic.calculate),
        tool(tables.table),
    ]


def search_port(settings: ToolSettings) -> SearchPort | None:
    """The web search that is set up, or None. Raises ToolsMisconfigured."""
    if not settings.search:
        return None
    if settings.search not in PORTS:
        raise ToolsMisconfigured(f"There is no web search {settings.search!r}; there are: {', '.join(PORTS)}.")
    needed, make = PORTS[settings.search]
    if not getattr(settings, needed):
        what = "an address" if needed == "search_url" else "a key"
        raise ToolsMisconfigured(f"The web search {settings.search} needs {what}; set it or switch the search off.")
    return make(settings)


PORTS: dict[str, tuple[str, Callable[[ToolSettings], SearchPort]]] = {
    "tavily": ("search_key", lambda s: Tavily(s.search_key, s.search_url) if s.search_url else Tavily(s.search_key)),
    "brave": ("search_key", lambda s: Brave(s.search_key, s.search_url) if s.search_url else Brave(s.search_key)),
    "searxng": ("search_url", lambda s: SearXNG(s.search_url)),
}
