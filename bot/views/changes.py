"""What changed since the last run, above the result: changed figures with both quotes, then new, then gone."""

from __future__ import annotations

from collections.abc import Sequence

from agents.domain.evidence import Claim
from agents.evidence.changes import Change, Changes
from bot.views.post import Block, bullets, context, divider, section
from bot.views.text import escape

SHOWN = 8
QUOTE = 240


def blocks(found: Changes | None) -> list[Block]:
    """The report; nothing for a first run."""
    if found is None:
        return []
    title = ":arrows_counterclockwise: *What changed since the last run*"
    if not found.any:
        return [section(f"{title}\nNothing: {_count(len(found.unchanged), 'claim')} unchanged."), divider()]
    told = [section(title)]
    told += [section(_changed(one)) for one in found.changed[:SHOWN]]
    told += _listed("New", found.new) + _listed("Gone", found.gone)
    more = len(found.changed) - SHOWN
    rest = f"and {_count(more, 'more changed figure')}; " if more > 0 else ""
    return [*told, context(f"{rest}{_count(len(found.unchanged), 'claim')} unchanged"), divider()]


def _changed(one: Change) -> str:
    return (
        f"*Changed:* {escape(_short(one.now.text, 400))}\n"
        f"before: “{escape(_short(one.quote_before, QUOTE))}”{_source(one.source_before)}\n"
        f"now: “{escape(_short(one.quote_now, QUOTE))}”{_source(one.source_now)}"
    )


def _listed(title: str, claims: Sequence[Claim]) -> list[Block]:
    if not claims:
        return []
    lines = bullets(_short(claim.text, 250) for claim in claims[:SHOWN])
    more = f"\n•  and {len(claims) - SHOWN} more" if len(claims) > SHOWN else ""
    return [section(f"*{title}:*\n{lines}{more}")]


def _source(title: str) -> str:
    return f" ({escape(_short(title, 80))})" if title else ""


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
