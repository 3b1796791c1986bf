"""Phase run: the approved plan is carried out, task by task as they become ready, and a person is asked."""

from __future__ import annotations

import asyncio

from agents.domain import plan as plans
from agents.domain.authority import GateKind
from agents.domain.events import ResultProposed, RunStarted
from agents.domain.evidence import Status
from agents.domain.mission import Gate, Mission, State, TaskState
from agents.phases import shortage
from agents.phases.desk import Desk, guarded
from agents.phases.result import conclude
from agents.phases.task import Finished, Run, carry_out
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
    run = Run(desk, mission, file.plan, department, meter, _carried(file), dict(file.snapshots), unusable)
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
        stuck = await _all_tasks(run)
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


def _carried(file: File) -> dict[str, Finished]:
    """Work of earlier revisions that still stands: same task, accepted, and so all that it builds on.

    What a person dropped stays dropped, whatever becomes of what it would have built on.
    """
    assert file.plan
    kept: dict[str, Finished] = {}
    for id in plans.order(file.plan):
        task, record = plans.task(file.plan, id), file.tasks.get(id)
        if record is None or record.digest != plans.digest(task):
            continue
        whole = all(need in kept for need in task.needs)
        if record.state is TaskState.DROPPED or (record.state is TaskState.ACCEPTED and whole):
            kept[id] = Finished.of(record, file)
    return kept


async def _all_tasks(run: Run) -> list[str]:
    """Carries out all that can be; returns the ids of tasks that a person must decide about.

    At most `parallel` at a time, in the plan's order. When a task fails for want of a model, the others that run are
    let finish first, so that nothing begun is thrown away. A task ends alone when its own budget is used up.
    """
    begun: set[str] = set(run.finished)
    stuck: list[str] = []
    working: dict[asyncio.Task[Finished | None], str] = {}
    failed: BaseException | None = None
    try:
        while True:
            await shortage.narrow(run, begun)
            free = 0 if failed else run.department.parallel - len(working)
            for task in plans.ready(run.plan, run.finished, begun)[: max(0, free)]:
                begun.add(task.id)
                working[asyncio.create_task(carry_out(run, task))] = task.id
            if not working:
                break
            ended, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for one in ended:
                id = working.pop(one)
                error = one.exception()
                if isinstance(error, OverBudget) and shortage.is_of_one_task(run, error):
                    await shortage.drop(run, id, str(error))
                elif error:
                    failed = failed or error
                elif finished := one.result():
                    run.finished[id] = finished
                else:
                    stuck.append(id)
    finally:
        for one in working:
            one.cancel()
    if failed and not (stuck and isinstance(failed, OverBudget)):
        raise failed
    return stuck


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
