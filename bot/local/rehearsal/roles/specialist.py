"""The specialist by rules: gathers what it lacks with its tools, composes what is asked, mends what is sent back."""

import re
from dataclasses import replace
from typing import Literal

from pydantic import ValidationError

from agents.contracts import HandOver, SpecialistBrief
from bot.local.rehearsal import asks, findings
from bot.local.rehearsal.answers import Answer, Call
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Pool
from bot.local.rehearsal.reading import Exchange
from bot.local.rehearsal.roles import analyst, calendar, gather, mending, researcher, texts, writer
from bot.local.rehearsal.subjects import Cast

Work = Literal["research", "analysis", "calendar", "items", "text", "table"]
LOOKING = frozenset({"search", "read", "read_file", "read_thread"})


def answer(exchange: Exchange) -> Answer:
    """Tool calls while something is to be looked up or counted, else the hand-over."""
    brief = exchange.of(SpecialistBrief)
    brief = brief.model_copy(update={"notes": [*brief.notes, *exchange.notes]})
    ask = asks.ask(brief)
    work = work_of(ask, exchange)
    if calls := _next_calls(exchange, ask, work):
        return Answer(calls=tuple(calls))
    done = _mended(exchange, ask, work) or compose(exchange, ask, work)
    return Answer(calls=(Call("hand_over", done.model_dump(mode="json")),))


def work_of(ask: Ask, exchange: Exchange) -> Work:
    """Which sort of work the brief asks for, by its output, checks and words."""
    brief = ask.brief
    said = f"{brief.title} {brief.brief.splitlines()[0]}"
    if brief.output == "items":
        return "items"
    if brief.output == "table":
        dated = ask.check("consecutive_dates") or re.search(
            r"calendar|schedule|timeline|itinerary|timetable", said, re.I
        )
        return "calendar" if dated or "calendar" in exchange.tools else "table"
    if re.search(r"\banaly[sz]|compar|assess|evaluat|benchmark|\brank", said, re.I) and brief.materials:
        return "analysis"
    looking = re.search(
        r"\bresearch|find|investigat|gather|collect|identify|look (?:up|into)|facts on|what the sources", said, re.I
    )
    if not brief.materials and LOOKING & set(exchange.tools) and (looking or ask.look_for):
        return "research"
    return "analysis" if re.search(r"\banaly[sz]|compar", said, re.I) else "text"


def _next_calls(exchange: Exchange, ask: Ask, work: Work) -> list[Call]:
    """What is still to be done with tools. Work that was sent back is looked up again only for want of sources."""
    lacking = work == "research" or not findings.of_materials(ask.brief.materials).findings
    again = not ask.brief.points or _wants_sources(ask) or _previous(ask) is None
    if lacking and again and (calls := gather.next_calls(exchange, ask)):
        return calls
    if work == "calendar":
        return calendar.next_calls(exchange, ask)
    if work in ("analysis", "table") and not ask.brief.points:
        return analyst.next_calls(exchange, ask, _pool(exchange, ask)[0])
    return []


def _wants_sources(ask: Ask) -> bool:
    return any(
        re.search(r"\bsources?\b", point, re.IGNORECASE) and not re.search(r"t\d+\.c\d+", point)
        for point in ask.brief.points
    )


def _previous(ask: Ask) -> HandOver | None:
    try:
        return HandOver.model_validate_json(ask.brief.previous) if ask.brief.previous else None
    except ValidationError:
        return None


def _mended(exchange: Exchange, ask: Ask, work: Work) -> HandOver | None:
    """The last attempt, mended; None when it has to be made anew: first attempt, calendar, more sources."""
    previous = _previous(ask)
    if previous is None or not ask.brief.points or work == "calendar" or (exchange.pages() and _wants_sources(ask)):
        return None
    count = ask.limit("count")
    if previous.items is not None and count and len(previous.items) != count:
        return mending.mended(compose(exchange, ask, work), ask, _pool(exchange, ask)[0])
    if work == "table" and previous.text is None:
        return None
    pool = _pool(exchange, ask)[0]
    own = tuple(_own_of(previous, ask))
    return mending.mended(previous, ask, replace(pool, findings=(*pool.findings, *own)))


def _own_of(previous: HandOver, ask: Ask) -> list[findings.Finding]:
    """Claims of the last attempt, to mark loose figures with."""
    return [
        findings.Finding(f"{ask.brief.task}.c{number}", claim.text, claim=claim)
        for number, claim in enumerate(previous.claims, 1)
    ]


def _pool(exchange: Exchange, ask: Ask) -> tuple[Pool, researcher.Gathered]:
    """What came with the materials, then what was found here."""
    given = findings.of_materials(ask.brief.materials)
    found = researcher.gathered(exchange.pages(), ask)
    cast = given.cast if given.cast.names else found.pool.cast
    return Pool((*given.findings, *found.pool.findings), Cast(cast.names, cast.aliases)), found


def compose(exchange: Exchange, ask: Ask, work: Work) -> HandOver:
    """A first draft."""
    pool, found = _pool(exchange, ask)
    own = [one.claim for one in found.pool.findings if one.claim]
    match work:
        case "research":
            return researcher.hand_over(ask, found)
        case "analysis":
            return analyst.hand_over(exchange, ask, pool, own)
        case "calendar":
            return calendar.hand_over(exchange, ask, pool).model_copy(update={"claims": own})
        case "items":
            return writer.hand_over(ask, pool, own)
        case "table":
            return analyst.table_hand_over(ask, pool, own)
        case "text":
            return texts.hand_over(ask, pool, own)
