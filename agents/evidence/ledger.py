"""The ledger at a hand-over: everything that code alone can find out about claims, as verdicts.

`examine` is a pure function: the same hand-over against the same known claims gives the same findings. The steps:
quotes and figures (`trace`), names and words (`doubts`), other figures for the same thing (`contradictions`), what
repeats earlier claims (`lineage.reused`), what follows for all that rests on what was found (`lineage.consequences`),
and sentences that no claim covers (`uncovered`). A status comes from verdicts; no agreement is one, however often it is
said. `consequences` takes the snapshots too: only they can tell whether evidence is fresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim, Dependency, Snapshot, Status, Verdict
from agents.evidence import contradictions, leads, lineage, names
from agents.evidence.doubts import Case, case_of, doubts
from agents.evidence.independence import groups, roots
from agents.evidence.lineage import consequences, overruled, root_of, users_of
from agents.evidence.trace import trace
from agents.evidence.uncovered import uncovered

__all__ = [
    "Findings",
    "Known",
    "consequences",
    "examine",
    "groups",
    "overruled",
    "root_of",
    "roots",
    "users_of",
]

_ID = re.compile(r"[\w-]+\.[cu]\d+")
_RECENT = 2  # years: a figure without a year is compared with those of the last ones
_SHAKEN_BY_SOURCES = 3  # sentences of sources that are named against a claim
_OF_THE_SOURCE = frozenset(  # doubts about a source that leave its words a witness against other claims
    {"stale_source", "not_independent", "source_addresses_agents", "contradicts", "source_disagrees"}
)


@dataclass(frozen=True)
class Known:
    """What a hand-over is examined against."""

    claims: Mapping[str, Claim]  # earlier claims in force, of the whole mission
    authors: Mapping[str, str]  # claim -> id of the specialist
    verdicts: Sequence[Verdict]  # about them, in the order they were given
    dependencies: Sequence[Dependency]
    snapshots: Mapping[str, Snapshot]
    today: date
    seen: frozenset[str] = field(default_factory=frozenset[str])  # claims that the author was given as material
    max_age_days: int = 730  # a source older than this is stale


@dataclass(frozen=True)
class Findings:
    """What came out of one examination."""

    claims: tuple[Claim, ...]  # as handed over, quotes with offsets; uncovered sentences as claims t1.u1, t1.u2, ...
    dependencies: tuple[Dependency, ...]
    verdicts: tuple[Verdict, ...]  # about these claims and about earlier ones, each new


def examine(author: str, artifact: Artifact | None, claims: Sequence[Claim], known: Known, task: str = "") -> Findings:
    """Everything that rules find at a hand-over; about the claims handed over and about earlier ones they touch.

    `task` names the claims for uncovered sentences; where it is left out it is read from the claims' ids.
    """
    earlier = {id: claim for id, claim in known.claims.items() if id not in {one.id for one in claims}}
    before = [v for v in known.verdicts if v.claim in earlier]
    located, found = trace(claims, known.snapshots, lineage.statuses(earlier, before), earlier)
    every = {**earlier, **{claim.id: claim for claim in located}}
    ahead = leads.of(located, _lexicon(known, every))
    dependencies = list(_dependencies(author, located, earlier, ahead, known))
    found += _doubted(located, every, ahead, known, found)
    found += _contradicted(located, every, [*known.dependencies, *dependencies], [*before, *found], known)
    missed, open_ends = _uncovered(artifact, task or _task(claims, author), every)
    found += open_ends
    drawn = consequences(every, [*known.dependencies, *dependencies], [*before, *found], known.snapshots)
    rooted = _rooted([*found, *drawn], every, [*known.dependencies, *dependencies], before)
    return Findings((*located, *missed), tuple(dependencies), tuple(dict.fromkeys(rooted)))


def _task(claims: Sequence[Claim], author: str) -> str:
    return claims[0].id.rpartition(".")[0] if claims else author


def _lexicon(known: Known, claims: Mapping[str, Claim]) -> names.Lexicon:
    """Words of sources and claims alike: a word that anybody writes small is no name."""
    texts = [text for s in known.snapshots.values() for text in (s.title, s.text)]
    return names.lexicon((*texts, *(claim.text for claim in claims.values())))


# ---- what rests on what ----


def _dependencies(
    author: str, claims: Sequence[Claim], earlier: Mapping[str, Claim], ahead: Mapping[str, Claim], known: Known
) -> Iterator[Dependency]:
    """Declared, then detected; each once."""
    declared = [Dependency(claim.id, on, "declared") for claim in claims for on in dict.fromkeys(claim.derived_from)]
    declared += [
        Dependency(id, lead.id, "detected") for id, lead in ahead.items() if lead.id not in _parents(claims, id)
    ]
    yield from declared
    of_others = [claim for id, claim in earlier.items() if id in known.seen and known.authors.get(id) != author]
    yield from lineage.reused(claims, of_others, [*known.dependencies, *declared], known.snapshots)


def _parents(claims: Sequence[Claim], id: str) -> tuple[str, ...]:
    return next(claim.derived_from for claim in claims if claim.id == id)


def _rooted(
    found: Sequence[Verdict],
    every: Mapping[str, Claim],
    dependencies: Sequence[Dependency],
    before: Sequence[Verdict],
) -> Iterator[Verdict]:
    """The findings; inherited doubt says where it began, also when that was many hand-overs ago."""
    for verdict in found:
        if verdict.status in lineage.BAD and lineage.is_inherited(verdict):
            root = lineage.root_of(verdict.claim, every, dependencies, [*before, *found])
            if root not in (verdict.claim, *_ID.findall(verdict.detail)):
                said = f"{verdict.detail} The doubt began with {root}: “{_short(every[root].text)}”."
                verdict = replace(verdict, detail=said)
        yield verdict


# ---- warnings ----


def _doubted(
    claims: Sequence[Claim],
    every: Mapping[str, Claim],
    ahead: Mapping[str, Claim],
    known: Known,
    found: Sequence[Verdict],
) -> list[Verdict]:
    """Warnings about claims that passed quotes and figures."""
    blocked = {verdict.claim for verdict in found if verdict.status is Status.BLOCKED}
    lexicon = _lexicon(known, every)
    return [
        verdict
        for claim in claims
        if claim.kind != "opinion" and claim.id not in blocked
        for verdict in doubts(_case(claim, every, ahead, known, lexicon))
    ]


def _case(
    claim: Claim, every: Mapping[str, Claim], ahead: Mapping[str, Claim], known: Known, lexicon: names.Lexicon
) -> Case:
    parents = [every[id] for id in claim.derived_from if id in every and id != claim.id]
    lead = ahead.get(claim.id)
    return case_of(claim, parents, lead, lexicon, known.snapshots, known.today, known.max_age_days)


# ---- contradictions ----


def _contradicted(
    claims: Sequence[Claim],
    every: Mapping[str, Claim],
    dependencies: Sequence[Dependency],
    verdicts: Sequence[Verdict],
    known: Known,
) -> list[Verdict]:
    """Both sides are contested where both stand in a source; a claim that stands in none shakes nothing."""
    others = [claim for id, claim in every.items() if id not in {one.id for one in claims}]
    witnesses = _witnesses(every, verdicts)
    tree = lineage.graph(dependencies)
    found: dict[tuple[str, str], Verdict] = {}
    for clash in contradictions.against(claims, others, tree.related, known.today.year - _RECENT):
        one, two = every[clash.claim], every[clash.other]
        if two.id in witnesses:
            found[one.id, two.id] = _clash(one, clash.figure, two, clash.against)
        if one.id in witnesses:
            found[two.id, one.id] = _clash(two, clash.against, one, clash.figure)
    told = {(v.claim, v.detail) for v in verdicts}
    by_claims = [verdict for verdict in found.values() if (verdict.claim, verdict.detail) not in told]
    return by_claims + [
        v for claim in claims if claim.id in _unblocked(claims, verdicts) for v in _disputed(claim, known)
    ]


def _unblocked(claims: Sequence[Claim], verdicts: Sequence[Verdict]) -> frozenset[str]:
    bad = {verdict.claim for verdict in verdicts if verdict.status is Status.BLOCKED}
    return frozenset(claim.id for claim in claims if claim.id not in bad)


def _witnesses(claims: Mapping[str, Claim], verdicts: Sequence[Verdict]) -> frozenset[str]:
    """Claims whose words stand in a source: nothing was found against how they read it."""
    traced = {v.claim for v in verdicts if v.by == "rule" and v.status is Status.TRACED}
    misread = {v.claim for v in verdicts if v.status in lineage.BAD and v.reason not in _OF_THE_SOURCE}
    return frozenset(id for id in claims if id in traced - misread)


def _clash(claim: Claim, figure: str, other: Claim, against: str) -> Verdict:
    quote = next((f" It quotes “{_short(c.quote)}”." for c in other.citations), "")
    what = f"It says {figure}, {other.id} says {against}: “{_short(other.text)}”.{quote}"
    return Verdict(claim.id, "rule", Status.CONTESTED, "contradicts", what)


def _disputed(claim: Claim, known: Known) -> Iterator[Verdict]:
    """Other sources of the mission that say otherwise; also those that give orders: an order lifts no doubt."""
    if claim.kind in ("opinion", "run"):
        return
    cited = {citation.snapshot for citation in claim.citations}
    texts = {s.id: s.text for s in known.snapshots.values() if s.id not in cited}
    for clash in contradictions.disputed(claim, texts, known.today.year - _RECENT)[:_SHAKEN_BY_SOURCES]:
        where = next(s.title or s.source for s in known.snapshots.values() if s.id in texts and clash.other in s.text)
        what = f"It says {clash.figure}; {where} says {clash.against}: “{_short(clash.other)}”."
        yield Verdict(claim.id, "rule", Status.CONTESTED, "source_disagrees", what)


# ---- sentences without a claim ----


def _uncovered(artifact: Artifact | None, task: str, claims: Mapping[str, Claim]) -> tuple[list[Claim], list[Verdict]]:
    """What the work asserts past its claims becomes claims as well, and they are unverified."""
    if artifact is None:
        return [], []
    missed = [
        (Claim(f"{task}.u{n}", one.sentence), one.figures) for n, one in enumerate(uncovered(artifact, claims), 1)
    ]
    return [claim for claim, _ in missed], [
        Verdict(claim.id, "rule", Status.UNVERIFIED, "uncovered", f"No claim covers {', '.join(figures)}.")
        for claim, figures in missed
    ]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 160 else f"{words[:159]}…"
