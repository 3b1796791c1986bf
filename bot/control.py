"""Stop, pause, resume, retry, skip, and the halt of the workspace: what people do to a mission that is under way.

Each is one commit with the gesture that asks for it. From that commit on nothing the interrupted phase does counts
(agents/phases/watch.py); then its phases are cancelled, which spares what they would still spend.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from agents.domain import plan as plans
from agents.domain.authority import Action, Ruling
from agents.domain.events import MissionCancelled, MissionPaused, MissionResumed, TaskRetried, TaskSkipped
from agents.domain.mission import ENDED, WORKING, Mission, State, TaskState
from agents.phases.desk import HALTED
from agents.ports import Clock, Departments, File, TaskRecord
from bot.decisions import Answer, Decisions
from bot.doorkeeper import Doorkeeper, NotNow
from bot.starting import failed_in, start, start_plan
from storage.changes import RowChange
from storage.inbox import Gesture
from storage.missions import MissionRows

RERUN = frozenset({State.RUNNING, State.TASK_GATE, State.RESULT_GATE})  # from here tasks can be done again


@dataclass(frozen=True)
class Control:
    """Interrupts missions and lets them go on. `halt` ends the phases of a mission up to a revision."""

    missions: MissionRows
    departments: Departments
    doorkeeper: Doorkeeper
    clock: Clock
    decisions: Decisions
    halt: Callable[[str, int], Awaitable[None]]

    # ---- one mission ----

    async def stop(self, gesture: Gesture, id: str) -> None:
        """Ends the mission with a receipt, from which it can be resumed. Raises NotNow."""
        _, ruling = await self._allowed(gesture, id, "stop")
        file = await self.missions.file(id)
        async with self.missions.receive(gesture, id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            if change.mission.state in ENDED:
                raise NotNow("This mission has already ended.")
            rev = change.mission.rev
            change.move(State.CANCELLED, reason="Stopped by a person.", stood=_stood(change.mission, file))
            change.hold_back()
            change.tell(MissionCancelled(f"cancelled:{_name(gesture)}", gesture.user, ""))
        await self.halt(id, rev)

    async def pause(self, gesture: Gesture, id: str) -> None:
        """Keeps the mission from going on until it is resumed. Raises NotNow."""
        _, ruling = await self._allowed(gesture, id, "pause")
        async with self.missions.receive(gesture, id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            rev = change.mission.rev
            pause_change(change, gesture.user, _name(gesture), "Paused by a person.")
        await self.halt(id, rev)

    async def resume(self, gesture: Gesture, id: str) -> None:
        """Lets a paused or stopped mission go on where it stood. Raises NotNow."""
        mission, ruling = await self._allowed(gesture, id, "resume")
        await self._unhalted(gesture.team)
        wishes, interrupted = await self._before(mission)
        async with self.missions.receive(gesture, id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            if not change.mission.stood:
                raise NotNow(f"This mission is neither paused nor stopped; it is {_words(change.mission.state)}.")
            _go_on(change, gesture.user, _name(gesture), wishes, interrupted)

    async def retry(self, gesture: Gesture, id: str, task: str, note: str = "") -> None:
        """Has one task, and what builds on it, done again; what else is finished stays. Raises NotNow."""
        file, ruling = await self._task(gesture, id, task, "retry")
        if gate := _open_gate(file, task):
            await self.decisions.decide(gesture, Answer(gate, "retry", note))
            return
        said = note or "A person wants this done again, differently."
        async with self.missions.receive(gesture, id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            _not_moved(change, file)
            assert file.plan
            plan = plans.with_note(file.plan, {task}, said)
            rev = change.mission.rev + 1
            department = self.departments.get(file.mission.department)
            start_plan(change, rev, plan, department, file.estimate)
            change.tell(TaskRetried(f"retried:{task}:{_name(gesture)}", task, gesture.user, note))
        await self.halt(id, rev - 1)

    async def skip(self, gesture: Gesture, id: str, task: str) -> None:
        """Goes on without one task. Raises NotNow."""
        file, ruling = await self._task(gesture, id, task, "skip")
        assert file.plan
        if {t.id for t in file.plan.tasks if t.deliverable and not _dropped(file, t.id)} == {task}:
            raise NotNow(f"{task} is all that is left to deliver. Stop the mission instead.")
        if gate := _open_gate(file, task):
            await self.decisions.decide(gesture, Answer(gate, "drop"))
            return
        async with self.missions.receive(gesture, id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            _not_moved(change, file)
            digest = plans.digest(plans.task(file.plan, task))
            known = file.tasks.get(task)
            fresh = TaskRecord(task, change.mission.rev, TaskState.DROPPED, digest, ended_at=self.clock.now())
            same = known is not None and known.digest == digest
            change.save_task(replace(known, state=TaskState.DROPPED) if known and same else fresh)
            rev = change.mission.rev + 1
            start(change, State.RUNNING, rev)
            change.tell(TaskSkipped(f"skipped:{task}:{_name(gesture)}", task, gesture.user))
        await self.halt(id, rev - 1)

    # ---- the workspace ----

    async def halt_all(self, gesture: Gesture) -> int:
        """Nothing goes on in the workspace until `resume_all`; returns how many missions were at work."""
        await self.doorkeeper.admit(gesture, "kill")
        if not await self.missions.halt(gesture):
            raise NotNow("The workspace is already halted; `/baton resume-all` ends it.")
        held = 0
        for mission in await self.missions.open_missions(gesture.team):
            async with self.missions.change(mission.id) as change:
                if change.mission.state not in WORKING:
                    continue
                rev = change.mission.rev
                pause_change(change, gesture.user, _name(gesture), HALTED)
            await self.halt(mission.id, rev)
            held += 1
        return held

    async def resume_all(self, gesture: Gesture) -> int:
        """Ends the halt: what it had paused goes on. Returns how many missions that are."""
        await self.doorkeeper.admit(gesture, "kill")
        if not await self.missions.end_halt(gesture):
            raise NotNow("The workspace is not halted.")
        freed = 0
        for mission in await self.missions.open_missions(gesture.team):
            if mission.state is not State.PAUSED or mission.reason != HALTED:
                continue
            wishes, interrupted = await self._before(mission)
            async with self.missions.change(mission.id) as change:
                if change.mission.state is State.PAUSED:
                    _go_on(change, gesture.user, _name(gesture), wishes, interrupted)
                    freed += 1
        return freed

    # ---- inside ----

    async def _allowed(self, gesture: Gesture, id: str, action: Action) -> tuple[Mission, Ruling]:
        mission = await self.missions.mission(id)
        return mission, await self.doorkeeper.admit(gesture, action, mission)

    async def _unhalted(self, team: str) -> None:
        if by := await self.missions.halted(team):
            raise NotNow(f"<@{by}> has halted this workspace; an admin ends that with `/baton resume-all`.")

    async def _task(self, gesture: Gesture, id: str, task: str, action: Action) -> tuple[File, Ruling]:
        """The mission, if that task of it can be touched now."""
        _, ruling = await self._allowed(gesture, id, action)
        await self._unhalted(gesture.team)
        file = await self.missions.file(id)
        known = [one.id for one in file.plan.tasks] if file.plan else []
        if task not in known:
            there = f"its tasks are {', '.join(known)}" if known else "it has no plan yet"
            raise NotNow(f"The mission has no task {task}; {there}.")
        if file.mission.state not in RERUN:
            raise NotNow(f"The mission is {_words(file.mission.state)}; tasks can be touched while it is at work.")
        return file, ruling

    async def _before(self, mission: Mission) -> tuple[tuple[str, ...], str]:
        """The wishes that the interrupted planning was for, and the key of the event that interrupted."""
        told = [one.event for one in await self.missions.told(mission.id)]
        last = next((e.key for e in reversed(told) if isinstance(e, MissionPaused | MissionCancelled)), "")
        return await self.missions.wishes(mission.id, mission.rev), last


def pause_change(change: RowChange, user: str, name: str, reason: str) -> None:
    """Interrupts a mission that is not interrupted yet. Raises NotNow."""
    state = change.mission.state
    if state in ENDED:
        raise NotNow("This mission has already ended.")
    if state is State.PAUSED:
        raise NotNow("This mission is already paused.")
    if state is State.FAILED:
        raise NotNow("This mission has stopped by itself; press “Try again” where it says so.")
    change.move(State.PAUSED, reason=reason, stood=state)
    change.hold_back()
    change.tell(MissionPaused(f"paused:{name}", user, reason))


def _go_on(change: RowChange, user: str, name: str, wishes: tuple[str, ...], interrupted: str) -> None:
    """In the state in which it was interrupted; a phase begins anew, and what is recorded is not paid again."""
    to = State(change.mission.stood)
    if to in WORKING:
        start(change, to, change.mission.rev + 1, wishes if to is State.PLANNING else ())
    else:
        change.move(to)
    change.tell(MissionResumed(f"resumed:{name}", user, change.mission.rev, interrupted))
    change.let_go()


def _stood(mission: Mission, file: File) -> State:
    """Where a mission that is stopped now would go on."""
    if mission.state is State.PAUSED and mission.stood:
        return State(mission.stood)
    return failed_in(mission, file) if mission.state is State.FAILED else mission.state


def _open_gate(file: File, task: str) -> str | None:
    """The question about this task that a person has not answered yet."""
    if file.mission.state is not State.TASK_GATE:
        return None
    rev = file.mission.rev
    found = (g.id for g in file.gates if (g.kind, g.rev, g.task) == ("task", rev, task) and not g.decision)
    return next(found, None)


def _dropped(file: File, task: str) -> bool:
    record = file.tasks.get(task)
    return record is not None and record.state is TaskState.DROPPED


def _not_moved(change: RowChange, file: File) -> None:
    if (change.mission.state, change.mission.rev) != (file.mission.state, file.mission.rev):
        raise NotNow("The mission has just moved on; please look and try again.")


def _words(state: State) -> str:
    return state.replace("_", " ").replace("plan gate", "waiting for its plan to be approved")


def _name(gesture: Gesture) -> str:
    """Names what comes of a gesture."""
    return gesture.event_id or f"{gesture.channel}:{gesture.ts}"
