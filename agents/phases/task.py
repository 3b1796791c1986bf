"""One task from its start to accepted work: attempts by the specialist, reviews, and rework in bounded rounds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.contracts import HandOver, Material, SpecialistBrief
from agents.domain import plan as plans
from agents.domain.artifact import words
from agents.domain.department import Specialist
from agents.domain.events import ReworkAsked, TaskAccepted, TaskStarted, TaskStuck, ToolUsed, WorkHandedOver
from agents.domain.mission import Gate, TaskState
from agents.phases import asking, loops, review, taint
from agents.phases.board import Basis, Finished, Run
from agents.ports import TaskRecord, ToolCall, ToolContext, ToolResult
from agents.roles import specialist, translate
from agents.roles.seat import Seat


async def carry_out(run: Run, task: plans.Task) -> Finished | None:
    """Accepted work, or None when a person must decide. Raises ModelError and OverLimit."""
    try:
        await asking.before(run, task)
        return await _carry_out(run, task)
    except asking.Parked:
        return None


async def _carry_out(run: Run, task: plans.Task) -> Finished | None:
    member = run.department.specialist(task.specialist)
    assert member, "a plan is only run when all its specialists are known"
    start = await taint.begin(run, task)
    seat = run.desk.seat(run.mission, taint.place(run, task), run.meter)
    previous, points, turn = start.previous, start.points, 0
    before: tuple[HandOver, review.Reviewed] | None = None
    while True:
        turn += 1
        job = Job(run, task, member, seat.at(str(turn)), start.attempts + turn, turn, start.news)
        handed = await job.work(previous, points)
        reviewed = await review.review(job, job.finished(handed))
        if not reviewed.points:
            return await _accept(job, handed, reviewed.work)
        over = reviewed.over or (loops.why(*before, handed, reviewed) if before else "")
        if over or turn > run.department.rework_rounds:
            await _give_up(job, handed, reviewed, over if turn <= run.department.rework_rounds else "")
            return None
        await _send_back(job, handed, reviewed)
        previous, points, before = handed.model_dump_json(), reviewed.points, (handed, reviewed)


@dataclass(frozen=True)
class Job:
    """One attempt at a task by one specialist."""

    run: Run
    task: plans.Task
    member: Specialist
    seat: Seat
    attempt: int  # counts within the revision
    round: int  # counts since the task began on this material
    news: tuple[str, ...] = ()  # what fell into doubt beneath it before it began

    @property
    def basis(self) -> Basis:
        """What the task was begun on."""
        return self.run.begun_on.get(self.task.id, Basis())

    def key(self, what: str) -> str:
        """Names an event of this attempt."""
        return f"{what}:{self.task.id}:{self.run.mission.rev}:{self.attempt}"

    def key_of(self, what: str, *words: str) -> str:
        """Names an event that is posted, by its content: a run that goes on after a failure does not post it again."""
        content = hashlib.sha256("\n".join((plans.digest(self.task), *words)).encode()).hexdigest()
        return f"{what}:{self.task.id}:{self.attempt}:{content[:12]}"

    def record(self, state: TaskState = TaskState.REVIEWING) -> TaskRecord:
        digest = plans.digest(self.task)
        return TaskRecord(self.task.id, self.run.mission.rev, state, digest, self.attempt)

    def finished(self, work: HandOver) -> Finished:
        """The hand-over as it would stand if it were accepted, before anything was found about its claims."""
        artifact = translate.artifact(self.task, work)
        return Finished(
            state=TaskState.ACCEPTED,
            artifact=artifact,
            claims=tuple(translate.claims(self.task, work)),
            open_points=tuple(work.open_points),
            made=(self.run.mission.rev, self.attempt),
            basis=self.basis,
        )

    async def work(self, previous: str, points: tuple[str, ...]) -> HandOver:
        """The specialist's hand-over, stored and shown."""
        now = self.run.desk.clock.now()
        state = TaskState.REWORKING if points else TaskState.WORKING
        self.run.attempts[self.task.id] = self.attempt
        await taint.keep_basis(self.run, self.task.id, (self.run.mission.rev, self.attempt), self.basis)
        async with self.run.desk.missions.change(self.run.mission.id) as change:
            change.save_task(replace(self.record(state), points=points, started_at=now))
            change.tell(TaskStarted(self.key("started"), self.task.id, self.member.id, self.attempt))
        brief = await self._brief(previous, points)
        model = self.run.desk.model_for(self.run.department, "specialist", self.member)
        done = await specialist.work(self._place(), model, self.run.department, self.member, self.task, brief)
        work = self.finished(done)
        async with self.run.desk.missions.change(self.run.mission.id) as change:
            change.save_task(
                replace(self.record(), note=done.note, artifact=work.artifact, open_points=work.open_points)
            )
            change.save_claims(self.task.id, self.run.mission.rev, self.attempt, work.claims, ())
            key = self.key_of("handed", done.model_dump_json())
            change.tell(WorkHandedOver(key, self.task.id, self.member.id, self.attempt))
        return done

    async def _brief(self, previous: str, points: tuple[str, ...]) -> SpecialistBrief:
        """What the specialist is told. Recorded: how its materials stand may be another when the run is repeated."""
        notes = (*self.task.notes, *await self._heard(0))

        async def told() -> list[str]:
            return [self._told(previous, points, notes).model_dump_json()]

        (said,) = await self.seat.once("brief", told)
        return SpecialistBrief.model_validate_json(said)

    def _told(self, previous: str, points: tuple[str, ...], notes: Sequence[str]) -> SpecialistBrief:
        plan, task = self.run.plan, self.task
        return SpecialistBrief(
            mission=self.run.mission.text,
            task=task.id,
            title=task.title,
            brief=task.brief,
            output=task.output,
            checks=translate.checklist(task),
            today=self.run.mission.created_at.date().isoformat(),
            materials=[material(self.run, plans.task(plan, need)) for need in task.needs],
            notes=list(notes),
            attempt=self.attempt,
            previous=previous,
            points=list(points),
            news=list(self.news),
            files=list(self.run.mission.files),
        )

    def _place(self) -> specialist.Workplace:
        heard = 0

        async def news() -> tuple[str, ...]:
            nonlocal heard
            heard += 1
            return await self._heard(heard)

        return specialist.Workplace(self.seat, self.run.desk.toolbox.specs(self.task.tools), self._use, news)

    async def _heard(self, time: int) -> tuple[str, ...]:
        """Replies that came, changed or went since the last look; each look is recorded so that it can be repeated."""
        before: dict[str, str] = {}
        for earlier in range(time):
            before |= dict(_heard(entry) for entry in await self.seat.once(f"heard.{earlier}", _nothing))

        async def look() -> list[str]:
            notes = await self.run.desk.notes(self.run.mission)
            return [f"{note.message}\t{note.text}" for note in notes if before.get(note.message, "") != note.text]

        found = [_heard(entry) for entry in await self.seat.once(f"heard.{time}", look)]
        return tuple(_as_said(text, before.get(message, "")) for message, text in found)

    async def _use(self, call: ToolCall) -> ToolResult:
        if call.name in self.run.desk.toolbox.outward and call.name in self.task.tools:
            return await asking.use(self, call)
        return await self.call(call)

    async def call(self, call: ToolCall) -> ToolResult:
        """What the tool brings, stored and shown."""
        context = ToolContext(self.run.mission, self.task.id, self.run.mission.created_at.date())
        result = await self.run.desk.toolbox.use(frozenset(self.task.tools), call, context)
        async with self.run.desk.missions.change(self.run.mission.id) as change:
            for snapshot in result.snapshots:
                change.save_snapshot(self.task.id, snapshot, call.id)
            key = f"{self.key('tool')}:{call.id}"
            change.tell(ToolUsed(key, self.task.id, self.member.id, call.name, result.summary))
        # Only what is stored may be seen by others: a second run has to find it again.
        self.run.snapshots |= {snapshot.id: snapshot for snapshot in result.snapshots}
        return result


