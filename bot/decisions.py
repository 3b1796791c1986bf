"""What people decide at gates: stored with who and when, bound to what was shown, spent in the same commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agents.domain import authority
from agents.domain import plan as plans
from agents.domain.authority import YES, Action, GateKind, Ruling, Standing, Vote
from agents.domain.department import Department
from agents.domain.events import ClaimDoubted, GateDecided, MissionCancelled, PlanProposed, Unanswered, VoteCast
from agents.domain.evidence import Claim, Status, Verdict
from agents.domain.mission import ENDED, Decision, Gate, Mission, State, TaskState
from agents.evidence import ledger
from agents.phases.plan import estimate
from agents.ports import AlreadyDecided, Clock, Departments, File, NotAsShown, TaskRecord
from bot.doorkeeper import Denied, Doorkeeper, NotNow
from bot.starting import failed_in, start, start_plan
from bot.steering import CHANGEABLE
from bot.views import standing as standings
from storage.changes import RowChange
from storage.inbox import Gesture
from storage.missions import MissionRows

__all__ = ["Answer", "Decisions", "Denied", "NotNow"]

GATE_STATE: dict[GateKind, State] = {
    "plan": State.PLAN_GATE,
    "task": State.TASK_GATE,
    "tool": State.TASK_GATE,
    "named": State.TASK_GATE,
    "budget": State.TASK_GATE,
    "contested": State.RESULT_GATE,
    "result": State.RESULT_GATE,
    "questions": State.QUESTIONS,
}
CHOICES: dict[GateKind, set[str]] = {
    "plan": {"approve", "edit", "change", "cancel"},
    "task": {"accept", "retry", "drop", "cancel"},
    "tool": {"approve", "refuse", "cancel"},
    "named": {"approve", "drop", "cancel"},
    "budget": {"raise", "finish", "cancel"},
    "contested": {"approve", "send_back", "cancel"},
    "result": {"approve", "send_back", "cancel"},
    "questions": {"defaults", "answer"},
    "change": {"approve", "keep"},
}
PARKED: tuple[GateKind, ...] = ("task", "tool", "named", "budget")  # the run goes on when all of these are answered
UNANSWERED = "unanswered"  # the choice of a question that nobody answered; never the same as a no
STALE = "What you pressed shows something that has changed since. Please decide on the newest message."


class NeedsReason(NotNow):
    """It goes over doubted claims, and takes a reason that stays on record."""

    def __init__(self, file: File, answer: Answer, claims: Sequence[Claim]) -> None:
        super().__init__("This goes over claims that are in doubt; please say why you decide so all the same.")
        self.file, self.answer, self.claims = file, answer, claims


@dataclass(frozen=True)
class Answer:
    """A person's decision, as it came from a button or a form. `gate` may end in `@` and the digest that was shown."""

    gate: str
    choice: str
    note: str = ""
    tasks: tuple[str, ...] = ()  # for send_back: what is to be done again
    plan: plans.Plan | None = None  # for edit: the plan as edited
    before: plans.Estimate | None = None  # what was expected of it, or of the plan before it


