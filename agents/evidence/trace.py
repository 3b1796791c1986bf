"""Tracing at a hand-over: dead citations, quotes that are not there, foreign figures, wrong sums, inherited doubt.

What comes out is verdicts. A trace says that the words and figures stand in the source; nobody has judged the meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from agents.domain import figures
from agents.domain.evidence import Citation, Claim, Snapshot, Status, Verdict, worst
from agents.domain.figures import Figure
from agents.evidence import arithmetic, runs
from agents.evidence.canonical import find, nearest, stream

QUOTE_WORDS = 2  # the least that a quote must hold; less is found on any page

_SHOWN = 200  # characters of a quote in a sentence for people
_ROOTS = 5  # claims named in such a sentence


def trace(
    claims: Sequence[Claim],
    snapshots: Mapping[str, Snapshot],
    known: Mapping[str, Status | None],
    earlier: Mapping[str, Claim] | None = None,
) -> tuple[list[Claim], list[Verdict]]:
    """The claims with the offsets of the quotes that were found, and the findings about them.

    `snapshots`: what the mission's tools captured. `known`: statuses of claims of earlier tasks, None for opinions.
    `earlier`: those claims themselves, for the figures in them; where one is missing, what rests on its figures is
    unverified and not blocked. An opinion without a failing quote gets no verdict. Never raises for what a claim says.
    """
    located = [replace(claim, citations=tuple(_located(c, snapshots) for c in claim.citations)) for claim in claims]
    walk = _Walk({claim.id: claim for claim in located}, snapshots, known, earlier or {})
    for claim in _parents_first(walk.claims):
        walk.judge(claim)
    return located, [verdict for id in walk.claims for verdict in walk.found[id]]


def _parents_first(claims: Mapping[str, Claim]) -> Iterator[Claim]:
    """Every claim once, after those it was taken from; what lies in or behind a circle comes last."""
    sorter = TopologicalSorter({id: [p for p in claim.derived_from if p in claims] for id, claim in claims.items()})
    with suppress(CycleError):  # what is not in the circle can still be ordered
        sorter.prepare()
    left = dict(claims)
    while ready := sorter.get_ready():
        yield from (left.pop(id) for id in ready)
        sorter.done(*ready)
    yield from left.values()


def _located(citation: Citation, snapshots: Mapping[str, Snapshot]) -> Citation:
    snapshot = snapshots.get(citation.snapshot)
    place = find(citation.quote, snapshot.text) if snapshot and _is_long_enough(citation.quote) else None
    start, end = place or (None, None)
    return replace(citation, start=start, end=end)


def _is_long_enough(quote: str) -> bool:
    tokens = stream(quote).tokens()
    return len(tokens) >= QUOTE_WORDS and any(token[0].isalpha() for token in tokens)


@dataclass
class _Walk:
    """One pass over a hand-over. Claims are judged after their parents."""

    claims: Mapping[str, Claim]
    snapshots: Mapping[str, Snapshot]
    known: Mapping[str, Status | None]
    earlier: Mapping[str, Claim]
    found: dict[str, list[Verdict]] = field(default_factory=dict[str, list[Verdict]])
    roots: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # of a claim that inherits its standing

    def judge(self, claim: Claim) -> None:
        """Finds everything there is to say about the claim."""
        self.found[claim.id] = self._verdicts(claim)

    def _verdicts(self, claim: Claim) -> list[Verdict]:
        failing = list(self._failing_citations(claim))
        if failing or claim.kind == "opinion":
            return failing
        if claim.kind == "computed":
            return self._unusable_parents(claim) or self._computed(claim)
        if claim.kind == "run":
            return [runs.judge(claim, self.snapshots)]
        if claim.citations:
            return self._cited(claim)
        return self._unusable_parents(claim) or self._inherited(claim)

    # ---- quotes ----

    def _failing_citations(self, claim: Claim) -> Iterator[Verdict]:
        for citation in claim.citations:
            snapshot = self.snapshots.get(citation.snapshot)
            if snapshot is None:
                what = f"No tool captured a source with the id {citation.snapshot!r} in this mission."
                yield _verdict(claim, Status.BLOCKED, "dead_citation", what)
            elif citation.start is None:
                yield _verdict(claim, Status.BLOCKED, "quote_not_in_snapshot", _not_found(citation.quote, snapshot))

    def _cited(self, claim: Claim) -> list[Verdict]:
        quotes = [citation.quote for citation in claim.citations]
        foreign = figures.missing(claim.text, quotes)
        if not foreign:
            return [_verdict(claim, Status.TRACED, "traced", "Every quote and figure is in the source.")]
        if sums := _derived(claim, foreign, quotes):
            return [_verdict(claim, Status.TRACED, "sum_right", f"{sums}, over the figures of its quotes.")]
        if claim.derived_from and not self._unusable_parents(claim):
            return self._leaning(claim, foreign)
        return [self._foreign(claim, foreign)]

    def _foreign(self, claim: Claim, foreign: Sequence[Figure]) -> Verdict:
        names = _listed(foreign)
        quotes = "; ".join(f"“{_short(citation.quote)}”" for citation in claim.citations)
        what = f"{names} is in none of the quotes: {quotes}. Quote the passage that has it, or widen the quote."
        return _verdict(claim, Status.BLOCKED, "number_not_in_quote", what)

    # ---- parents ----

    def _unusable_parents(self, claim: Claim) -> list[Verdict]:
        """What keeps the claim from leaning on its parents: a name that nobody knows, or a circle."""
        unknown = [id for id in claim.derived_from if id not in self.claims and id not in self.known]
        if unknown:
            what = f"It was taken from {', '.join(unknown)}, which is no claim of this mission."
            return [_verdict(claim, Status.UNVERIFIED, "unknown_parent", what)]
        if circle := [id for id in claim.derived_from if id in self.claims and id not in self.found]:
            what = f"Claims are derived from each other in a circle: {', '.join(circle)} and back."
            return [_verdict(claim, Status.UNVERIFIED, "circular", what)]
        return []

    def _inherited(self, claim: Claim) -> list[Verdict]:
        if not claim.derived_from:
            what = "It has neither a quote nor a claim that it was taken from."
            return [_verdict(claim, Status.UNVERIFIED, "no_evidence", what)]
        return self._leaning(claim, figures.missing(claim.text, []))

    def _leaning(self, claim: Claim, needed: Sequence[Figure]) -> list[Verdict]:
        """The claim leans on its parents; `needed` are its figures that no quote of its own bears."""
        words = [*self._words_of_parents(claim), *(citation.quote for citation in claim.citations)]
        absent = figures.missing(claim.text, words)
        foreign = [figure for figure in needed if figure in absent]
        foreign = [] if _derived(claim, foreign, words) else foreign
        if not foreign or self._missing_parents(claim):
            verdict = self._standing(claim)
            if foreign and verdict.status is Status.TRACED:
                what = f"{_listed(foreign)} could not be compared with {', '.join(self._missing_parents(claim))}."
                verdict = _verdict(claim, Status.UNVERIFIED, "parent_not_at_hand", what)
            return [verdict]
        if claim.citations:
            return [self._foreign(claim, foreign)]
        what = f"{_listed(foreign)} is not in {', '.join(claim.derived_from)}, from which the claim was taken."
        return [_verdict(claim, Status.BLOCKED, "number_not_in_parents", what)]

    def _standing(self, claim: Claim) -> Verdict:
        """What the claim inherits: the worst status of its parents, at best traced. An opinion makes no fact."""
        statuses = {id: self._status(id) for id in claim.derived_from}
        opinions = [id for id, parent in statuses.items() if parent is None]
        status = worst(statuses.values())
        if opinions and status not in (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED):
            what = f"It rests on an opinion, {', '.join(opinions[:_ROOTS])}."
            return _verdict(claim, Status.UNVERIFIED, "rests_on_opinion", what)
        assert status is not None, "a claim that inherits has parents"
        weakest = [id for id, parent in statuses.items() if parent == status]
        status = Status.TRACED if status is Status.VERIFIED else status  # nobody has judged this claim itself
        roots = list(dict.fromkeys(root for id in weakest for root in self.roots.get(id, [id])))[:_ROOTS]
        self.roots[claim.id] = roots
        what = f"It rests on {', '.join(weakest[:_ROOTS])} ({status})"
        beyond = ", ".join(root for root in roots if root not in weakest)
        what += f", which goes back to {beyond}." if beyond else "."
        return _verdict(claim, status, f"inherits_{status}", what)

    def _status(self, id: str) -> Status | None:
        if id in self.claims:
            return worst(verdict.status for verdict in self.found[id])
        return self.known.get(id)

    def _words_of_parents(self, claim: Claim) -> list[str]:
        """Texts and found quotes of the parents."""
        parents = [self.claims.get(id) or self.earlier.get(id) for id in claim.derived_from]
        return [text for parent in parents if parent for text in (parent.text, *(c.quote for c in parent.citations))]

    def _missing_parents(self, claim: Claim) -> list[str]:
        return [id for id in claim.derived_from if id not in self.claims and id not in self.earlier]

    # ---- sums ----

    def _computed(self, claim: Claim) -> list[Verdict]:
        if not claim.citations and not claim.derived_from:
            what = "Its sum names neither a quote nor a claim that its figures come from."
            return [_verdict(claim, Status.UNVERIFIED, "no_evidence", what)]
        texts = [*(citation.quote for citation in claim.citations), *self._words_of_parents(claim)]
        evidence = [figure for text in texts for figure in figures.read(text)]
        try:
            result = arithmetic.work_out(claim.expression, evidence)
        except arithmetic.NoSum as error:
            return [_verdict(claim, Status.BLOCKED, "sum_wrong", str(error))]
        if result.unknown:
            return [self._unknown_figures(claim, result.unknown)]
        return [self._compared(claim, result, evidence)]

    def _unknown_figures(self, claim: Claim, unknown: Sequence[str]) -> Verdict:
        names = ", ".join(unknown)
        if missing := self._missing_parents(claim):
            what = f"{names} could not be compared with {', '.join(missing)}."
            return _verdict(claim, Status.UNVERIFIED, "parent_not_at_hand", what)
        what = f"{names} in the sum {claim.expression!r} is in none of its quotes and parents."
        return _verdict(claim, Status.BLOCKED, "number_not_in_quote", what)

    def _compared(self, claim: Claim, result: arithmetic.Sum, evidence: Sequence[Figure]) -> Verdict:
        asserted = figures.firm(claim.text)
        others = [figure for figure in asserted if not figures.supported(figure, evidence)]
        stated = arithmetic.states(asserted, result.value)
        if stated is None:
            said = f"the claim says {_listed(others)}" if others else "the claim does not say so"
            what = f"{claim.expression} = {_plain(result)}; {said}."
            return _verdict(claim, Status.BLOCKED, "sum_wrong", what)
        foreign = [figure for figure in others if arithmetic.states([figure], result.value) is None]
        if foreign:
            what = f"{_listed(foreign)} is neither the result of the sum nor in its quotes and parents."
            return _verdict(claim, Status.BLOCKED, "number_not_in_quote", what)
        if claim.derived_from:
            return self._standing(claim)
        return _verdict(claim, Status.TRACED, "sum_right", f"{claim.expression} = {_plain(result)}.")


def _verdict(claim: Claim, status: Status, reason: str, detail: str) -> Verdict:
    return Verdict(claim=claim.id, by="rule", status=status, reason=reason, detail=detail)


def _derived(claim: Claim, foreign: Sequence[Figure], texts: Sequence[str]) -> str | None:
    """The sums over the texts that give all these figures of the claim; None when one of them is no such sum."""
    evidence = [figure for text in texts for figure in figures.read(text)]
    sums = [arithmetic.derivation(figure, claim.text, evidence) for figure in foreign]
    return "; ".join(one for one in sums if one) if sums and all(sums) else None


def _not_found(quote: str, snapshot: Snapshot) -> str:
    if not _is_long_enough(quote):
        return f"The quote “{_short(quote)}” is too short to show anything; quote the sentence it stands in."
    where = f"The quote “{_short(quote)}” is not in {snapshot.title or snapshot.source}."
    like = nearest(quote, snapshot.text)
    return f"{where} Did you mean “{like}”?" if like else where


def _listed(found: Sequence[Figure]) -> str:
    return ", ".join(dict.fromkeys(figure.text for figure in found))


def _plain(result: arithmetic.Sum) -> str:
    """The result as people write it, at most ten digits."""
    text = f"{result.value:.10g}"
    return text if "e" in text.lower() or "." not in text else text.rstrip("0").rstrip(".")


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
