"""What becomes of a run whose money does not last: narrower scope, a question to a person, or what there is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from agents.domain import money
from agents.domain import plan as plans
from agents.domain.events import BudgetRanShort
from agents.domain.mission import Gate, State, TaskState
from agents.domain.money import Wallet
from agents.phases import taint
from agents.phases.board import Finished, Run
from agents.ports import File, TaskRecord
from agents.roles.purse import OverBudget, nearly_used_up

LEFT = "Left out: the budget did not last."


def wants_to_finish(file: File) -> bool:
    """Whether a person said, when the budget was last used up, to finish with what there is."""
    asked = [gate for gate in file.gates if gate.kind == "budget" and gate.decision]
    return bool(asked) and asked[-1].rev == file.mission.rev - 1 and asked[-1].decision.choice == "finish"  # type: ignore[union-attr]


async def ask(run: Run, short: OverBudget) -> bool:
    """Asks whether to raise the budget, where the department wants that and it would help; the run then waits."""
    if run.department.terms.on_shortage != "ask" or not short.can_be_raised:
        return False
    rev = run.mission.rev
    shown = question(run, short)
    digest = hashlib.sha256(shown.encode()).hexdigest()
    gate = Gate(f"{run.mission.id}:budget:{rev}", run.mission.id, "budget", rev, digest, shown=shown)
    async with run.desk.missions.change(run.mission.id) as change:
        if change.mission.state is State.RUNNING:
            change.open_gate(gate)
            change.move(State.TASK_GATE, reason="Waiting for a decision about the budget.")
            change.tell(BudgetRanShort(f"budget:{rev}", "ask", shown, gate.id))
    return True


def question(run: Run, short: OverBudget) -> str:
    """What is asked, with the sums: what is used up, what a raise would add, what is unfinished."""
    open_ones = [task.title for task in run.plan.tasks if task.id not in run.finished]
    assert run.meter.purse
    terms = run.meter.purse.terms
    by = terms.mission if terms.mission else terms.task
    more = f"${by.usd:.2f}" if by.usd is not None else f"{by.tokens:,} tokens"
    left = f" Not finished: {', '.join(open_ones)}." if open_ones else ""
    return f"{short}{left} A raise adds {more}."


async def drop_rest(run: Run, why: str, how: str = "partial") -> None:
    """Leaves out all that is not finished, so that the requester gets what is."""
    await _drop(run, [task for task in run.plan.tasks if task.id not in run.finished], why, how)


async def drop(run: Run, id: str, why: str) -> None:
    """Leaves out one task."""
    await _drop(run, [plans.task(run.plan, id)], why, "partial")


def is_of_one_task(run: Run, short: OverBudget) -> bool:
    """Whether only the task's own budget is used up and nobody is to be asked: then the others go on."""
    return money.kind(short.wallet.id) == "task" and run.department.terms.on_shortage != "ask"


async def narrow(run: Run, begun: set[str]) -> None:
    """When most of the budget is spent: leaves out what it cannot bear any more, and what only that needs.

    A deliverable is kept, in the plan's order, while what it still needs is likely to fit into what is left.
    """
    purse = run.meter.purse
    if purse is None or run.department.terms.on_shortage != "narrower":
        return
    wallet = await purse.mission()
    if not wallet.nearly:
        return
    kept = await _affordable(run, wallet, begun)
    out = [task for task in run.plan.tasks if task.id not in kept and task.id not in begun]
    if out:
        await _drop(run, out, nearly_used_up(wallet), "narrower")
        begun |= {task.id for task in out}


async def _affordable(run: Run, wallet: Wallet, begun: set[str]) -> set[str]:
    """Tasks that stay: those begun, and for each deliverable that still fits all that it needs."""
    each = await _usual_cost(run)
    left = _left(wallet) - each * len([id for id in begun if id not in run.finished])
    kept = set(begun) | set(run.finished)
    for task in run.plan.tasks:
        wanted = _with_needs(run.plan, task.id) - kept
        if task.deliverable and wanted and each * len(wanted) <= left:
            left -= each * len(wanted)
            kept |= wanted
    return kept


