"""The state of a run in progress: what is finished, what was captured, and how every claim stands at this moment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.domain import plan as plans
from agents.domain.artifact import Artifact
from agents.domain.checks import Evidence
from agents.domain.department import Department
from agents.domain.evidence import Claim, Dependency, Snapshot, Verdict, status
from agents.domain.mission import Mission, TaskState
from agents.evidence import ledger
from agents.phases.desk import Desk
from agents.ports import File, TaskRecord
from agents.roles.seat import Meter

Made = tuple[int, int]  # (rev, attempt): which hand-over of a task


@dataclass(frozen=True)
class Basis:
    """What an attempt was begun on: the claims beneath it that were in doubt, and how often the task began anew."""

    doubted: frozenset[str] = frozenset()
    times: int = 0


@dataclass(frozen=True)
class Finished:
    """A task that others may build on; dropped ones bring nothing."""

    state: TaskState
    artifact: Artifact | None
    claims: tuple[Claim, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    open_points: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    made: Made = (0, 0)
    basis: Basis = Basis()

    @classmethod
    def of(cls, record: TaskRecord, file: File, basis: Basis | None = None) -> Finished:
        """What the rows say about a finished task."""
        own = f"{record.task}."
        return cls(
            state=record.state,
            artifact=record.artifact if record.state is TaskState.ACCEPTED else None,
            claims=tuple(claim for claim in file.claims if claim.id.startswith(own)),
            verdicts=tuple(verdict for verdict in file.verdicts if verdict.claim.startswith(own)),
            open_points=record.open_points,
            dependencies=tuple(one for one in file.dependencies if one.claim.startswith(own)),
            made=(record.rev, record.attempt),
            basis=basis or Basis(),
        )

    def owns(self, claim: str) -> bool:
        """Whether the claim was handed over with this work."""
        return any(one.id == claim for one in self.claims)


@dataclass
class Run:
    """A run in progress. Finished work, snapshots and verdicts grow, and only by what the journal can bring back."""

    desk: Desk
    mission: Mission
    plan: plans.Plan
    department: Department
    meter: Meter
    finished: dict[str, Finished]
    snapshots: dict[str, Snapshot]
    unusable: int = 0  # how often the run has failed by answers that could not be used
    begun_on: dict[str, Basis] = field(default_factory=dict[str, Basis])  # of the tasks that are being worked on
    attempts: dict[str, int] = field(default_factory=dict[str, int])  # which attempt each task is at
    news: asyncio.Event = field(default_factory=asyncio.Event)  # set when verdicts about finished work came in

    def evidence(self, extra: Finished | None = None, of: str = "") -> Evidence:
        """All claims of finished work, and of the work under review, with their standing.

        `of` a task: only of what it builds on. What else is finished by then depends on chance, and a review has to
        come out the same way when it is repeated.
        """
        near = upstream(self.plan, of) if of else self.finished.keys()
        works = [*(done for id, done in self.finished.items() if id in near), *([extra] if extra else [])]
        claims = {claim.id: claim for work in works for claim in work.claims}
        verdicts = [verdict for work in works for verdict in work.verdicts]
        return Evidence(claims, {id: status(claim, verdicts) for id, claim in claims.items()})

    def known(self, task: str, snapshots: Mapping[str, Snapshot]) -> ledger.Known:
        """What a hand-over of the task is examined against: all finished work of the mission."""
        others = {id: done for id, done in self.finished.items() if id != task}
        near = upstream(self.plan, task)
        return ledger.Known(
            claims={claim.id: claim for done in others.values() for claim in done.claims},
            authors={
                claim.id: plans.task(self.plan, id).specialist for id, done in others.items() for claim in done.claims
            },
            verdicts=[verdict for done in others.values() for verdict in done.verdicts],
            dependencies=[one for done in others.values() for one in done.dependencies],
            snapshots=snapshots,
            today=self.mission.created_at.date(),
            seen=frozenset(claim.id for id, done in others.items() if id in near for claim in done.claims),
            max_age_days=self.department.source_days,
        )

    def follows(self, extra: Finished | None = None) -> tuple[Verdict, ...]:
        """What the present verdicts mean for claims that rest on doubted ones, and is not said of them yet."""
        works = [*self.finished.values(), *([extra] if extra else [])]
        return ledger.consequences(
            {claim.id: claim for work in works for claim in work.claims},
            [one for work in works for one in work.dependencies],
            [verdict for work in works for verdict in work.verdicts],
            self.snapshots,
        )

    def learn(self, verdicts: Sequence[Verdict], of: Mapping[str, Made]) -> None:
        """Adds verdicts to the finished work that they are about, unless that work has been done anew since."""
        for id, done in self.finished.items():
            new = [v for v in verdicts if done.owns(v.claim) and v not in done.verdicts and of.get(id) == done.made]
            if new:
                self.finished[id] = replace(done, verdicts=(*done.verdicts, *dict.fromkeys(new)))
                self.news.set()

    def made(self) -> dict[str, Made]:
        """Which hand-over of each finished task counts."""
        return {id: done.made for id, done in self.finished.items()}


def upstream(plan: plans.Plan, id: str) -> frozenset[str]:
    """The task and all that it builds on, directly or not."""
    needs = plans.task(plan, id).needs
    return frozenset([id]).union(*(upstream(plan, need) for need in needs))
