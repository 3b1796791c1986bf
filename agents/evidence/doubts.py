"""Warnings about a claim whose quotes and figures hold: what a reader should look at before believing it.

Each is a verdict "unverified" with its reason; a page that speaks to machines makes what rests on it alone contested.
Measured on claims that people labelled, none of these rules is sure enough to block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from agents.domain import figures
from agents.domain.evidence import Claim, Snapshot, Status, Verdict
from agents.evidence import independence, names, pairing, runs, wording
from agents.evidence.passage import Passage, passage

COVERAGE = 0.35  # share of a claim's content words that its surroundings must hold
CLOSE = 0.5  # share of a claim's content words that a sentence holds which says nearly the same
NAMES_MISSING = "names_not_near_quote"  # two or more of a key claim: the one warning that blocks
_FIRST_YEAR = 1800  # a smaller number of four digits is rather a count than a year
_WORDS = 4  # content words of a claim that is worth measuring
_SHOWN = 160


@dataclass(frozen=True)
class Case:
    """A claim with all that it may be compared with."""

    claim: Claim
    passages: tuple[Passage, ...]
    parents: tuple[Claim, ...]  # declared
    lead: Claim | None  # the claim before it, when it only makes sense behind that one ("It was 5 million.")
    lexicon: names.Lexicon
    snapshots: Mapping[str, Snapshot]
    today: date
    max_age_days: int

    @property
    def quotes(self) -> list[str]:
        """The quotes with the rest of their sentences, and the words of the parents."""
        return [p.sentence for p in self.passages] + self.inherited

    @property
    def inherited(self) -> list[str]:
        """Texts and quotes of the parents."""
        return [text for parent in self.parents for text in (parent.text, *(c.quote for c in parent.citations))]

    @property
    def near(self) -> list[str]:
        """Everything around the quotes, and the words of the parents."""
        return [p.near for p in self.passages] + self.inherited


Doubt = tuple[str, str]  # reason, sentence for people


def doubts(case: Case) -> list[Verdict]:
    """What speaks against believing the claim as it is, each reason once."""
    found: dict[str, Verdict] = {}
    for rule, status in _RULES:
        for reason, detail in rule(case):
            one = Status.BLOCKED if reason == NAMES_MISSING else status
            found.setdefault(reason, Verdict(case.claim.id, "rule", one, reason, detail))
    return list(found.values())


# ---- sources ----


def _addressed(case: Case) -> Iterator[Doubt]:
    cited = {p.snapshot.id: p.snapshot for p in case.passages}
    speaking = [(s, words) for s in cited.values() if (words := wording.addressing(f"{s.title}\n{s.text}"))]
    if speaking and len(speaking) == len(cited):
        source, words = speaking[0]
        yield (
            "source_addresses_agents",
            f"It rests on {_name(source)} alone, a page that gives orders to those who read it: “{_short(words)}”.",
        )


def _stale(case: Case) -> Iterator[Doubt]:
    dated = [(p.snapshot, day) for p in case.passages if (day := _day(p.snapshot.published))]
    if not dated or len(dated) < len(case.passages):
        return
    source, newest = max(dated, key=lambda pair: pair[1])
    if newest >= case.today - timedelta(days=case.max_age_days):
        return
    years = {year for year in _years(case.claim.text) if year >= _FIRST_YEAR}
    if years and max(years) <= newest.year:
        return  # history does not grow old
    yield (
        "stale_source",
        f"Its newest source, {_name(source)}, is of {newest.isoformat()}, more than {case.max_age_days} days old.",
    )


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _years(text: str) -> set[int]:
    found = figures.read(text)
    return {int(f.mantissa) for f in found if f.kind == "year"} | {d.year for f in found for d in f.days if d.year}


def _echo(case: Case) -> Iterator[Doubt]:
    cited = {p.snapshot.id: p for p in case.passages}
    if len(cited) < 2:
        return
    groups = independence.groups(p.snapshot for p in cited.values())
    said = [p.sentence for p in cited.values()]
    if not all(independence.copies(said[0], other) for other in said[1:]):
        return  # pages made alike, each with something of its own
    around = [f"{p.before} {p.sentence} {' '.join(p.after)}" for p in cited.values()]
    if len(groups) == 1 or all(independence.copies(around[0], other) for other in around[1:]):
        titles = " and ".join(dict.fromkeys(_name(p.snapshot) for p in cited.values()))
        yield "not_independent", f"Its {len(cited)} sources are one text: {titles}. They count as one."


def _corroborated(case: Case) -> Iterator[Doubt]:
    """A claim that says how many sources there are must have them."""
    claimed = pairing.sources_claimed(case.claim.text)
    if not claimed:
        return
    cited = [c.snapshot for claim in (case.claim, *case.parents) for c in claim.citations]
    have = len(independence.groups(case.snapshots[id] for id in dict.fromkeys(cited) if id in case.snapshots))
    if have < claimed and not any(pairing.sources_claimed(quote) for quote in case.quotes):
        yield (
            "not_independent",
            f"It speaks of {claimed} sources; it rests on {have} that {'is' if have == 1 else 'are'} independent.",
        )


def _unrun(case: Case) -> Iterator[Doubt]:
    if case.claim.kind == "run" or not runs.speaks_of_a_run(case.claim.text):
        return
    if any(p.snapshot.kind == "run" or runs.speaks_of_a_run(p.sentence) for p in case.passages):
        return
    if not any(parent.kind == "run" for parent in case.parents):
        yield "needs_run", "It says what running code showed and cites no run of this mission."


# ---- names ----


def _names(case: Case) -> Iterator[Doubt]:
    wanted = names.of(case.claim.text, case.lexicon)
    if not wanted and case.lead:
        wanted = names.of(case.lead.text, case.lexicon)
    near = "\n".join(case.near)
    missing = [name.text for name in wanted if not names.found(name, near)]
    if missing:
        where = " and ".join(dict.fromkeys(f"“{_short(p.quote)}”" for p in case.passages)) or "what it was taken from"
        reason = NAMES_MISSING if case.claim.key and len(missing) > 1 else "name_not_near_quote"
        yield reason, f"{' and '.join(missing)} {'does' if len(missing) == 1 else 'do'} not appear near {where}."
    elif wanted and case.passages and (rival := _rival(case, wanted)):
        yield "other_name_in_quote", f"The quote speaks of {rival}, the claim of {wanted[0].text}."


def _rival(case: Case, wanted: Sequence[names.Name]) -> str | None:
    """A name that every quote's sentence is about when none of them has a name of the claim."""
    rivals: list[str] = []
    for p in case.passages:
        if any(names.found(name, p.sentence) for name in wanted):
            return None
        speakers = names.speakers(p.sentence)
        about = [name.text for name in names.of(p.sentence, case.lexicon) if name.text not in speakers]
        if not about:
            return None
        rivals += about
    return rivals[0] if rivals else None