@dataclass(frozen=True)
class Decisions:
    """Takes answers. `halt` stops what runs of a mission."""

    missions: MissionRows
    departments: Departments
    doorkeeper: Doorkeeper
    clock: Clock
    halt: Callable[[str], Awaitable[None]]

    async def allowed(self, gesture: Gesture, gate: str, action: Action = "decide") -> File:
        """The mission, if this person may decide about it now. Raises Denied, NotNow and UnknownMission."""
        mission, asked = await self._asked(gate)
        if action == "decide" and asked is None:
            raise NotNow("This question is no longer known here.")
        await self.doorkeeper.admit(gesture, action, mission, asked)
        return await self.missions.file(mission.id)

    async def decide(self, gesture: Gesture, answer: Answer) -> None:
        """Takes the answer once. Raises NotNow with a sentence for the person, and UnknownMission."""
        mission, asked = await self._asked(answer.gate)
        if asked is None:
            raise NotNow("This question is no longer known here.")
        ruling = await self.doorkeeper.admit(gesture, "decide", mission, asked)
        policy = self.departments.get(mission.department).policy_of(asked)
        standing = await self.doorkeeper.standing(mission, policy)
        file = await self.missions.file(mission.id)
        over = _in_doubt(file, asked, answer)
        if over and not answer.note.strip():
            raise NeedsReason(file, answer, over)
        overruled = await self._overruling(gesture.user, file, answer, over)
        if proposal := await self.missions.proposal(asked.id):
            answer = replace(answer, plan=proposal.plan, before=proposal.estimate)
        try:
            async with self.missions.receive(gesture, mission.id) as change:
                done = change is not None and self._take(change, file, gesture.user, answer, ruling, standing)
                if change is not None and done:
                    change.save_verdicts(f"decided:{asked.id}", overruled, attempts_of(file))
        except AlreadyDecided as error:
            raise NotNow(f"<@{error.decision.user}> has already decided this.") from None
        except NotAsShown:
            raise NotNow(STALE) from None
        if done and answer.choice == "cancel":
            await self.halt(mission.id)

    async def unanswered(self, gate: Gate, choice: str, event: Unanswered) -> None:
        """Nobody answered in time: what the department chose for that case happens, in nobody's name.

        Raises NotNow and AlreadyDecided when somebody did after all.
        """
        file = await self.missions.file(gate.mission)
        proposal = await self.missions.proposal(gate.id)
        answer = Answer(gate.id, choice, plan=proposal.plan if proposal else None)
        async with self.missions.change(gate.mission) as change:
            present = _open_gate(change, answer)
            change.by("nobody")
            change.decide(Decision(present.id, UNANSWERED, "", self.clock.now(), present.digest))
            change.tell(event, GateDecided(f"decided:{present.id}", present.id, UNANSWERED, ""))
            self._carry_out(change, file, self.departments.get(file.mission.department), present, answer, "")
        if choice == "cancel":
            await self.halt(gate.mission)

    async def contest(self, gesture: Gesture, mission: str, claim: str, reason: str) -> None:
        """A person doubts a claim: it and all that rests on it are contested from now on. Raises NotNow."""
        file = await self.missions.file(mission)
        ruling = await self.doorkeeper.admit(gesture, "decide", file.mission)
        if file.mission.state in ENDED:
            raise NotNow("This mission has ended; its evidence stays as it was.")
        claims = {one.id: one for one in file.claims}
        if claim not in claims:
            raise NotNow("This claim is no longer part of the work.")
        if not reason.strip():
            raise NotNow("Please say what speaks against the claim.")
        said = f"{await self._name(gesture.user)}: {reason.strip()}"
        verdict = Verdict(claim, "person", Status.CONTESTED, "contested_by_person", said)
        rests = standings.dependencies(file)
        follow = ledger.consequences(claims, rests, [*file.verdicts, verdict], file.snapshots)
        key, task = f"contested:{claim}:{gesture.event_id}", standings.task_of(claim)
        told = ClaimDoubted(key, task, file.tasks[task].attempt, claim, "person", "contested", verdict.reason, said)
        async with self.missions.receive(gesture, mission) as change:
            if change is not None:
                change.by(ruling.authority)
                change.save_verdicts(key, [verdict, *follow], attempts_of(file))
                change.tell(told)

    async def _overruling(self, user: str, file: File, answer: Answer, claims: Sequence[Claim]) -> tuple[Verdict, ...]:
        """What a person's acceptance of blocked work says about each claim, with who said it."""
        if answer.choice != "accept" or not claims:
            return ()
        every, rests = {claim.id: claim for claim in file.claims}, standings.dependencies(file)
        ids = [claim.id for claim in claims]
        return ledger.overruled(ids, await self._name(user), answer.note.strip(), every, rests, file.verdicts)

    async def _name(self, user: str) -> str:
        return (await self.doorkeeper.directory.actor(user)).name or user

    async def again(self, gesture: Gesture, mission: str) -> None:
        """Starts the phase that failed once more; what is recorded is not paid again."""
        file = await self.missions.file(mission)
        ruling = await self.doorkeeper.admit(gesture, "retry", file.mission)
        wishes = await self.missions.wishes(mission, file.mission.rev)
        async with self.missions.receive(gesture, mission) as change:
            if change is None:
                return
            change.by(ruling.authority)
            if change.mission.state is not State.FAILED:
                raise NotNow("This mission is not stopped any more.")
            start(change, failed_in(change.mission, file), change.mission.rev + 1, wishes)

    async def _asked(self, name: str) -> tuple[Mission, Gate | None]:
        """The mission and the question of it that a button names. Raises UnknownMission."""
        id = name.partition("@")[0]
        return await self.missions.mission(id.split(":", 1)[0]), await self.missions.gate(id)

    def _take(
        self, change: RowChange, file: File, user: str, answer: Answer, ruling: Ruling, standing: Standing
    ) -> bool:
        """Adds the person's word, and carries the answer out when enough have said so. False while more are needed."""
        gate = _open_gate(change, answer)
        department = self.departments.get(file.mission.department)
        change.by(ruling.authority)
        now = self.clock.now()
        if _said_before(gate, user, answer.choice):
            more = _still(gate, department, file.mission, standing, answer.choice)
            raise NotNow(f"You have said so already; {more}.")
        gate = change.vote(Vote(gate.id, user, answer.choice, now, ruling.authority, gate.digest))
        if not settled(gate, department, file.mission, standing, answer.choice):
            key = f"vote:{gate.id}:{gate.digest[:12]}:{answer.choice}:{user}"
            change.tell(VoteCast(key, gate.id, answer.choice, user))
            return False
        change.decide(Decision(gate.id, answer.choice, user, now, gate.digest, answer.note))
        change.tell(GateDecided(f"decided:{gate.id}", gate.id, answer.choice, user, answer.note))
        self._carry_out(change, file, department, gate, answer, user)
        return True

    def _carry_out(
        self, change: RowChange, file: File, department: Department, gate: Gate, answer: Answer, user: str
    ) -> None:
        match gate.kind, answer.choice:
            case _, "cancel":
                change.move(State.CANCELLED, reason="Cancelled by a person.")
                change.tell(MissionCancelled("cancelled", user, answer.note))
            case "plan", "approve":
                start(change, State.RUNNING, gate.rev)
            case "plan", "change":
                start(change, State.PLANNING, gate.rev + 1, [answer.note])
            case "plan", "edit":
                _propose_edited(change, department, gate, replace(answer, before=file.estimate))
            case ("questions", "defaults") | ("change", "approve") if answer.plan is None:
                raise NotNow("This question is no longer known here.")
            case "questions", "defaults":
                _propose_edited(change, department, gate, answer)
            case "questions", "answer":
                start(change, State.PLANNING, gate.rev + 1, [answer.note])
            case "change", "keep":
                pass
            case "change", "approve":
                assert answer.plan
                start_plan(change, gate.rev + 1, answer.plan, department, answer.before)
            case "result" | "contested", "approve":
                start(change, State.DELIVERING, gate.rev)
            case "result" | "contested", "send_back":
                _send_back(change, file, department, gate, answer)
            case _:
                _after_task(change, file, department, gate, answer)


