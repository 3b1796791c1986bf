"""The ledger at a hand-over: everything that code alone can find out about claims, as verdicts.

`examine` is a pure function: the same hand-over against the same known claims gives the same findings. It only ever
lowers what claims say of themselves: a status comes from verdicts, and no agreement is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim, Dependency, Snapshot, Verdict, status
from agents.evidence.trace import trace


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


@dataclass(frozen=True)
class Root:
    """Where the doubt about a claim began, and how far it reached."""

    claim: str  # id
    author: str  # id of the specialist; empty where it is not known
    task: str
    users: int  # later claims that rest on it


def examine(author: str, artifact: Artifact | None, claims: Sequence[Claim], known: Known) -> Findings:
    """Everything that rules find at a hand-over; about the claims handed over and about earlier ones they touch."""
    standing = {id: status(claim, known.verdicts) for id, claim in known.claims.items()}
    located, verdicts = trace(claims, known.snapshots, standing, known.claims)
    declared = [Dependency(claim.id, parent, "declared") for claim in claims for parent in claim.derived_from]
    return Findings(tuple(located), tuple(declared), tuple(verdicts))


def consequences(
    claims: Mapping[str, Claim],
    dependencies: Iterable[Dependency],
    verdicts: Sequence[Verdict],
    snapshots: Mapping[str, Snapshot],
) -> tuple[Verdict, ...]:
    """The new verdicts that follow for descendants, so that no claim stands better than what it rests on."""
    return ()


def root_of(
    claim: str, claims: Mapping[str, Claim], dependencies: Iterable[Dependency], verdicts: Sequence[Verdict]
) -> str:
    """The id of the claim where this claim's doubt began; its own id when it began here."""
    return claim


def users_of(claim: str, dependencies: Iterable[Dependency]) -> frozenset[str]:
    """Ids of all claims that rest on the claim, directly or not."""
    return frozenset()


def groups(snapshots: Iterable[Snapshot]) -> list[frozenset[str]]:
    """Snapshot ids, those together that are copies of one text."""
    return [frozenset([snapshot.id]) for snapshot in snapshots]


def roots(claims: Iterable[Claim], snapshots: Mapping[str, Snapshot]) -> int:
    """How many independent sources the claims rest on; copies of one text count as one."""
    cited = {c.snapshot for claim in claims for c in claim.citations if c.snapshot in snapshots}
    return len(groups(snapshots[id] for id in sorted(cited)))
