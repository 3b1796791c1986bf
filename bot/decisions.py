"""What people decide at gates: stored with who and when, bound to what was shown, spent in the same commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.events import ClaimDoubted, GateDecided, MissionCancelled, PlanProposed
from agents.domain.evidence import Claim, Status, Verdict
from agents.domain.mission import ENDED, Decision, Gate, State, TaskState
from agents.evidence import ledger
from agents.phases.plan import estimate
from agents.ports import AlreadyDecided, Clock, Departments, File, PhaseCall
from bot import access
from bot.gateway import Gateway
from bot.views import standing
from bot.views.modals import FIELD
from storage.changes import RowChange
from storage.inbox import Gesture
from storage.missions import MissionRows

GATE_STATE = {"plan": State.PLAN_GATE, "task": State.TASK_GATE, "result": State.RESULT_GATE}
CHOICES = {
    "plan": {"approve", "edit", "change", "cancel"},
    "task": {"accept", "retry", "drop", "cancel"},
    "result": {"approve", "send_back", "cancel"},
}


class NotNow(Exception):
    """The decision cannot be taken; the message is one sentence for the person."""


class NeedsReason(NotNow):
    """It goes over doubted claims, and takes a reason that stays on record."""

    def __init__(self, file: File, answer: Answer, claims: Sequence[Claim]) -> None:
        super().__init__("This goes over claims that are in doubt; please say why you decide so all the same.")
        self.file, self.answer, self.claims = file, answer, claims


@dataclass(frozen=True)
class Answer:
    """A person's decision, as it came from a button or a form."""

    gate: str
    choice: str
    note: str = ""
    tasks: tuple[str, ...] = ()  # for send_back: what is to be done again
    plan: plans.Plan | None = None  # for edit: the plan as edited


