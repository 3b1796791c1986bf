"""Phase run: the approved plan is carried out, task by task as they become ready, and a person is asked."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain.events import ResultProposed, RunStarted
from agents.domain.mission import Gate, Mission, State, TaskState
from agents.phases import taint
from agents.phases.board import Finished, Run
from agents.phases.desk import Desk, guarded
from agents.phases.result import conclude
from agents.phases.shift import Shift
from agents.ports import File


async def run_mission(desk: Desk, id: str, rev: int) -> None:
    """Carries out revision `rev`; what is already accepted stays, what is recorded is not asked again."""
    await guarded(desk, id, rev, State.RUNNING, _run)


async def _run(desk: Desk, mission: Mission) -> None:
    file = await desk.missions.file(mission.id)
    department = desk.departments.get(mission.department)
    if file.plan is None:
        raise ValueError("a running mission without a plan")
    meter = await desk.meter(mission, department)
    unusable = await desk.unusable(mission)
    run = Run(desk, mission, file.plan, department, meter, {}, dict(file.snapshots), unusable)
    await _carry(run, file)
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is not State.RUNNING:
            return
        change.tell(RunStarted(f"run:{mission.rev}", mission.rev))
    stuck = await Shift(run).carry_out_all()
    if stuck:
        await _ask_about(run, stuck)
    else:
        await _propose_result(run)


async def _carry(run: Run, file: File) -> None:
    """Work of earlier revisions that still stands: same task, accepted or dropped, and so all that it builds on."""
    for id in plans.order(run.plan):
        task, record = plans.task(run.plan, id), file.tasks.get(id)
        if record is None or record.digest != plans.digest(task):
            continue
        if record.state in (TaskState.ACCEPTED, TaskState.DROPPED) and all(need in run.finished for need in task.needs):
            basis = await taint.kept_basis(run, id, (record.rev, record.attempt))
            run.finished[id] = Finished.of(record, file, basis)


async def _ask_about(run: Run, stuck: list[str]) -> None:
    async with run.desk.missions.change(run.mission.id) as change:
        if change.mission.state is State.RUNNING:
            change.move(State.TASK_GATE, reason=f"Waiting for a decision about {', '.join(sorted(stuck))}.")


async def _propose_result(run: Run) -> None:
    result = await conclude(run)
    gate = Gate(f"{run.mission.id}:result:{run.mission.rev}", run.mission.id, "result", run.mission.rev, result.digest)
    async with run.desk.missions.change(run.mission.id) as change:
        if change.mission.state is not State.RUNNING:
            return
        change.save_result(result)
        change.open_gate(gate)
        change.move(State.RESULT_GATE)
        change.tell(ResultProposed(f"result:{run.mission.rev}", run.mission.rev, gate.id))
