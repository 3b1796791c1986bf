"""The parts of sources that somebody who judges a claim should look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.domain.evidence import Claim, Snapshot
from agents.evidence import canonical

MARGIN = 300  # characters shown before and after a quote
OTHERS = 4  # passages of other sources
COMMON = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been but by can for from had has have in into is it its more most no not of on or our
        over per than that the their them they this to up was we were what when which who will with you your""",
    )
)


@dataclass(frozen=True)
class Shown:
    """A passage and where it stands."""

    snapshot: Snapshot
    text: str


def around(claim: Claim, snapshots: Mapping[str, Snapshot]) -> list[Shown]:
    """The quotes of the claim in their context, then the passages of other sources nearest in words."""
    cited = [shown for citation in claim.citations if (shown := _context(citation.snapshot, citation.quote, snapshots))]
    used = {citation.snapshot for citation in claim.citations}
    return cited + _nearest(claim.text, [s for s in snapshots.values() if s.id not in used])


def _context(id: str, quote: str, snapshots: Mapping[str, Snapshot]) -> Shown | None:
    source = snapshots.get(id)
    place = canonical.find(quote, source.text) if source else None
    if source is None or place is None:
        return None
    start, end = max(0, place[0] - MARGIN), min(len(source.text), place[1] + MARGIN)
    return Shown(source, source.text[start:end])


def _nearest(text: str, snapshots: Iterable[Snapshot]) -> list[Shown]:
    wanted = _content_words(text)
    scored = [
        (len(wanted & _content_words(f"{snapshot.title} {passage}")), snapshot, passage)
        for snapshot in sorted(snapshots, key=lambda s: s.id)
        for passage in re.split(r"\n\s*\n", snapshot.text)
        if passage.strip()
    ]
    best = sorted((s for s in scored if s[0] >= max(2, len(wanted) // 4)), key=lambda s: -s[0])[:OTHERS]
    return [Shown(snapshot, passage[: 4 * MARGIN]) for _, snapshot, passage in best]


def _content_words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[^\W\d_]{3,}", text.casefold()) if word not in COMMON)
