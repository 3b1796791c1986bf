"""Three arms without a ledger, for comparison: nobody looks, somebody looks at the final text, and follows its links.

They are our own stand-ins for a critic that sees the final text only. A critic that is a language model may do better,
or approve more; what they miss says nothing about anybody's product.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from agents.domain import figures
from agents.domain.evidence import Status
from bot.bench.cases import Case, CaseClaim
from bot.bench.outcome import Outcome, Standing

CLASH = 0.8  # share of words two sentences must have in common to be about the same thing


def nobody(case: Case) -> Outcome:
    """A0: everything that is claimed reaches the person as fact."""
    return _outcome(case, frozenset())


def critic(case: Case) -> Outcome:
    """A1: sentences without a mark, and sentences that clash, are seen in the final text."""
    return _outcome(case, _unmarked(case) | _clashing(case.claims))


def links(case: Case) -> Outcome:
    """A2: the same, and links that lead nowhere."""
    return _outcome(case, _unmarked(case) | _clashing(case.claims) | _dead(case))


def _outcome(case: Case, flagged: frozenset[str]) -> Outcome:
    def standing(claim: CaseClaim) -> Standing:
        if claim.claim_id in flagged:
            return Standing(Status.UNVERIFIED, roots=frozenset([claim.claim_id]))
        return Standing(None if claim.kind == "opinion" else Status.TRACED)

    return Outcome({claim.claim_id: standing(claim) for claim in case.claims})


def _unmarked(case: Case) -> frozenset[str]:
    return frozenset(c.claim_id for c in case.claims if not c.citations and not c.derived_from and c.kind != "opinion")


def _dead(case: Case) -> frozenset[str]:
    known = {source.source_id for source in case.sources}
    return frozenset(c.claim_id for c in case.claims if any(q.source_id not in known for q in c.citations))


@dataclass(frozen=True)
class _Said:
    """A sentence, taken apart."""

    claim: str
    words: frozenset[str]  # apart from its figures
    when: frozenset[str]  # years and dates
    figures: frozenset[str]


def _clashing(claims: Sequence[CaseClaim]) -> frozenset[str]:
    pairs = [pair for pair in combinations([_read(claim) for claim in claims], 2) if _clash(*pair)]
    return frozenset(said.claim for pair in pairs for said in pair)


def _read(claim: CaseClaim) -> _Said:
    found, bare = figures.read(claim.text), claim.text
    for figure in reversed(found):
        bare = f"{bare[: figure.start]} {bare[figure.end :]}"
    words = frozenset(re.findall(r"[^\W\d_]{2,}", bare.casefold()))
    when = frozenset(figure.text.casefold() for figure in found if figure.kind != "number")
    return _Said(claim.claim_id, words, when, frozenset(f.text.casefold() for f in found if f.kind == "number"))


def _clash(a: _Said, b: _Said) -> bool:
    """About the same thing and time, in other figures."""
    alike = len(a.words & b.words) >= CLASH * max(len(a.words | b.words), 1)
    return alike and a.when == b.when and bool(a.figures - b.figures) and bool(b.figures - a.figures)
