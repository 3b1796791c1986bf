"""Between the words that models see and the department's own values: domain to brief, draft to domain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from agents.contracts import (
    CheckDraft,
    Checklist,
    CitationDraft,
    ClaimBrief,
    ClaimDraft,
    HandOver,
    ItemDraft,
    MemberBrief,
    PlanDraft,
    TaskDraft,
)
from agents.domain import checks, evidence
from agents.domain.artifact import Artifact, Item
from agents.domain.department import Department
from agents.domain.plan import Check, Plan, Task
from agents.ports import TaskRecord


def team(department: Department) -> list[MemberBrief]:
    """The members as the planner sees them."""
    return [MemberBrief(id=m.id, title=m.title, charter=m.charter, tools=list(m.tools)) for m in department.specialists]


def check_kinds() -> list[Checklist]:
    """The kinds of checks that there are, with their meaning."""
    return [Checklist(kind=kind.name, meaning=kind.meaning) for kind in checks.KINDS.values()]


def checklist(task: Task) -> list[Checklist]:
    """The task's checks in terms of code and in words."""
    return [
        Checklist(kind=c.kind, number=c.number, names=list(c.names), meaning=checks.KINDS[c.kind].meaning)
        for c in task.checks
    ]


def claim_briefs(
    claims: Iterable[evidence.Claim],
    verdicts: Sequence[evidence.Verdict],
    snapshots: Mapping[str, evidence.Snapshot],
) -> list[ClaimBrief]:
    """Claims with their standing, their first quote and what was found against them."""
    return [_claim_brief(claim, verdicts, snapshots) for claim in claims]


def _claim_brief(
    claim: evidence.Claim, verdicts: Sequence[evidence.Verdict], snapshots: Mapping[str, evidence.Snapshot]
) -> ClaimBrief:
    standing = evidence.status(claim, verdicts)
    first = claim.citations[0] if claim.citations else None
    source = snapshots.get(first.snapshot) if first else None
    against = [v.detail for v in verdicts if v.claim == claim.id and v.status is standing and v.detail]
    doubted = standing in (evidence.Status.BLOCKED, evidence.Status.CONTESTED, evidence.Status.UNVERIFIED)
    return ClaimBrief(
        id=claim.id,
        text=claim.text,
        status=standing or "opinion",
        source=source.title if source else "",
        quote=first.quote if first else "",
        detail=" ".join(against) if doubted else "",
    )


def plan(draft: PlanDraft) -> Plan:
    """The draft as a plan; not yet checked."""
    return Plan(draft.title, draft.goal, tuple(_task(task) for task in draft.tasks), tuple(draft.assumptions))


def _task(draft: TaskDraft) -> Task:
    return Task(
        id=draft.id,
        title=draft.title,
        brief=draft.brief,
        specialist=draft.specialist,
        output=draft.output,
        needs=tuple(draft.needs),
        tools=tuple(draft.tools),
        checks=tuple(Check(check.kind, check.number, tuple(check.names)) for check in draft.checks),
        deliverable=draft.deliverable,
    )


def draft(plan: Plan) -> PlanDraft:
    """The plan as the planner drafted it, for a planner that is asked to change it."""
    return PlanDraft(
        title=plan.title, goal=plan.goal, tasks=[_task_draft(t) for t in plan.tasks], assumptions=list(plan.assumptions)
    )


def _task_draft(task: Task) -> TaskDraft:
    return TaskDraft(
        id=task.id,
        title=task.title,
        brief=task.brief,
        specialist=task.specialist,
        output=task.output,
        needs=list(task.needs),
        tools=list(task.tools),
        checks=[CheckDraft(kind=c.kind, number=c.number, names=list(c.names)) for c in task.checks],
        deliverable=task.deliverable,
    )


def artifact(task: Task, work: HandOver) -> Artifact:
    """The product, in the form that the task asks for."""
    rows = tuple(tuple(row) for row in work.rows or ()) if task.output == "table" else ()
    return Artifact(
        kind=task.output,
        title=work.title,
        text=(work.text or "") if task.output == "text" else "",
        columns=tuple(work.columns or ()) if task.output == "table" else (),
        rows=rows,
        items=tuple(Item(i.label, i.text) for i in work.items or ()) if task.output == "items" else (),
    )


def hand_over(record: TaskRecord, claims: Iterable[evidence.Claim]) -> str:
    """A stored hand-over as its author wrote it, as JSON of HandOver; empty when nothing was handed over."""
    work = record.artifact
    if work is None:
        return ""
    return HandOver(
        title=work.title,
        note=record.note,
        text=work.text or None,
        columns=list(work.columns) or None,
        rows=[list(row) for row in work.rows] or None,
        items=[ItemDraft(label=item.label, text=item.text) for item in work.items] or None,
        claims=[_claim_draft(claim) for claim in claims if _number(claim.id)],
        open_points=list(record.open_points),
    ).model_dump_json()


def _number(claim: str) -> int:
    """The number of a claim that was handed over; 0 for a sentence that no claim covered."""
    found = re.fullmatch(r".+\.c(\d+)", claim)
    return int(found[1]) if found else 0


def _claim_draft(claim: evidence.Claim) -> ClaimDraft:
    return ClaimDraft(
        text=claim.text,
        kind=claim.kind,
        key=claim.key,
        citations=[CitationDraft(snapshot=one.snapshot, quote=one.quote) for one in claim.citations],
        derived_from=list(claim.derived_from),
        expression=claim.expression,
    )


def hand_over_faults(task: Task, work: HandOver) -> list[str]:
    """What makes a hand-over unusable, one sentence each."""
    if task.output == "text" and not (work.text or "").strip():
        return ["The output of this task is text, but `text` is empty."]
    if task.output == "items" and not work.items:
        return ["The output of this task is items, but `items` is empty."]
    if task.output == "table":
        return _table_faults(work)
    return []


def _table_faults(work: HandOver) -> list[str]:
    columns, rows = work.columns or [], work.rows or []
    if not columns or not rows:
        return ["The output of this task is a table, but `columns` or `rows` is empty."]
    return [
        f"Row {number} has {len(row)} cells, but there are {len(columns)} columns."
        for number, row in enumerate(rows, 1)
        if len(row) != len(columns)
    ][:3]


def claims(task: Task, work: HandOver) -> list[evidence.Claim]:
    """The claims of a hand-over, numbered in order."""
    return [
        evidence.Claim(
            id=f"{task.id}.c{number}",
            text=claim.text,
            kind=claim.kind,
            key=claim.key,
            citations=tuple(evidence.Citation(c.snapshot, c.quote) for c in claim.citations),
            derived_from=tuple(claim.derived_from),
            expression=claim.expression,
        )
        for number, claim in enumerate(work.claims, 1)
    ]
