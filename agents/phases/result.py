"""The result of a run: the opening, the accepted deliverables and the case against them, under one digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from agents.contracts import AdvocateBrief, ManagerBrief, ObjectionDraft, ResultDraft
from agents.domain import checks, results
from agents.domain import plan as plans
from agents.domain.artifact import MARK, Artifact, marks
from agents.domain.evidence import Claim
from agents.domain.mission import TaskState
from agents.domain.plan import Check
from agents.phases import shortage
from agents.phases.board import Finished, Run
from agents.phases.doubt import NOT_JUDGED
from agents.phases.review import heard
from agents.phases.task import material
from agents.ports import ModelError, ResultRecord
from agents.roles import advocate, manager, translate
from agents.roles.purse import OverBudget

DOUBTED = ("blocked", "contested", "unverified")
NO_ADVOCATE = "The devil's advocate gave no usable answer, so nobody has attacked this conclusion."


async def conclude(run: Run) -> ResultRecord:
    """The manager's words about all accepted deliverables, and the case against them. Raises ModelError, OverLimit."""
    done = {id: f for id, f in run.finished.items() if f.state is TaskState.ACCEPTED}
    delivered = [task for task in run.plan.tasks if task.deliverable and task.id in done]
    draft = await _opening(run, done, delivered)
    objection, silence = await _objection(run, draft, done, delivered)
    caveats = tuple(dict.fromkeys([*draft.caveats, *_unjudged(done), *silence, *await shortage.reasons(run)]))
    works = [done[task.id].artifact for task in delivered]
    result = ResultRecord(
        run.mission.rev,
        "",
        draft.summary,
        caveats,
        premise=objection.premise if objection else "",
        premise_claims=tuple(dict.fromkeys(objection.claims)) if objection else (),
        objection=objection.objection if objection else "",
    )
    return replace(
        result, digest=results.digest(result.summary, caveats, [work for work in works if work], result.against)
    )


async def _opening(run: Run, done: Mapping[str, Finished], delivered: list[plans.Task]) -> ResultDraft:
    every = [claim for task in run.plan.tasks if task.id in done for claim in material(run, task).claims]
    seat = run.desk.seat(run.mission, f"result/{run.mission.rev}", run.meter)
    brief = ManagerBrief(
        mission=run.mission.text,
        title=run.plan.title,
        goal=run.plan.goal,
        materials=[material(run, task) for task in delivered],
        doubted=[claim for claim in every if claim.status in DOUBTED],
        dropped=[t.title for t in run.plan.tasks if t.id not in done],
        notes=list(await seat.once("notes", lambda: heard(run))),
    )
    model = run.desk.model_for(run.department, "manager")
    evidence = run.evidence()

    def unmarked(summary: str) -> list[str]:
        return checks.failures(Check("figures_marked"), Artifact("text", "summary", text=summary), evidence)

    try:
        return await manager.conclude(seat, model, run.department, brief, unmarked)
    except OverBudget as short:  # what was worked out is not lost for want of an opening
        return ResultDraft(summary=await shortage.opening(run), caveats=[str(short)])


def _unjudged(done: Mapping[str, Finished]) -> list[str]:
    """What the reader must know when the sceptic was silent: said by code, whatever the manager writes."""
    silent = {v.claim for work in done.values() for v in work.verdicts if v.reason == NOT_JUDGED}
    if not silent:
        return []
    many = "1 claim was" if len(silent) == 1 else f"{len(silent)} claims were"
    return [f"{many} not judged, because the sceptic gave no usable answer: nobody has judged the meaning."]


# ---- the devil's advocate ----


async def _objection(
    run: Run, draft: ResultDraft, done: Mapping[str, Finished], delivered: list[plans.Task]
) -> tuple[ObjectionDraft | None, list[str]]:
    """The case against the conclusion, asked for once; when none comes, the sentence that says so."""
    carrying = _carrying(draft, done, delivered)
    if not run.department.sceptic or not carrying:
        return None, []
    verdicts = [verdict for work in done.values() for verdict in work.verdicts]
    brief = AdvocateBrief(
        mission=run.mission.text,
        conclusion=draft.summary,
        claims=translate.claim_briefs(carrying, verdicts, run.snapshots),
    )
    content = hashlib.sha256(brief.model_dump_json().encode()).hexdigest()[:12]
    seat = run.desk.seat(run.mission, f"advocate/{content}", run.meter)
    if await seat.recalled("silent") is None:
        try:
            return await advocate.object_to(seat, run.desk.model_for(run.department, "sceptic"), brief), []
        except (ModelError, OverBudget):  # the result is not lost for want of its objection
            await seat.once("silent", _silent)
    return None, [NO_ADVOCATE]


async def _silent() -> list[str]:
    return [NO_ADVOCATE]


def _carrying(draft: ResultDraft, done: Mapping[str, Finished], delivered: list[plans.Task]) -> list[Claim]:
    """Claims that the conclusion may rest on: those that its words and the deliverables mark, and all key ones."""
    used = set(MARK.findall(draft.summary))
    for task in delivered:
        if work := done[task.id].artifact:
            used |= set(marks(work))
    claims = [claim for work in done.values() for claim in work.claims]
    return sorted((claim for claim in claims if claim.key or claim.id in used), key=lambda claim: claim.id)