def _with_needs(plan: plans.Plan, id: str) -> frozenset[str]:
    needs = plans.task(plan, id).needs
    return frozenset([id]).union(*(_with_needs(plan, need) for need in needs))


async def _usual_cost(run: Run) -> Decimal:
    """What a finished task of this run has cost on average, in the currency of the mission's wallet."""
    purse = run.meter.purse
    assert purse
    wallets = [purse.nest(taint.place(run, task))[-1] for task in run.plan.tasks if task.id in run.finished]
    spent = [wallet.spent for wallet in await purse.wallets.look(wallets)]
    sums = [one.usd or Decimal(one.tokens) / money.TOKENS_PER_USD for one in spent if one]
    return sum(sums, Decimal(0)) / len(sums) if sums else Decimal(0)


def _left(wallet: Wallet) -> Decimal:
    if wallet.limit.usd is not None:
        spent = wallet.spent.usd + Decimal(wallet.spent.tokens) / money.TOKENS_PER_USD
        return wallet.limit.usd - spent
    return Decimal((wallet.limit.tokens or 0) - wallet.spent.tokens) / money.TOKENS_PER_USD


async def _drop(run: Run, out: list[plans.Task], why: str, how: str) -> None:
    """One commit: the tasks that are left out, with what they had come to, and one sentence about it."""
    file = await run.desk.missions.file(run.mission.id)
    titles = ", ".join(f"“{task.title}”" for task in out)
    said = f"{why} Left out: {titles}." if out else why
    content = hashlib.sha256(said.encode()).hexdigest()[:8]
    async with run.desk.missions.change(run.mission.id) as change:
        for task in out:
            change.save_task(_dropped(run, task, file.tasks.get(task.id)))
        change.tell(BudgetRanShort(f"budget:{run.mission.rev}:{how}:{content}", how, said))
    for task in out:
        run.finished[task.id] = Finished(TaskState.DROPPED, None)


def _dropped(run: Run, task: plans.Task, record: TaskRecord | None) -> TaskRecord:
    digest, now = plans.digest(task), run.desk.clock.now()
    if record is None or record.digest != digest:
        return TaskRecord(task.id, run.mission.rev, TaskState.DROPPED, digest, open_points=(LEFT,), ended_at=now)
    return replace(record, state=TaskState.DROPPED, open_points=(*record.open_points, LEFT), ended_at=now)


async def has_something(run: Run) -> bool:
    """Whether there is work to show: accepted, or handed over and not accepted."""
    tasks = (await run.desk.missions.file(run.mission.id)).tasks.values()
    return any(record.artifact and record.state is not TaskState.DROPPED for record in tasks)


def drafts(plan: plans.Plan, file: File) -> list[str]:
    """Titles of tasks whose work was handed over and never accepted."""
    found = ((task, file.tasks.get(task.id)) for task in plan.tasks)
    return [task.title for task, record in found if record and record.artifact and record.state is TaskState.DROPPED]


async def reasons(run: Run) -> list[str]:
    """Why something is missing in the result, one sentence each."""
    if all(done.state is TaskState.ACCEPTED for done in run.finished.values()):
        return []
    told = [one.event for one in await run.desk.missions.told(run.mission.id)]
    return [one.said for one in told if isinstance(one, BudgetRanShort) and one.how in ("narrower", "partial")]


async def opening(run: Run) -> str:
    """The opening of a result for which there was no money left to have one written: by rule, without a figure."""
    file = await run.desk.missions.file(run.mission.id)
    done = [task.title for task in run.plan.tasks if (f := run.finished.get(task.id)) and f.state is TaskState.ACCEPTED]
    open_ones = drafts(run.plan, file)
    rest = [task.title for task in run.plan.tasks if task.title not in (*done, *open_ones)]
    parts = ["The budget did not last for the whole mission; this is what there is."]
    parts += [f"Accepted: {'; '.join(done)}."] if done else ["Nothing was accepted."]
    parts += (
        [f"Handed over, but not accepted: {'; '.join(open_ones)}. The drafts are in the thread."] if open_ones else []
    )
    parts += [f"Not done: {'; '.join(rest)}."] if rest else []
    return " ".join(parts)
