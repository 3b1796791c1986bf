"""A mission on paper: a line for each event, the deliverables as files, everything as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agents.domain import events as news
from agents.domain.evidence import Status, status
from agents.domain.mission import TaskState
from agents.ports import File, TaskRecord, Told
from bot.views import outcome, words
from bot.views.marks import Numbers, without

DOUBTED = (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED)


def line(one: Told) -> str:
    """For example: 12:03:44  TaskStarted  task=t1 specialist=researcher attempt=1."""
    name, body = news.pack(one.event)
    facts = " ".join(
        f"{key}={_short(value)}" for key, value in body.items() if key not in ("key", "gate") and value != ""
    )
    return f"{one.at:%H:%M:%S}  {name:<16} {facts}".rstrip()


def _short(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 110 else text[:107] + "..."


def write_deliverables(folder: Path, file: File, told: Sequence[Told], now: datetime) -> list[Path]:
    """Every deliverable as Markdown, tables as CSV and ICS besides, and the summary with its receipt."""
    assert file.plan
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for task in file.plan.tasks:
        record = file.tasks.get(task.id)
        if not task.deliverable or record is None or record.state is not TaskState.ACCEPTED:
            continue
        delivery = outcome.deliverable(file, task.id, now)
        parts = {f"{outcome.slug(delivery.title)}.md": delivery.document.encode()}
        parts |= {attached.name: attached.content for attached in delivery.files}
        for name, content in parts.items():
            (folder / name).write_bytes(content)
            written.append(folder / name)
    (folder / "summary.md").write_text(_summary(file, told), encoding="utf-8")
    return [*written, folder / "summary.md"]


def _summary(file: File, told: Sequence[Told]) -> str:
    assert file.plan
    assert file.result
    numbers = Numbers(file)
    parts = [f"# {file.plan.title}", numbers.text(file.result.summary)]
    if file.result.caveats:
        parts.append(
            "## Before you rely on it\n\n" + "\n".join(f"- {numbers.text(caveat)}" for caveat in file.result.caveats)
        )
    parts.append(f"## Receipt\n\n{words.evidence(file)}\n\n{words.spent(file.spent)}")
    return "\n\n".join(parts) + "\n"


def write_json(path: Path, file: File, told: Sequence[Told], attempts: Sequence[TaskRecord]) -> None:
    """Everything that can be counted about the mission."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(as_json(file, told, attempts), indent=1, ensure_ascii=False), encoding="utf-8")


def as_json(file: File, told: Sequence[Told], attempts: Sequence[TaskRecord]) -> dict[str, Any]:
    """The mission as plain data."""
    events = [
        {"seq": one.seq, "at": one.at.isoformat(), "event": name, **body}
        for one in told
        for name, body in [news.pack(one.event)]
    ]
    tasks = [_task(file, task.id) for task in (file.plan.tasks if file.plan else ())]
    return {
        "mission": {
            "id": file.mission.id,
            "text": file.mission.text,
            "state": file.mission.state,
            "title": file.mission.title,
        },
        "specialists": sorted({task["specialist"] for task in tasks}),
        "tasks": tasks,
        "attempts": [{"task": a.task, "rev": a.rev, "attempt": a.attempt, "state": a.state} for a in attempts],
        "at_the_same_time": _overlap(told),
        "rework": [event for event in events if event["event"] == "ReworkAsked"],
        "claims": [_claim(file, claim) for claim in file.claims],
        "doubted": [claim for claim in (_claim(file, c) for c in file.claims) if claim["status"] in DOUBTED],
        "approvals": [_approval(gate) for gate in file.gates if gate.decision],
        "evidence": words.evidence(file),
        "spent": {"calls": file.spent.calls, "tokens": file.spent.input_tokens + file.spent.output_tokens},
        "events": events,
    }


def _task(file: File, id: str) -> dict[str, Any]:
    assert file.plan
    task = next(task for task in file.plan.tasks if task.id == id)
    record = file.tasks.get(id)
    return {
        "id": id,
        "title": task.title,
        "specialist": task.specialist,
        "needs": list(task.needs),
        "deliverable": task.deliverable,
        "state": record.state if record else TaskState.WAITING,
        "attempt": record.attempt if record else 0,
        "text": without(words_of(record)) if record else "",
    }


def words_of(record: TaskRecord) -> str:
    """All words of the work, marks included."""
    from agents.domain.artifact import words as all_words

    return all_words(record.artifact) if record.artifact else ""


def _claim(file: File, claim: Any) -> dict[str, Any]:
    return {
        "id": claim.id,
        "text": claim.text,
        "kind": claim.kind,
        "key": claim.key,
        "status": status(claim, file.verdicts),
        "citations": [
            {"quote": c.quote, "source": s.source, "title": s.title}
            for c in claim.citations
            if (s := file.snapshots.get(c.snapshot))
        ],
        "verdicts": [[v.by, v.status, v.reason, v.detail] for v in file.verdicts if v.claim == claim.id],
    }


def _approval(gate: Any) -> dict[str, Any]:
    made = gate.decision
    return {
        "gate": gate.kind,
        "choice": made.choice,
        "user": made.user,
        "at": made.at.isoformat(),
        "digest": made.digest,
        "note": made.note,
    }


def _overlap(told: Sequence[Told]) -> int:
    """The most tasks that were under way at one moment."""
    open_tasks, most = set[str](), 0
    for one in told:
        match one.event:
            case news.TaskStarted(task=task):
                open_tasks.add(task)
            case news.TaskAccepted(task=task) | news.TaskStuck(task=task):
                open_tasks.discard(task)
            case _:
                pass
        most = max(most, len(open_tasks))
    return most
