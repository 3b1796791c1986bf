"""Finds the member of a team whose charter fits a kind of work, and the tools that the work needs."""

from collections.abc import Sequence

from agents.contracts import MemberBrief
from bot.local.rehearsal import language
from bot.local.rehearsal.pieces import Kind

_WORDS: dict[str, str] = {
    "research": "research researcher find finds source sources reads findings market customers quote investigate",
    "analysis": "analyst analyse compare compares rank ranks explain explains competitive analysis evaluate figures",
    "calendar": "calendar schedule schedules dates timetable plan timeline keeper",
    "items": "write writes writer posts copy texts social letters content headlines",
    "text": "write writes writer texts reports letters copy summaries content communication",
    "table": "table tables analyst compare compares ranks calculate explain",
    "code": "code coder program programs queries script scripts engineer developer data",
}
_TOOLS: dict[str, tuple[str, ...]] = {
    "research": ("search", "read"),
    "analysis": ("calculate",),
    "calendar": ("calendar", "date_add"),
    "items": (),
    "text": (),
    "table": ("calculate",),
    "code": ("calculate",),
}


def member(team: Sequence[MemberBrief], kind: Kind) -> MemberBrief:
    """The member whose title, charter and tools fit best; the first of equals."""
    return max(team, key=lambda one: _fit(one, kind))


def can_search(team: Sequence[MemberBrief]) -> bool:
    """Whether anybody on the team can look something up."""
    return any({"search", "read", "read_file", "read_thread"} & set(one.tools) for one in team)


def tools(one: MemberBrief, kind: Kind, *, thread: bool = False, files: bool = False, alone: bool = False) -> list[str]:
    """The tools that the work needs, out of the member's. `alone`: it builds on no research and looks up itself."""
    wanted = [*_TOOLS[kind], *(["search", "read"] if alone else [])]
    wanted += ["read_thread"] * thread + ["read_file"] * files
    return [tool for tool in dict.fromkeys(wanted) if tool in one.tools]


def _fit(one: MemberBrief, kind: Kind) -> float:
    wanted = set(map(language.stem, _WORDS[kind].split()))
    named = wanted & set(map(language.stem, language.words(f"{one.id} {one.title}")))
    described = wanted & set(map(language.stem, language.words(one.charter)))
    able = len(set(_TOOLS[kind]) & set(one.tools)) - len(set(_TOOLS[kind]) - set(one.tools))
    return 3.0 * len(named) + len(described) + 2.0 * able
