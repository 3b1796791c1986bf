"""Phase deliver: the approved result goes to the requester."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from agents.domain import estimates
from agents.domain.estimates import PastTask
from agents.domain.events import MissionDelivered
from agents.domain.mission import Mission, State, TaskState
from agents.phases.desk import Desk, guarded
from agents.ports import File, Spent


async def deliver_mission(desk: Desk, id: str, rev: int) -> None:
    """Delivers revision `rev`. The posts themselves are rows of the outbox, written in this one commit."""
    await guarded(desk, id, rev, State.DELIVERING, _deliver)


async def _deliver(desk: Desk, mission: Mission) -> None:
    file = await desk.missions.file(mission.id)
    assert file.plan and file.result, "only an approved result is delivered"
    tasks = tuple(task.id for task in file.plan.tasks if task.deliverable and _accepted(file, task.id))
    await desk.begin(mission, "deliver", file.result.digest_over(file.plan, file.tasks))
    past = _past(file, await desk.journal.places(mission.id))
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is State.DELIVERING:
            change.move(State.DELIVERED)
            change.save_past(mission.department, past)
            change.tell(MissionDelivered(f"delivered:{mission.rev}", mission.rev, tasks))


def _past(file: File, places: Mapping[str, Spent]) -> list[PastTask]:
    """What each accepted task took, and what all else did; estimates of later missions rest on it."""
    assert file.plan
    used = {place: spent for place, spent in places.items() if place.startswith("run/")}
    found: list[PastTask] = []
    for task in file.plan.tasks:
        own = [spent for place, spent in used.items() if place.startswith(f"run/{task.id}@")]
        record = file.tasks.get(task.id)
        if own and record and _accepted(file, task.id) and record.started_at and record.ended_at:
            found.append(_sum(task.id, task.specialist, own, (record.ended_at - record.started_at).total_seconds()))
    rest = [spent for place, spent in places.items() if place not in used]
    return [*found, _sum("-", estimates.REST, rest, 0.0)]


def _sum(task: str, specialist: str, spent: Sequence[Spent], seconds: float) -> PastTask:
    known = not any(one.unpriced for one in spent)
    cost = sum((one.cost_usd for one in spent), Decimal(0)) if known else None
    tokens = sum(one.input_tokens + one.output_tokens for one in spent)
    return PastTask(task, specialist, sum(one.calls for one in spent), seconds, cost, tokens)


def _accepted(file: File, task: str) -> bool:
    record = file.tasks.get(task)
    return record is not None and record.state is TaskState.ACCEPTED
