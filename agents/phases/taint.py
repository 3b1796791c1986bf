"""Doubt that reaches work already done or under way: what has to be done anew, and what its author is told.

Everything here follows from rows and journal. A task's place in the journal holds the doubted claims that it was begun
on, so a run that is carried out again comes to the same places, and nothing is asked anew where nothing changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from agents.domain import plan as plans
from agents.domain.artifact import Artifact, marks
from agents.domain.evidence import Claim, Dependency, Status, Verdict, status
from agents.domain.mission import TaskState
from agents.phases.board import Basis, Finished, Made, Run, upstream
from agents.phases.desk import Desk
from agents.ports import TaskRecord
from agents.roles import translate
from agents.roles.seat import Seat

DOUBTED = (Status.BLOCKED, Status.CONTESTED)


@dataclass(frozen=True)
class Start:
    """How a task begins: the attempts that went before, and what its author has to know of them."""

    attempts: int = 0
    previous: str = ""  # the last hand-over, as JSON of HandOver
    points: tuple[str, ...] = ()  # what of it rests on doubted claims
    news: tuple[str, ...] = ()  # what else fell into doubt beneath the task


def doubted(run: Run, task: str) -> frozenset[str]:
    """Claims in what the task builds on that stand as contested or blocked."""
    evidence = run.evidence(of=task)
    return frozenset(id for id, standing in evidence.statuses.items() if standing in DOUBTED and not _own(id, task))


def _own(claim: str, task: str) -> bool:
    return claim.startswith(f"{task}.")


def fallen(run: Run, working: Iterable[str]) -> dict[str, frozenset[str]]:
    """Tasks that have to begin anew because a claim beneath them fell into doubt, each with the new doubted claims.

    One that is being worked on: whatever it builds on may be used. A finished one: only if its work uses the claim.
    None more often than the department allows rework; after that its claims stay marked as what they are.
    """
    found: dict[str, frozenset[str]] = {}
    for id in [*working, *run.finished]:
        done = run.finished.get(id)
        if done and done.artifact is None:
            continue
        basis = done.basis if done else run.begun_on.get(id, Basis())
        new = doubted(run, id) - basis.doubted
        new = new & used(done.artifact, done.claims, done.dependencies) if done else new
        if new and basis.times < run.department.rework_rounds:
            found[id] = new
    return found


def used(artifact: Artifact | None, claims: Iterable[Claim], dependencies: Iterable[Dependency] = ()) -> frozenset[str]:
    """Ids of the claims that the work refers to or rests on, its own included."""
    named = [parent for claim in claims for parent in (claim.id, *claim.derived_from)]
    return frozenset([*(marks(artifact) if artifact else ()), *named, *(one.on for one in dependencies)])


# ---- places and records ----


def place(run: Run, task: plans.Task) -> str:
    """The same for as long as the task and all that it builds on are the same: then the journal answers.

    Done again on other material it is another place, and so it is after answers that could not be used.
    """
    lineage = upstream(run.plan, task.id)
    parts = [plans.digest(one) + _token(_basis(run, one.id)) for one in run.plan.tasks if one.id in lineage]
    place = f"run/{task.id}@{hashlib.sha256(''.join(parts).encode()).hexdigest()[:8]}"
    return f"{place}~{run.unusable}" if run.unusable else place


def _basis(run: Run, task: str) -> Basis:
    done = run.finished.get(task)
    return done.basis if done else run.begun_on.get(task, Basis())


def _token(basis: Basis) -> str:
    return f"/{','.join(sorted(basis.doubted))}" if basis.doubted else ""


def _seat(desk: Desk, run: Run, task: str) -> Seat:
    return desk.seat(run.mission, f"basis/{task}", run.meter)


async def keep_basis(run: Run, task: str, made: Made, basis: Basis) -> None:
    """Records what an attempt was begun on; nothing where nothing was in doubt."""
    if basis.doubted:

        async def said() -> list[str]:
            return [str(basis.times), *sorted(basis.doubted)]

        await _seat(run.desk, run, task).once(f"{made[0]}.{made[1]}", said)


async def kept_basis(run: Run, task: str, made: Made) -> Basis:
    """What that attempt was begun on."""
    known = await _seat(run.desk, run, task).recalled(f"{made[0]}.{made[1]}")
    return Basis(frozenset(known[1:]), int(known[0])) if known else Basis()


# ---- how a task begins ----


async def begin(run: Run, task: plans.Task) -> Start:
    """Fixes what the task is begun on, and finds what came before when doubt is why it begins."""
    now = doubted(run, task.id)
    run.begun_on[task.id] = Basis(now)
    if not now:
        return Start()
    seat = run.desk.seat(run.mission, place(run, task), run.meter)

    async def look() -> list[str]:
        return await _before(run, task, now)

    attempts, times, previous, points, *rest = await seat.once("before", look)
    run.begun_on[task.id] = Basis(now, int(times))
    return Start(int(attempts), previous, tuple(rest[: int(points)]), tuple(rest[int(points) :]))


async def _before(run: Run, task: plans.Task, now: frozenset[str]) -> list[str]:
    """As lines: attempts of this revision, times begun anew, the last hand-over, how many points, points, news."""
    file = await run.desk.missions.file(run.mission.id)
    record = file.tasks.get(task.id)
    if record is None or record.digest != plans.digest(task) or record.state is TaskState.DROPPED:
        return [str(_attempts(record, run)), "0", "", "0"]
    earlier = await kept_basis(run, task.id, (record.rev, record.attempt))
    new = sorted(now - earlier.doubted)
    if not new:
        return [str(_attempts(record, run)), str(earlier.times), "", "0"]
    work = Finished.of(record, file)
    previous = translate.hand_over(record, work.claims)
    uses = used(record.artifact, work.claims, work.dependencies) if previous else frozenset[str]()
    points = [point(run, id) for id in new if id in uses]
    news = [what(run, id) for id in new if id not in uses]
    return [str(_attempts(record, run)), str(earlier.times + 1), previous, str(len(points)), *points, *news]


def _attempts(record: TaskRecord | None, run: Run) -> int:
    return record.attempt if record and record.rev == run.mission.rev else 0


# ---- words for authors and people ----


def what(run: Run, claim: str) -> str:
    """How a claim of finished work stands now and why, as one or two sentences."""
    for done in run.finished.values():
        for one in done.claims:
            if one.id == claim:
                return _said(one, done.verdicts)
    return f"The claim {claim} is in doubt."


def _said(claim: Claim, verdicts: Iterable[Verdict]) -> str:
    given = [verdict for verdict in verdicts if verdict.claim == claim.id]
    standing = status(claim, given)
    why = next((v.detail for v in given if v.status is standing and v.detail), "")
    return f"The claim {claim.id} (“{claim.text}”) is {standing} now. {why}".strip()


def point(run: Run, claim: str) -> str:
    """What an author whose work uses the claim has to do."""
    return f"{what(run, claim)} Your work rests on it: cite something else, or say that it is unknown."
