"""Phase run: the approved plan is carried out, task by task as they become ready, and a person is asked."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain.authority import GateKind
from agents.domain.events import ResultProposed, RunStarted
from agents.domain.evidence import Status
from agents.domain.mission import Gate, Mission, State, TaskState
from agents.phases import shortage, taint
from agents.phases.board import Finished, Run
from agents.phases.desk import Desk, guarded
from agents.phases.result import conclude
from agents.phases.shift import Shift
from agents.ports import File
from agents.roles.purse import OverBudget


async def run_mission(desk: Desk, id: str, rev: int) -> None:
    """Carries out revision `rev`; what is already accepted stays, what is recorded is not asked again."""
    await guarded(desk, id, rev, State.RUNNING, _run)


async def _run(desk: Desk, mission: Mission) -> None:
    file = await desk.missions.file(mission.id)
    department = desk.departments.get(mission.department)
    if file.plan is None:
        raise ValueError("a running mission without a plan")
    await desk.begin(mission, "run", plans.digest(file.plan))
    meter = await desk.meter(mission, department)
    unusable = await desk.unusable(mission)
    run = Run(desk, mission, file.plan, department, meter, {}, dict(file.snapshots), unusable)
    await _carry(run, file)
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is not State.RUNNING:
            return
        change.tell(RunStarted(f"run:{mission.rev}", mission.rev))
    try:
        await _work(run, file)
    finally:
        await meter.close()


async def _work(run: Run, file: File) -> None:
    """All tasks, or what the money is enough for; then a person is asked."""
    if shortage.wants_to_finish(file):
        await shortage.drop_rest(run, "Finished with what there is, as was decided.")
    stuck: list[str] = []
    try:
        stuck = await Shift(run).carry_out_all()
    except OverBudget as short:
        if await shortage.ask(run, short):
            return
        if not await shortage.has_something(run):
            raise
        await shortage.drop_rest(run, str(short))
    if stuck:
        await _ask_about(run, stuck)
    else:
        await _propose_result(run)


async def _carry(run: Run, file: File) -> None:
    """Work of earlier revisions that still stands: same task, accepted, and so all that it builds on.

    What a person dropped stays dropped, whatever becomes of what it would have built on.
    """
    for id in plans.order(run.plan):
        task, record = plans.task(run.plan, id), file.tasks.get(id)
        if record is None or record.digest != plans.digest(task):
            continue
        whole = all(need in run.finished for need in task.needs)
        if record.state is TaskState.DROPPED or (record.state is TaskState.ACCEPTED and whole):
            basis = await taint.kept_basis(run, id, (record.rev, record.attempt))
            run.finished[id] = Finished.of(record, file, basis)


async def _ask_about(run: Run, stuck: list[str]) -> None:
    async with run.desk.missions.change(run.mission.id) as change:
        if change.mission.state is State.RUNNING:
            change.move(State.TASK_GATE, reason=f"Waiting for a decision about {', '.join(sorted(stuck))}.")


async def _propose_result(run: Run) -> None:
    result = await conclude(run)
    rev, kind = run.mission.rev, _kind(run)
    gate = Gate(f"{run.mission.id}:{kind}:{rev}", run.mission.id, kind, rev, result.digest)
    async with run.desk.missions.change(run.mission.id) as change:
        if change.mission.state is not State.RUNNING:
            return
        change.save_result(result)
        change.open_gate(gate)
        change.move(State.RESULT_GATE)
        change.tell(ResultProposed(f"result:{run.mission.rev}", run.mission.rev, gate.id))


def _kind(run: Run) -> GateKind:
    """A result that hangs on a contested key claim has a checkpoint of its own kind where the department says so."""
    if "contested" not in dict(run.department.policies):
        return "result"
    known = run.evidence()
    hangs = any(claim.key and known.statuses[id] is Status.CONTESTED for id, claim in known.claims.items())
    return "contested" if hangs else "result"