def _heard(entry: str) -> tuple[str, str]:
    message, _, text = entry.partition("\t")
    return message, text


def _as_said(text: str, before: str) -> str:
    """A reply for a model; one that was edited or deleted says what no longer holds."""
    if not before:
        return text
    return f"In place of “{before}”: {text}" if text else f"Taken back: “{before}”"


async def _nothing() -> list[str]:
    return []


def material(run: Run, task: plans.Task) -> Material:
    """Accepted work as the next specialist sees it; of a dropped task, that it was dropped."""
    done = run.finished[task.id]
    text = words(done.artifact) if done.artifact else "This task was dropped; work without it and say so."
    return Material(
        task=task.id,
        title=task.title,
        specialist=task.specialist,
        work=text,
        claims=translate.claim_briefs(done.claims, done.verdicts, run.snapshots),
    )


async def _accept(job: Job, handed: HandOver, work: Finished) -> Finished:
    async with job.run.desk.missions.change(job.run.mission.id) as change:
        change.save_task(_record(job, handed, work, TaskState.ACCEPTED))
        change.tell(TaskAccepted(job.key("accepted"), job.task.id, job.member.id, job.attempt))
    return work


async def _send_back(job: Job, handed: HandOver, reviewed: review.Reviewed) -> None:
    record = _record(job, handed, reviewed.work, TaskState.REWORKING, reviewed.points)
    async with job.run.desk.missions.change(job.run.mission.id) as change:
        change.save_task(record)
        key = job.key_of("rework", handed.model_dump_json(), *reviewed.points)
        change.tell(ReworkAsked(key, job.task.id, job.member.id, job.attempt, reviewed.by, reviewed.points))


async def _give_up(job: Job, handed: HandOver, reviewed: review.Reviewed, over: str) -> None:
    """The rounds were not enough, or no further one makes sense: the work as it is goes before a person."""
    rev = job.run.mission.rev
    digest = plans.digest(job.task)
    gate = Gate(f"{job.run.mission.id}:task:{rev}:{job.task.id}", job.run.mission.id, "task", rev, digest, job.task.id)
    points = reviewed.points
    async with job.run.desk.missions.change(job.run.mission.id) as change:
        change.save_task(_record(job, handed, reviewed.work, TaskState.STUCK, points))
        change.open_gate(gate)
        key = job.key("stuck")
        change.tell(TaskStuck(key, job.task.id, job.member.id, job.attempt, points, gate.id, over))


def _record(job: Job, handed: HandOver, work: Finished, state: TaskState, points: tuple[str, ...] = ()) -> TaskRecord:
    return replace(
        job.record(state),
        note=handed.note,
        artifact=work.artifact,
        points=points,
        open_points=work.open_points,
        ended_at=job.run.desk.clock.now(),
    )