def settled(gate: Gate, department: Department, mission: Mission, standing: Standing, choice: str) -> bool:
    """Whether the choice stands: a yes when enough different people have said it, anything else at once."""
    if choice not in YES:
        return True
    policy = department.policy_of(gate)
    valid = [vote for vote in gate.votes if vote.digest == gate.digest]
    people = authority.in_favour(policy, mission.requester, valid, standing, choice)
    return authority.enough(policy, mission.requester, people)


def _said_before(gate: Gate, user: str, choice: str) -> bool:
    said = [vote for vote in gate.votes if vote.user == user and vote.digest == gate.digest]
    return bool(said) and said[-1].choice == choice


def _still(gate: Gate, department: Department, mission: Mission, standing: Standing, choice: str) -> str:
    policy = department.policy_of(gate)
    missing = authority.missing(policy, authority.in_favour(policy, mission.requester, gate.votes, standing, choice))
    return "one more person has to" if missing == 1 else f"{missing} more people have to"


def _in_doubt(file: File, gate: Gate, answer: Answer) -> list[Claim]:
    """Doubted claims that an answer to an open question would go over."""
    if gate.decision:
        return []
    if gate.kind in ("result", "contested") and answer.choice == "approve":
        return standings.doubted_keys(file)
    if (gate.kind, answer.choice) == ("task", "accept"):
        return standings.blocked(file, gate.task)
    return []