def _pairs(case: Case) -> Iterator[Doubt]:
    close = _compared(case)
    for p in case.passages:
        if p.sentence in close and (detail := pairing.swapped(case.claim.text, p.sentence, case.lexicon)):
            yield "roles_swapped", detail
        if detail := pairing.other_figure(case.claim.text, p.sentence, case.lexicon):
            yield "figure_of_another", detail


# ---- words ----


def _polarity(case: Case) -> Iterator[Doubt]:
    for text in _compared(case):
        if word := wording.polarity(case.claim.text, text):
            yield "polarity_differs", f"One says, the other denies “{word}”: “{_short(text)}”."
        elif pair := wording.opposite(case.claim.text, text):
            yield "polarity_differs", f"The claim says “{pair[0]}”, the quote “{pair[1]}”: “{_short(text)}”."


def _concluded(case: Case) -> Iterator[Doubt]:
    borne = [*case.near, *case.inherited]
    if found := wording.conclusion(case.claim.text, borne):
        kind, word = found
        yield "inference_words", f"It asserts {kind} (“{word}”) that its evidence does not state."


def _hedged(case: Case) -> Iterator[Doubt]:
    if wording.hedges(case.claim.text):
        return
    for text in _compared(case):
        if found := wording.hedges(pairing.aligned(case.claim.text, text)):
            yield "hedge_dropped", f"The quote leaves it open (“{found[0]}”), the claim does not: “{_short(text)}”."


