"""Phase deliver: the approved result goes to the requester."""

from __future__ import annotations

from agents.domain import results
from agents.domain.events import MissionDelivered
from agents.domain.mission import Mission, State, TaskState
from agents.phases.desk import Desk, guarded
from agents.ports import File


async def deliver_mission(desk: Desk, id: str, rev: int) -> None:
    """Delivers revision `rev`. The posts themselves are rows of the outbox, written in this one commit."""
    await guarded(desk, id, rev, State.DELIVERING, _deliver)


async def _deliver(desk: Desk, mission: Mission) -> None:
    file = await desk.missions.file(mission.id)
    assert file.plan and file.result, "only an approved result is delivered"
    tasks = tuple(task.id for task in file.plan.tasks if task.deliverable and _accepted(file, task.id))
    works = (record.artifact for task in tasks if (record := file.tasks[task]))
    digest = results.digest(file.result.summary, file.result.caveats, [work for work in works if work])
    await desk.begin(mission, "deliver", digest)
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is State.DELIVERING:
            change.move(State.DELIVERED)
            change.tell(MissionDelivered(f"delivered:{mission.rev}", mission.rev, tasks))


def _accepted(file: File, task: str) -> bool:
    record = file.tasks.get(task)
    return record is not None and record.state is TaskState.ACCEPTED
