"""Copies among sources: however many pages repeat one text, it is one source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from agents.domain.evidence import Claim, Snapshot
from agents.evidence.canonical import canonical

SHINGLE = 5  # words that a piece holds
COPIED = 0.6  # share of the smaller text's pieces that the other must have to be the same text


@lru_cache(maxsize=128)
def shingles(text: str) -> frozenset[str]:
    """Every run of five words of the text; of a shorter text, the text."""
    words = canonical(text).tokens()
    return frozenset(" ".join(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))


def copies(one: str, other: str) -> bool:
    """Whether one text is, for the most part, the other."""
    if one == other:
        return True
    small, large = sorted((shingles(one), shingles(other)), key=len)
    return bool(small) and len(small & large) / len(small) >= COPIED


def groups(snapshots: Iterable[Snapshot]) -> list[frozenset[str]]:
    """Snapshot ids, those together that are copies of one text, in the order of the first of each."""
    found: list[list[Snapshot]] = []
    for snapshot in snapshots:
        same = [group for group in found if any(copies(snapshot.text, other.text) for other in group)]
        merged = [one for group in same for one in group]
        found = [group for group in found if group not in same]
        found.append([*merged, snapshot])
    return [frozenset(one.id for one in group) for group in found]


def roots(claims: Iterable[Claim], snapshots: Mapping[str, Snapshot]) -> int:
    """How many independent sources the claims rest on; copies of one text count as one."""
    cited = {c.snapshot for claim in claims for c in claim.citations if c.snapshot in snapshots}
    return len(groups(snapshots[id] for id in sorted(cited)))