@dataclass(frozen=True)
class Decisions:
    """Takes answers. `halt` stops what runs of a mission."""

    missions: MissionRows
    departments: Departments
    gateway: Gateway
    clock: Clock
    halt: Callable[[str], Awaitable[None]]

    async def allowed(self, user: str, team: str, gate: str, kind: access.Action = "decide") -> File:
        """The mission, if this person may decide about it now. Raises NotNow and UnknownMission."""
        file = await self.missions.file(gate.split(":", 1)[0])
        department = self.departments.get(file.mission.department)
        if no := access.refusal(await self.gateway.actor(user), kind, team, file.mission, department):
            raise NotNow(no)
        return file

    async def decide(self, gesture: Gesture, answer: Answer) -> None:
        """Takes the answer once. Raises NotNow with a sentence for the person, and UnknownMission."""
        file = await self.allowed(gesture.user, gesture.team, answer.gate)
        department = self.departments.get(file.mission.department)
        over = _in_doubt(file, answer)
        if over and not answer.note.strip():
            raise NeedsReason(file, answer, over)
        overruled = await self._overruling(gesture.user, file, answer, over)
        async with self.missions.receive(gesture, file.mission.id) as change:
            if change is None:
                return
            gate = _open_gate(change, answer)
            decision = Decision(gate.id, answer.choice, gesture.user, self.clock.now(), gate.digest, answer.note)
            try:
                change.decide(decision)
            except AlreadyDecided as error:
                raise NotNow(f"<@{error.decision.user}> has already decided this.") from None
            change.tell(GateDecided(f"decided:{gate.id}", gate.id, answer.choice, gesture.user, answer.note))
            change.save_verdicts(f"decided:{gate.id}", overruled, attempts_of(file))
            self._carry_out(change, file, department, gate, answer, gesture.user)
        if answer.choice == "cancel":
            await self.halt(file.mission.id)

    async def contest(self, gesture: Gesture, mission: str, claim: str, reason: str) -> None:
        """A person doubts a claim: it and all that rests on it are contested from now on. Raises NotNow."""
        file = await self.allowed(gesture.user, gesture.team, mission)
        if file.mission.state in ENDED:
            raise NotNow("This mission has ended; its evidence stays as it was.")
        claims = {one.id: one for one in file.claims}
        if claim not in claims:
            raise NotNow("This claim is no longer part of the work.")
        if not reason.strip():
            raise NotNow("Please say what speaks against the claim.")
        said = f"{await self._name(gesture.user)}: {reason.strip()}"
        verdict = Verdict(claim, "person", Status.CONTESTED, "contested_by_person", said)
        rests = standing.dependencies(file)
        follow = ledger.consequences(claims, rests, [*file.verdicts, verdict], file.snapshots)
        key, task = f"contested:{claim}:{gesture.event_id}", standing.task_of(claim)
        told = ClaimDoubted(key, task, file.tasks[task].attempt, claim, "person", "contested", verdict.reason, said)
        async with self.missions.receive(gesture, mission) as change:
            if change is not None:
                change.save_verdicts(key, [verdict, *follow], attempts_of(file))
                change.tell(told)

    async def _overruling(self, user: str, file: File, answer: Answer, claims: Sequence[Claim]) -> tuple[Verdict, ...]:
        """What a person's acceptance of blocked work says about each claim, with who said it."""
        if answer.choice != "accept" or not claims:
            return ()
        every, rests = {claim.id: claim for claim in file.claims}, standing.dependencies(file)
        ids = [claim.id for claim in claims]
        return ledger.overruled(ids, await self._name(user), answer.note.strip(), every, rests, file.verdicts)

    async def _name(self, user: str) -> str:
        return (await self.gateway.actor(user)).name or user

    async def again(self, gesture: Gesture, mission: str) -> None:
        """Starts the phase that failed once more; what is recorded is not paid again."""
        file = await self.allowed(gesture.user, gesture.team, mission)
        wishes = await self.missions.wishes(mission, file.mission.rev)
        async with self.missions.receive(gesture, mission) as change:
            if change is None:
                return
            if change.mission.state is not State.FAILED:
                raise NotNow("This mission is not stopped any more.")
            _restart(change, file)
            change.save_wishes(change.mission.rev, wishes)

    def _carry_out(
        self, change: RowChange, file: File, department: Department, gate: Gate, answer: Answer, user: str
    ) -> None:
        match gate.kind, answer.choice:
            case _, "cancel":
                change.move(State.CANCELLED, reason="Cancelled by a person.")
                change.tell(MissionCancelled("cancelled", user, answer.note))
            case "plan", "approve":
                _start(change, State.RUNNING, "run", gate.rev)
            case "plan", "change":
                _start(change, State.PLANNING, "plan", gate.rev + 1)
                change.save_wishes(gate.rev + 1, [answer.note])
            case "plan", "edit":
                _propose_edited(change, department, gate, answer)
            case "result", "approve":
                _start(change, State.DELIVERING, "deliver", gate.rev)
            case "result", "send_back":
                _send_back(change, file, department, gate, answer)
            case _:
                _after_task(change, file, department, gate, answer)


def _in_doubt(file: File, answer: Answer) -> list[Claim]:
    """Doubted claims that an answer to an open question would go over."""
    gate = next((gate for gate in file.gates if gate.id == answer.gate and not gate.decision), None)
    if gate and (gate.kind, answer.choice) == ("result", "approve"):
        return standing.doubted_keys(file)
    if gate and (gate.kind, answer.choice) == ("task", "accept"):
        return standing.blocked(file, gate.task)
    return []


def attempts_of(file: File) -> dict[str, tuple[int, int]]:
    """Task -> the attempt at it that the person has seen."""
    return {id: (record.rev, record.attempt) for id, record in file.tasks.items()}


def _open_gate(change: RowChange, answer: Answer) -> Gate:
    """The gate, if it is the one that the mission waits at. Raises NotNow."""
    gate = change.gate(answer.gate)
    if gate is None or answer.choice not in CHOICES[gate.kind]:
        raise NotNow("This question is no longer known here.")
    if gate.decision:
        raise NotNow(f"<@{gate.decision.user}> has already decided this.")
    if change.mission.state is not GATE_STATE[gate.kind] or change.mission.rev != gate.rev:
        raise NotNow("This question is no longer open: the mission has moved on.")
    return gate


def _start(change: RowChange, state: State, phase: str, rev: int) -> None:
    change.move(state, rev=rev)
    change.start(PhaseCall(phase, change.mission.id, rev))  # type: ignore[arg-type]