def _limited(case: Case) -> Iterator[Doubt]:
    ours = wording.limits(case.claim.text)
    for text in _compared(case):
        part = pairing.aligned(case.claim.text, text)
        if not ours and (found := wording.limits(part)):
            yield "scope_dropped", f"The quote speaks of a part (“{found[0]}”), the claim does not: “{_short(text)}”."
        elif found := pairing.limits_dropped(case.claim.text, part, case.lexicon):
            yield "scope_dropped", f"The quote holds “{found}”, the claim leaves that out: “{_short(text)}”."
    whole = wording.wholes(case.claim.text)
    if whole and case.quotes and not wording.wholes("\n".join(case.quotes)):
        yield "scope_widened", f"It says “{whole[0]}”; its evidence does not."


def _around(case: Case) -> Iterator[Doubt]:
    for p in case.passages:
        if word := wording.undone(p.before, p.rest, p.after):
            yield "context_denies", f"What stands around the quote takes it back (“{word}”): “{_short(p.near)}”."


def _covered(case: Case) -> Iterator[Doubt]:
    words = wording.content(case.claim.text)
    if len(words) < _WORDS or not case.near:
        return
    borne = frozenset(word for text in case.near for word in wording.content(text))
    share = sum(word in borne for word in words) / len(words)
    if share < COVERAGE:
        yield "low_coverage", f"Only {share:.0%} of its words stand in or near its quotes."


def _language(case: Case) -> Iterator[Doubt]:
    ours = wording.language(case.claim.text)
    theirs = [wording.language(p.sentence) for p in case.passages]
    others = [one for one in theirs if one and one != ours]
    if ours and others and len(others) == len(theirs):
        yield "language_differs", f"The claim is in {ours}, its quote in {others[0]}; their meaning was not compared."


def _measured(case: Case) -> Iterator[Doubt]:
    for p in case.passages:
        if clash := figures.units_clash(case.claim.text, p.sentence):
            yield "unit_differs", f"The claim says {clash[0]}, the quote {clash[1]}."


def _stands_alone(case: Case) -> Iterator[Doubt]:
    """A claim that only makes sense behind another has to be borne together with it."""
    if not case.lead or not case.passages:
        return
    texts = [p.near for p in case.passages]
    foreign = figures.foreign(figures.read(case.lead.text), texts)
    if foreign:
        yield (
            "split_claim",
            f"It continues “{_short(case.lead.text)}”, but {foreign[0].text} does not stand near its quote.",
        )


def _compared(case: Case) -> list[str]:
    """What the words of the claim are compared with one by one: sentences that say nearly the same.

    A free summary uses other words; to compare its "not" and "may" with those of a paragraph finds nothing but noise.
    """
    words = frozenset(wording.content(case.claim.text))
    texts = [p.sentence for p in case.passages] or [parent.text for parent in case.parents]
    return [text for text in texts if len(words & frozenset(wording.content(text))) >= CLOSE * len(words)]


def _name(snapshot: Snapshot) -> str:
    return snapshot.title or snapshot.source


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


_RULES: tuple[tuple[Callable[[Case], Iterator[Doubt]], Status], ...] = (
    (_addressed, Status.CONTESTED),
    (_stale, Status.UNVERIFIED),
    (_echo, Status.UNVERIFIED),
    (_corroborated, Status.UNVERIFIED),
    (_unrun, Status.UNVERIFIED),
    (_names, Status.UNVERIFIED),
    (_pairs, Status.UNVERIFIED),
    (_measured, Status.UNVERIFIED),
    (_language, Status.UNVERIFIED),
    (_polarity, Status.UNVERIFIED),
    (_concluded, Status.UNVERIFIED),
    (_hedged, Status.UNVERIFIED),
    (_limited, Status.UNVERIFIED),
    (_around, Status.UNVERIFIED),
    (_covered, Status.UNVERIFIED),
    (_stands_alone, Status.UNVERIFIED),
)


def case_of(
    claim: Claim,
    parents: Sequence[Claim],
    lead: Claim | None,
    lexicon: names.Lexicon,
    snapshots: Mapping[str, Snapshot],
    today: date,
    max_age_days: int,
) -> Case:
    """The claim with the surroundings of its quotes."""
    passages = tuple(passage(c, snapshots[c.snapshot]) for c in claim.citations if c.snapshot in snapshots)
    return Case(claim, passages, tuple(parents), lead, lexicon, snapshots, today, max_age_days)
