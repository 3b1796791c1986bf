"""The review of a hand-over: ledger and checks by code, a reviewer where one is named, the critic, the sceptic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.contracts import CriticBrief
from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.artifact import marks, words
from agents.domain.department import Specialist
from agents.domain.evidence import Status, status
from agents.evidence import ledger
from agents.phases import doubt, examined, taint
from agents.phases.board import Finished, Run, upstream
from agents.ports import ModelContextFull, ModelNonsense, ModelRefused
from agents.roles import critic, translate

if TYPE_CHECKING:
    from agents.phases.task import Job


@dataclass(frozen=True)
class Reviewed:
    """Work with what was found about its claims; without points it is accepted."""

    work: Finished
    points: tuple[str, ...] = ()
    by: str = ""  # who sends it back: "checks", "ledger", "critic" or the id of the specialist who reviewed it
    over: str = ""  # why no further round makes sense; empty when one does


async def review(job: Job, work: Finished) -> Reviewed:
    """Only checks, reviewer and critic together accept. Raises ModelError and OverLimit."""
    run, seat, record = job.run, job.seat, job.record()
    # Other tasks capture sources meanwhile; which ones this review saw is recorded, so that it can be repeated.
    seen = await seat.once("sources", lambda: _sources(run))
    snapshots = {id: run.snapshots[id] for id in seen}
    found = await examined.examine(run, record, work, snapshots, seat, job.member.id)
    if points := _by_code(run, job.task, found):
        return Reviewed(found, points, "checks")
    if points := _by_ledger(job, found):
        return Reviewed(found, points, "ledger")
    for judge in _judges(job):
        try:
            points = await judge.points(found)
        except (ModelNonsense, ModelRefused, ModelContextFull):
            silent = f"The {judge.title} gave no usable answer, so nobody has judged this work."
            return Reviewed(found, (silent,), judge.id, silent)
        if points:
            return Reviewed(found, points, judge.id)
    return Reviewed(await doubt.doubt(run, record, found, snapshots, seat))


async def _sources(run: Run) -> list[str]:
    return sorted(run.snapshots)


# ---- code ----


def _by_code(run: Run, task: plans.Task, work: Finished) -> tuple[str, ...]:
    assert work.artifact
    evidence = run.evidence(work, of=task.id)
    points = _blocks(run, task, work)
    for check in task.checks:
        points += checks.failures(check, work.artifact, evidence)
    return tuple(points)


def _blocks(run: Run, task: plans.Task, work: Finished) -> list[str]:
    """For each block the claim, the rule, the quote in the detail, and where the fault came from."""
    near = run.evidence(work, of=task.id)
    verdicts = [v for done in (*run.finished.values(), work) for v in done.verdicts if v.claim in near.claims]
    dependencies = [one for done in (*run.finished.values(), work) for one in done.dependencies]
    points: list[str] = []
    for v in work.verdicts:
        if v.status is Status.BLOCKED:
            root = ledger.root_of(v.claim, near.claims, dependencies, verdicts)
            begun = f" It goes back to {root}, {_author(run, root)}." if root != v.claim else ""
            points.append(f"Claim {v.claim} does not stand ({v.reason.replace('_', ' ')}). {v.detail}".strip() + begun)
    return points


def _by_ledger(job: Job, work: Finished) -> tuple[str, ...]:
    """Claims that stand only on contested ones of earlier work: their author is asked once for something else.

    After that they stay, marked as contested: that the sources disagree may be all there is to say.
    """
    if job.round > min(1, job.run.department.rework_rounds):
        return ()
    contested = taint.doubted(job.run, job.task.id)
    points: list[str] = []
    for claim in work.claims:
        beneath = sorted({one.on for one in work.dependencies if one.claim == claim.id} & contested)
        if beneath and status(claim, work.verdicts) is Status.CONTESTED:
            why = taint.what(job.run, beneath[0])
            points.append(
                f"Claim {claim.id} rests on {', '.join(beneath)}. {why} Cite something else, or say that it is unknown."
            )
    return tuple(points)


def _author(run: Run, claim: str) -> str:
    task = plans.task(run.plan, claim.rpartition(".")[0])
    member = run.department.specialist(task.specialist)
    return f"by the {member.title}" if member else f"of task {task.id}"


# ---- reviewer and critic ----


@dataclass(frozen=True)
class _Judge:
    """Who reads the work and may send it back."""

    id: str  # "critic", or the id of the specialist who reviews
    title: str
    job: Job
    member: Specialist | None = None

    async def points(self, work: Finished) -> tuple[str, ...]:
        """What is to be mended; empty to accept. Raises ModelError and OverLimit."""
        run = self.job.run
        seat = self.job.seat.at("critic" if self.member is None else "reviewer")
        # Verdicts about what it builds on come in meanwhile: a second run has to put the same before the judge.
        (said,) = await seat.once("brief", lambda: _said(self.job, work))
        brief = CriticBrief.model_validate_json(said)
        if self.member is None:
            model = run.desk.model_for(run.department, "critic")
            critique = await critic.judge(seat, model, run.department, brief)
        else:
            model = run.desk.model_for(run.department, "specialist", self.member)
            critique = await critic.review(seat, model, run.department, self.member, brief)
        return tuple(critique.points) if critique.verdict == "rework" else ()


async def _said(job: Job, work: Finished) -> list[str]:
    return [_brief(job, work, await heard(job.run)).model_dump_json()]


def _judges(job: Job) -> list[_Judge]:
    """The reviewer looks as somebody of the craft, then the critic as the reader. Nobody judges their own work."""
    reviewer = job.run.department.specialist(job.member.reviewer or "")
    own = [_Judge(reviewer.id, reviewer.title, job, reviewer)] if reviewer and reviewer.id != job.member.id else []
    return [*own, _Judge("critic", "critic", job)]


def _brief(job: Job, work: Finished, notes: Sequence[str]) -> CriticBrief:
    """The work with the standing of every claim that it makes or leans on."""
    assert work.artifact
    run, task = job.run, job.task
    leaned = frozenset(marks(work.artifact)) | {one.on for one in work.dependencies}
    near = [done for id, done in run.finished.items() if id in upstream(run.plan, task.id)]
    earlier = [claim for done in near for claim in done.claims if claim.id in leaned]
    verdicts = [verdict for done in (*near, work) for verdict in done.verdicts]
    return CriticBrief(
        mission=run.mission.text,
        task=task.id,
        title=task.title,
        brief=task.brief,
        checks=translate.checklist(task),
        work=words(work.artifact),
        claims=translate.claim_briefs([*work.claims, *earlier], verdicts, run.snapshots),
        notes=[*task.notes, *notes],
        round=job.round,
    )


async def heard(run: Run) -> list[str]:
    """What people have said in the thread about how the work is to be done, as it stands now."""
    return [note.text for note in await run.desk.notes(run.mission) if note.text]
