"""What changed between two runs of the same mission: the claims of one ledger against those of the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from agents.domain import figures
from agents.domain.evidence import Claim, Snapshot, Status, Verdict, status
from agents.evidence.canonical import stream

ALIKE = 86  # of 100: from here on two sentences without their figures say the same of the same thing
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


@dataclass(frozen=True)
class Ledger:
    """What is known of the claims of one run."""

    claims: Sequence[Claim]
    verdicts: Sequence[Verdict]
    snapshots: Mapping[str, Snapshot]


@dataclass(frozen=True)
class Change:
    """A claim whose figure is another one now, with the words of both sources."""

    before: Claim
    now: Claim
    quote_before: str
    quote_now: str
    source_before: str
    source_now: str


@dataclass(frozen=True)
class Changes:
    """The difference between two runs. What is blocked or an opinion says nothing about the world and is left out."""

    changed: tuple[Change, ...] = ()
    new: tuple[Claim, ...] = ()
    gone: tuple[Claim, ...] = ()
    unchanged: tuple[Claim, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.changed or self.new or self.gone)


def between(before: Ledger, now: Ledger) -> Changes:
    """Pairs each claim with at most one of the run before: the same words first, then the most alike of one source."""
    old, new = _telling(before), _telling(now)
    pairs = _same_words(old, new)
    pairs |= _alike(old, new, pairs)
    taken = set(pairs.values())
    changed, unchanged = list[Change](), list[Claim]()
    for place, claim in enumerate(new):
        if place in pairs:
            earlier = old[pairs[place]]
            if _figures(earlier.text) == _figures(claim.text):
                unchanged.append(claim)
            else:
                changed.append(_change(earlier, claim, before, now))
    return Changes(
        changed=tuple(changed),
        new=tuple(claim for place, claim in enumerate(new) if place not in pairs),
        gone=tuple(claim for place, claim in enumerate(old) if place not in taken),
        unchanged=tuple(unchanged),
    )


def _telling(ledger: Ledger) -> list[Claim]:
    """Claims about the world, each sentence once; what was only inferred follows from the others."""
    found: dict[str, Claim] = {}
    for claim in ledger.claims:
        standing = status(claim, ledger.verdicts)
        if claim.kind in ("fact", "computed") and standing not in (None, Status.BLOCKED) and claim.citations:
            found.setdefault(_words(claim), claim)
    return list(found.values())


def _same_words(old: Sequence[Claim], new: Sequence[Claim]) -> dict[int, int]:
    places = {_words(claim): place for place, claim in enumerate(old)}
    return {place: places[_words(claim)] for place, claim in enumerate(new) if _words(claim) in places}


def _alike(old: Sequence[Claim], new: Sequence[Claim], pairs: Mapping[int, int]) -> dict[int, int]:
    """The most alike pairs first. Without its figures a sentence says what is measured."""
    free_old = [place for place in range(len(old)) if place not in set(pairs.values())]
    free_new = [place for place in range(len(new)) if place not in pairs]
    masked_old = {place: _masked(old[place].text) for place in free_old}
    scored = [
        (score, n, o)
        for n in free_new
        for o in free_old
        if (score := fuzz.token_sort_ratio(_masked(new[n].text), masked_old[o])) >= ALIKE
        and _names(new[n].text) == _names(old[o].text)
    ]
    found: dict[int, int] = {}
    for _, n, o in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if n not in found and o not in found.values():
            found[n] = o
    return found


def _words(claim: Claim) -> str:
    return stream(claim.text).text.casefold()


def _masked(text: str) -> str:
    """The sentence with a sign in place of each figure."""
    return NUMBER.sub("#", stream(text).text.casefold())


def _names(text: str) -> frozenset[str]:
    """Proper names beyond the first word: two sentences about different firms are never one that changed."""
    return frozenset(re.findall(r"(?<=[\s(“\"])[A-Z][\w’'-]+", text))


def _figures(text: str) -> list[str]:
    """What the figures say, wherever they stand in the sentence."""
    return sorted(f"{f.kind} {f.values} {f.unit} {f.sign} {f.days}" for f in figures.read(text))


def _change(earlier: Claim, claim: Claim, before: Ledger, now: Ledger) -> Change:
    quote_before, source_before = _told(earlier, before.snapshots)
    quote_now, source_now = _told(claim, now.snapshots)
    return Change(earlier, claim, quote_before, quote_now, source_before, source_now)


def _told(claim: Claim, snapshots: Mapping[str, Snapshot]) -> tuple[str, str]:
    """The quote that carries the claim's figures, else the first, and the title of its source."""
    wanted = set(NUMBER.findall(claim.text))
    best = max(claim.citations, key=lambda one: len(wanted & set(NUMBER.findall(one.quote))))
    source = snapshots.get(best.snapshot)
    return best.quote, source.title if source else ""
