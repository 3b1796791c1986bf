"""Checkpoints within a run: before a task begins, and before a tool has an effect outside."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.domain import plan as plans
from agents.domain import spelling
from agents.domain.events import CheckpointReached, EffectMade
from agents.domain.mission import Gate, TaskState
from agents.ports import TaskRecord, ToolCall, ToolResult

if TYPE_CHECKING:
    from agents.phases.board import Run
    from agents.phases.task import Job

LONGEST = 8_000  # characters of a call that a person can be shown in full; what cannot be shown cannot be approved


class Parked(Exception):
    """The task waits for a person; what is recorded of it stays."""


def names(run: Run, task: plans.Task) -> tuple[str, ...]:
    """The checkpoints before this task: its own, and those that the department adds."""
    added = [one.name for one in run.department.checkpoints if one.before in (task.specialist, task.output)]
    return tuple(dict.fromkeys([*([task.checkpoint] if task.checkpoint else []), *added]))


async def before(run: Run, task: plans.Task) -> None:
    """Raises Parked until a person has let the task begin at each of its checkpoints."""
    wanted = names(run, task)
    if not wanted:
        return
    digest = plans.digest(task)
    passed = {g.name for g in await _answered(run, task, "named", digest) if _choice(g) == "approve"}
    if missing := [name for name in wanted if name not in passed]:
        rev = run.mission.rev
        for name in missing:
            number = wanted.index(name) + 1
            gate = Gate(
                f"{run.mission.id}:named:{rev}:{task.id}:{number}", run.mission.id, "named", rev, digest, task.id
            )
            await _ask(run, replace(gate, name=name), TaskRecord(task.id, rev, TaskState.WAITING, digest))
        raise Parked


async def use(job: Job, call: ToolCall) -> ToolResult:
    """The result of a call with an effect outside: made once, and only as a person was shown it. Raises Parked."""
    run, task = job.run, job.task
    if len(call.arguments) > LONGEST:
        return _said(call, f"Not done: a person has to see all of it first, and {LONGEST:,} characters are the most.")
    digest = spelling.digest([task.id, job.seat.place, call.id, call.name, call.arguments])
    answered = await _answered(run, task, "tool", digest)
    allowed = next((gate for gate in answered if _choice(gate) == "approve"), None)
    if allowed is None and answered:
        return _said(call, "Not done: a person did not allow it. Go on without it, and say so in your work.")
    if allowed is None:
        rev = run.mission.rev
        gate = Gate(
            f"{run.mission.id}:tool:{rev}:{task.id}:{digest[:12]}", run.mission.id, "tool", rev, digest, task.id
        )
        shown = json.dumps({"tool": call.name, "arguments": call.arguments})
        await _ask(run, replace(gate, shown=shown), job.record(TaskState.STUCK))
        raise Parked
    if not await _first(job, digest):
        return _said(call, "It is not known whether this was done before an interruption; do not repeat it, say so.")
    result = await job.call(call)
    async with run.desk.missions.change(run.mission.id) as change:
        change.tell(EffectMade(f"effect:{digest[:16]}", allowed.id, task.id, call.name))
    return result


async def _first(job: Job, digest: str) -> bool:
    """Whether nobody has begun this call before: an effect of which it is not known whether it came is not repeated."""
    new = False

    async def begin() -> list[str]:
        nonlocal new
        new = True
        return [digest]

    await job.seat.once(f"effect.{digest[:16]}", begin)
    return new


async def _answered(run: Run, task: plans.Task, kind: str, digest: str) -> list[Gate]:
    """Questions of that kind about exactly this that have an answer, of whatever revision."""
    gates = (await run.desk.missions.file(run.mission.id)).gates
    return [g for g in gates if g.decision and (g.kind, g.task, g.digest) == (kind, task.id, digest)]


def _choice(gate: Gate) -> str:
    return gate.decision.choice if gate.decision else ""


async def _ask(run: Run, gate: Gate, record: TaskRecord) -> None:
    async with run.desk.missions.change(run.mission.id) as change:
        change.save_task(record)
        change.open_gate(gate)
        change.tell(CheckpointReached(f"asked:{gate.id}", gate.id, gate.task))


def _said(call: ToolCall, text: str) -> ToolResult:
    return ToolResult(text, f"{call.name}: not done")
