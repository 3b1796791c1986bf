"""What became of a case: how each claim stands before the person who approves, and what that took."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.domain.evidence import Claim, Dependency, Status, Verdict, status
from agents.evidence import ledger

SURE = frozenset({Status.TRACED, Status.VERIFIED})
ALL_CALLS = ("Specialist", "Critic", "Manager")  # roles that every mission asks, with or without doubt


@dataclass(frozen=True)
class Standing:
    """One claim of the case."""

    shown: Status | None  # as the person sees it; None for an opinion, which is shown as one
    blocked: bool = False  # a rule stopped it, whatever a person said about that later
    roots: frozenset[str] = frozenset()  # the claims of the case that are named as where its doubt comes from

    @property
    def sure(self) -> bool:
        """Whether the person takes it as fact."""
        return self.shown in SURE


@dataclass(frozen=True)
class Outcome:
    """One case under one arm. Without `standings` when it could not be played; `fault` then says why."""

    standings: Mapping[str, Standing]
    calls: Mapping[str, int] = field(default_factory=dict[str, int])  # by role
    tokens: int = 0  # of the calls that a mission without doubt would not make
    asked: frozenset[str] = frozenset()  # claims put before the sceptic
    doubted: frozenset[str] = frozenset()  # those of them that it did not support
    allowed: int = 0  # calls that so many queued claims may take: one for eight, counted by task
    rework: int = 0  # rounds, all tasks together
    ms: float = 0.0  # of processor time, where one mission can be told from others
    fault: str = ""

    @property
    def extra(self) -> int:
        """Calls that a mission without doubt would not make."""
        return sum(count for role, count in self.calls.items() if role not in ALL_CALLS)


@dataclass(frozen=True)
class Ledger:
    """All that is known of the claims of a mission, under the ids that they have there."""

    claims: Mapping[str, Claim]
    dependencies: Sequence[Dependency]
    verdicts: Sequence[Verdict]

    def status(self, claim: str) -> Status | None:
        return status(self.claims[claim], self.verdicts)

    def standing(self, claim: str, shown: Status | None, names: Mapping[str, str]) -> Standing:
        """`names` are those of the case for ids of the mission."""
        about = [verdict for verdict in self.verdicts if verdict.claim == claim]
        blocked = any(v.status is Status.BLOCKED and v.by != "person" for v in about)
        return Standing(shown, blocked, frozenset(names[id] for id in self._roots(claim, about) if id in names))

    def _roots(self, claim: str, about: Iterable[Verdict]) -> set[str]:
        """The root as the ledger computes it, and who is named in what is said against the claim."""
        root = ledger.root_of(claim, self.claims, self.dependencies, self.verdicts)
        against = [verdict for verdict in about if verdict.status not in SURE]
        return {root, *(id for verdict in against for id in re.findall(r"\bt\d+\.c\d+\b", verdict.detail))}