def _restart(change: RowChange, file: File) -> None:
    """The phase that failed: delivery if the result was approved, the run if the plan was, else planning."""
    approved = {gate.kind for gate in file.gates if gate.decision and gate.decision.choice == "approve"}
    rev = change.mission.rev + 1
    if "result" in approved and file.result and file.result.rev == change.mission.rev:
        _start(change, State.DELIVERING, "deliver", rev)
    elif "plan" in approved:
        _start(change, State.RUNNING, "run", rev)
    else:
        _start(change, State.PLANNING, "plan", rev)


def _propose_edited(change: RowChange, department: Department, gate: Gate, answer: Answer) -> None:
    """The edited plan is asked about anew: an approval belongs to exactly what was shown."""
    assert answer.plan
    rev = gate.rev + 1
    asked = Gate(f"{change.mission.id}:plan:{rev}", change.mission.id, "plan", rev, plans.digest(answer.plan))
    change.move(State.PLAN_GATE, rev=rev, title=answer.plan.title)
    change.save_plan(rev, answer.plan, estimate(answer.plan, department))
    change.open_gate(asked)
    change.tell(PlanProposed(f"plan:{rev}", rev, asked.id))


def _send_back(change: RowChange, file: File, department: Department, gate: Gate, answer: Answer) -> None:
    """The chosen tasks get the note, and with it a new digest: they and what builds on them are done again."""
    assert file.plan
    chosen = frozenset(answer.tasks) or {task.id for task in file.plan.tasks if task.deliverable}
    plan = _with_note(file.plan, chosen, answer.note)
    change.save_plan(gate.rev + 1, plan, estimate(plan, department))
    _start(change, State.RUNNING, "run", gate.rev + 1)


def _with_note(plan: plans.Plan, chosen: Sequence[str] | frozenset[str] | set[str], note: str) -> plans.Plan:
    tasks = tuple(replace(t, notes=(*t.notes, note)) if t.id in chosen else t for t in plan.tasks)
    return replace(plan, tasks=tasks)


def _after_task(change: RowChange, file: File, department: Department, gate: Gate, answer: Answer) -> None:
    """The run goes on when every task that waited has its decision."""
    record = file.tasks[gate.task]
    if answer.choice in ("accept", "drop"):
        state = TaskState.ACCEPTED if answer.choice == "accept" else TaskState.DROPPED
        change.save_task(replace(record, state=state))
    waiting = [other for other in change.gates("task", gate.rev) if other.id != gate.id and not other.decision]
    noted = {gate.task: answer.note} if answer.choice == "retry" else {}
    for other in change.gates("task", gate.rev):
        if other.decision and other.decision.choice == "retry":
            noted[other.task] = other.decision.note
    if waiting:
        return
    assert file.plan
    plan = file.plan
    for task, note in noted.items():
        plan = _with_note(plan, {task}, note or "Try once more, differently.")
    if noted:
        change.save_plan(gate.rev + 1, plan, estimate(plan, department))
    _start(change, State.RUNNING, "run", gate.rev + 1)


def edited(
    file: File, department: Department, values: dict[str, str], kinds: Sequence[str]
) -> tuple[plans.Plan, list[str]]:
    """The plan as a form changed it, and what is wrong with it. A task without a title is dropped."""
    assert file.plan
    dropped = {task.id for task in file.plan.tasks if not values.get(f"title:{task.id}", task.title).strip()}
    tasks = tuple(_edited_task(task, department, values, dropped) for task in file.plan.tasks if task.id not in dropped)
    plan = replace(file.plan, tasks=tasks)
    return plan, plans.faults(plan, department, kinds)


def _edited_task(task: plans.Task, department: Department, values: dict[str, str], dropped: set[str]) -> plans.Task:
    who = values.get(f"who:{task.id}") or task.specialist
    member = department.specialist(who)
    tools = (
        task.tools if who == task.specialist or member is None else tuple(t for t in task.tools if t in member.tools)
    )
    return replace(
        task,
        title=values.get(f"title:{task.id}", task.title).strip(),
        brief=_brief(task, values.get(f"brief:{task.id}") or ""),
        specialist=who,
        tools=tools,
        needs=tuple(need for need in task.needs if need not in dropped),
    )


def _brief(task: plans.Task, entered: str) -> str:
    """The brief as it was edited; what the form had no room to show stays behind it."""
    return entered + task.brief[FIELD:] if entered.strip() else task.brief
