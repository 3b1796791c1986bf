"""The review of a hand-over: evidence and checks by code, then the critic, then the sceptic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.contracts import CriticBrief
from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.artifact import words
from agents.domain.events import ClaimDoubted
from agents.domain.evidence import Claim, Snapshot, Status, Verdict, status
from agents.evidence import trace, uncovered
from agents.ports import TaskRecord
from agents.roles import critic, sceptic, translate
from agents.roles.seat import Seat

if TYPE_CHECKING:
    from agents.phases.task import Finished, Run


@dataclass(frozen=True)
class Reviewed:
    """Work with what was found about its claims; without points it is accepted."""

    work: Finished
    points: tuple[str, ...] = ()
    by: str = ""  # who sends it back: "checks" or "critic"


async def review(run: Run, record: TaskRecord, work: Finished, seat: Seat, attempt: int) -> Reviewed:
    """Only the checks and the critic together accept. Raises ModelError and OverLimit."""
    task = plans.task(run.plan, record.task)
    # Other tasks capture sources meanwhile; which ones this review saw is recorded, so that it can be repeated.
    seen = await seat.once("sources", lambda: _sources(run))
    snapshots = {id: run.snapshots[id] for id in seen}
    known = run.evidence(of=task.id)
    claims, verdicts = trace.trace(work.claims, snapshots, known.statuses, known.claims)
    traced = _with_uncovered(replace(work, claims=tuple(claims), verdicts=tuple(verdicts)), task.id, known.claims)
    await _store(run, record, traced, traced.verdicts)
    if points := _by_code(run, task, traced):
        return Reviewed(traced, points, "checks")
    if points := await _by_critic(run, task, traced, seat, attempt):
        return Reviewed(traced, points, "critic")
    doubts = await _by_sceptic(run, traced, snapshots, seat)
    doubted = replace(traced, verdicts=(*traced.verdicts, *doubts))
    await _store(run, record, doubted, tuple(doubts))
    return Reviewed(doubted)


def _with_uncovered(work: Finished, task: str, earlier: Mapping[str, Claim]) -> Finished:
    """What the work asserts past its claims becomes claims as well, and they are unverified."""
    assert work.artifact
    missed = uncovered.uncovered(work.artifact, {**earlier, **{claim.id: claim for claim in work.claims}})
    found = [(Claim(f"{task}.u{n}", one.sentence), ", ".join(one.figures)) for n, one in enumerate(missed, 1)]
    verdicts = [
        Verdict(claim.id, "rule", Status.UNVERIFIED, "uncovered", f"No claim covers {figures}.")
        for claim, figures in found
    ]
    claims = tuple(claim for claim, _ in found)
    return replace(work, claims=(*work.claims, *claims), verdicts=(*work.verdicts, *verdicts))


async def _sources(run: Run) -> list[str]:
    return sorted(run.snapshots)


def _by_code(run: Run, task: plans.Task, work: Finished) -> tuple[str, ...]:
    assert work.artifact
    evidence = run.evidence(work, of=task.id)
    blocked = [v for v in work.verdicts if v.status is Status.BLOCKED]
    points = [f"Claim {v.claim} does not stand ({v.reason.replace('_', ' ')}). {v.detail}".strip() for v in blocked]
    for check in task.checks:
        points += checks.failures(check, work.artifact, evidence)
    return tuple(points)


async def _by_critic(run: Run, task: plans.Task, work: Finished, seat: Seat, attempt: int) -> tuple[str, ...]:
    assert work.artifact
    brief = CriticBrief(
        mission=run.mission.text,
        task=task.id,
        title=task.title,
        brief=task.brief,
        checks=translate.checklist(task),
        work=words(work.artifact),
        claims=translate.claim_briefs(work.claims, work.verdicts, run.snapshots),
        notes=[*task.notes, *await seat.once("notes", lambda: heard(run))],
        round=attempt,
    )
    model = run.desk.model_for(run.department, "critic")
    critique = await critic.judge(seat.at("critic"), model, run.department, brief)
    return tuple(critique.points) if critique.verdict == "rework" else ()


async def heard(run: Run) -> list[str]:
    """What people have said in the thread about how the work is to be done, as it stands now."""
    return [note.text for note in await run.desk.notes(run.mission) if note.text]


async def _by_sceptic(run: Run, work: Finished, snapshots: dict[str, Snapshot], seat: Seat) -> list[Verdict]:
    """Doubts every key claim and every claim that is not traced, blind: the sceptic sees claim and sources only."""
    asked = [claim for claim in work.claims if _worth_doubting(claim, work)]
    if not asked:
        return []
    model = run.desk.model_for(run.department, "sceptic")
    today = run.mission.created_at.date().isoformat()
    return await sceptic.doubt(seat.at("sceptic"), model, today, asked, snapshots)


def _worth_doubting(claim: Claim, work: Finished) -> bool:
    return bool(claim.citations) and (claim.key or status(claim, work.verdicts) is not Status.TRACED)


async def _store(run: Run, record: TaskRecord, work: Finished, news: tuple[Verdict, ...]) -> None:
    """Keeps the findings and shows the doubts, in one commit."""
    doubts = [v for v in news if v.status in (Status.CONTESTED, Status.BLOCKED)]
    async with run.desk.missions.change(run.mission.id) as change:
        change.save_claims(record.task, record.rev, record.attempt, work.claims, news)
        for v in doubts:
            content = hashlib.sha256(f"{record.digest}\n{v.detail}".encode()).hexdigest()[:12]
            key = f"doubt:{v.claim}:{record.attempt}:{v.reason}:{content}"
            change.tell(ClaimDoubted(key, record.task, record.attempt, v.claim, v.by, v.status, v.reason, v.detail))