def attempts_of(file: File) -> dict[str, tuple[int, int]]:
    """Task -> the attempt at it that the person has seen."""
    return {id: (record.rev, record.attempt) for id, record in file.tasks.items()}


def _open_gate(change: RowChange, answer: Answer) -> Gate:
    """The gate, if the answer is one of those that it takes and it is still open. Raises NotNow."""
    gate = change.gate(answer.gate.partition("@")[0])
    if gate is None or answer.choice not in CHOICES.get(gate.kind, set()):
        raise NotNow("This question is no longer known here.")
    return still_open(change, answer.gate)


def still_open(change: RowChange, name: str) -> Gate:
    """The gate, if it is the one that the mission waits at and what was shown is what it is about. Raises NotNow."""
    id, _, shown = name.partition("@")
    gate = change.gate(id)
    if gate is None:
        raise NotNow("This question is no longer known here.")
    if gate.decision:
        raise AlreadyDecided(gate.decision)
    present = change.mission.state
    stands = present in CHANGEABLE if gate.kind == "change" else present is GATE_STATE[gate.kind]
    if change.mission.state is State.PAUSED:
        raise NotNow("The mission is paused. Resume it first, then decide.")
    if not stands or change.mission.rev != gate.rev:
        raise NotNow("This question is no longer open: the mission has moved on.")
    if shown and not gate.digest.startswith(shown):
        raise NotNow(STALE)
    return gate


def _propose_edited(change: RowChange, department: Department, gate: Gate, answer: Answer) -> None:
    """The edited plan is asked about anew: an approval belongs to exactly what was shown."""
    assert answer.plan
    rev = gate.rev + 1
    asked = Gate(f"{change.mission.id}:plan:{rev}", change.mission.id, "plan", rev, plans.digest(answer.plan))
    change.move(State.PLAN_GATE, rev=rev, title=answer.plan.title)
    change.save_plan(rev, answer.plan, estimate(answer.plan, department, answer.before))
    change.open_gate(asked)
    change.tell(PlanProposed(f"plan:{rev}", rev, asked.id))


def _send_back(change: RowChange, file: File, department: Department, gate: Gate, answer: Answer) -> None:
    """The chosen tasks get the note, and with it a new digest: they and what builds on them are done again."""
    assert file.plan
    chosen = frozenset(answer.tasks) or {task.id for task in file.plan.tasks if task.deliverable}
    plan = plans.with_note(file.plan, chosen, answer.note)
    start_plan(change, gate.rev + 1, plan, department, file.estimate)


def _after_task(change: RowChange, file: File, department: Department, gate: Gate, answer: Answer) -> None:
    """The run goes on when everything that waited has its decision."""
    if answer.choice in ("accept", "drop"):
        state = TaskState.ACCEPTED if answer.choice == "accept" else TaskState.DROPPED
        change.save_task(replace(_record(file, gate), state=state))
    parked = [other for kind in PARKED for other in change.gates(kind, gate.rev)]
    if any(not other.decision for other in parked if other.id != gate.id):
        return
    noted = {gate.task: answer.note} if answer.choice == "retry" else {}
    earlier = [(g.task, g.decision) for g in parked if g.decision and g.id != gate.id]
    noted |= {task: decision.note for task, decision in earlier if decision.choice == "retry"}
    assert file.plan
    plan = file.plan
    for task, note in noted.items():
        plan = plans.with_note(plan, {task}, note or "Try once more, differently.")
    if noted:
        start_plan(change, gate.rev + 1, plan, department, file.estimate)
    else:
        start(change, State.RUNNING, gate.rev + 1)


def _record(file: File, gate: Gate) -> TaskRecord:
    """How far the task is; one that was held before it began has no record yet."""
    assert file.plan
    digest = plans.digest(plans.task(file.plan, gate.task))
    known = file.tasks.get(gate.task)
    if known is not None and known.digest == digest:
        return known
    return TaskRecord(gate.task, gate.rev, TaskState.WAITING, digest)
