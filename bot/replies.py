"""Replies in a mission's thread, and edits and deletions of what was said there.

A reply is on record before anything else is done with it. Then it is sorted (bot/steering.py): a reply that a crash
left unsorted is found again by `sort_left`, which comes round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agents.domain.events import NoteChanged, NoteTaken, RequestChanged
from agents.domain.mission import ENDED, Mission, State, TaskState
from agents.phases.change import moment
from agents.ports import Departments, File, Note, PhaseCall, UnknownMission
from bot import inbox, steering
from bot.control import Control, pause_change
from bot.decisions import Answer
from bot.doorkeeper import Denied, Doorkeeper, NotNow
from bot.gateway import Gateway, SlackError
from bot.starting import start
from bot.steering import CHANGEABLE, Kind
from bot.views import refused
from bot.views.words import name as title
from storage.changes import RowChange
from storage.inbox import Gesture
from storage.missions import MissionRows

log = structlog.get_logger(__name__)

UNREAD = "unread"  # kind of a reply that is on record and not sorted yet; nobody at work is told of it
AT_WORK = (TaskState.WORKING, TaskState.REVIEWING, TaskState.REWORKING)
DELETED = "The message that gave this mission was deleted."
ACTS = (Kind.STOP, Kind.PAUSE, Kind.RESUME)


@dataclass(frozen=True)
class Replies:
    """Takes what people say in a mission's thread."""

    missions: MissionRows
    departments: Departments
    doorkeeper: Doorkeeper
    gateway: Gateway
    control: Control

    async def take(self, gesture: Gesture, mission: Mission) -> None:
        """Keeps the reply, then sorts it. A bare stop, pause or resume is done at once, ahead of everything."""
        kind = self._kind(gesture, mission.state)
        if kind in ACTS:
            await self._act(kind, gesture, mission)
            return
        note = Note(str(gesture.ts), gesture.user, _raw(gesture), UNREAD)
        async with self.missions.receive(gesture, mission.id) as change:
            if change is None:
                return
            change.save_note(note)
        await self.sort(gesture, mission.id, note)

    async def sort(self, gesture: Gesture, id: str, note: Note) -> None:
        """Says what the reply is, and begins what comes of it."""
        mission = await self.missions.mission(id)
        try:
            ruling = await self.doorkeeper.admit(gesture, "steer", mission)
        except Denied as error:
            async with self.missions.change(id) as change:
                change.save_note(replace(note, text="", kind="refused"))
            await self._whisper(gesture, mission, error)
            return
        text = await inbox.spoken(note.text, self.gateway)
        may_decide = await self._may_decide(gesture, mission)
        file, wishes = await self.missions.file(id), await self.missions.wishes(id, mission.rev)
        async with self.missions.change(id) as change:
            change.by(ruling.authority)
            kind = steering.classify(text, change.mission.state, to_others=_to_others(note.text, self.gateway.bot))
            before = change.mission
            said = steering.line(kind, before.state, self._at_work(file), may_decide=may_decide)
            change.save_note(replace(note, text=text, kind=kind))
            change.tell(NoteTaken(f"note:{note.message}", note.user, note.message, text, kind, said))
            if kind is Kind.SCOPE:
                _plan_for(change, moment(note.message), wishes)
        if before.state is State.PLANNING and kind is Kind.SCOPE:
            await self.control.halt(id, before.rev)
        if before.state is State.QUESTIONS and kind is Kind.ANSWER:
            await self._decide(gesture, f"{id}:questions:{before.rev}", "answer", text)
        if before.state is State.PLAN_GATE and kind is Kind.SCOPE and may_decide:
            await self._decide(gesture, f"{id}:plan:{before.rev}", "change", text)

    async def sort_left(self) -> None:
        """Replies that were kept and then left by a crash."""
        for id, note in await self.missions.unread_notes(UNREAD):
            try:
                mission = await self.missions.mission(id)
                kind = "message"
                gesture = Gesture(mission.team, kind, None, mission.channel, note.message, None, note.user, {})
                await self.sort(gesture, id, note)
            except (SlackError, UnknownMission) as error:
                log.warning("reply_not_sorted", mission=id, error=type(error).__name__)

    async def edited(self, gesture: Gesture, ts: str, text: str) -> None:
        """A message was edited, or deleted when `text` is empty: the request, a reply, or nothing of ours."""
        found = await self.missions.said(gesture.team, str(gesture.channel), ts)
        if found is None or found[0].state in ENDED:
            return
        mission, note = found
        words = await inbox.spoken(text, self.gateway)
        if note is None:
            await self._request_edited(gesture, mission, words)
        elif words != note.text:
            await self._note_edited(gesture, mission, note, words)

    # ---- inside ----

    async def _act(self, kind: Kind, gesture: Gesture, mission: Mission) -> None:
        act = {Kind.STOP: self.control.stop, Kind.PAUSE: self.control.pause, Kind.RESUME: self.control.resume}[kind]
        try:
            await act(gesture, mission.id)
        except NotNow as error:
            first = error.first if isinstance(error, Denied) else await self.missions.accept(gesture)
            if first:
                await self._whisper(gesture, mission, error)

    async def _note_edited(self, gesture: Gesture, mission: Mission, note: Note, text: str) -> None:
        ruling = await self.doorkeeper.admit(gesture, "steer", mission)
        kind = steering.classify(text, mission.state) if text else Kind.CHATTER
        kept = "deleted" if not text else Kind.STEER if kind in ACTS else kind
        wishes = await self.missions.wishes(mission.id, mission.rev)
        async with self.missions.receive(gesture, mission.id) as change:
            if change is None:
                return
            before = change.mission
            change.by(ruling.authority)
            change.save_note(replace(note, text=text, kind=kept))
            change.tell(NoteChanged(f"note:{note.message}:{gesture.event_id}", note.user, note.message, text))
            if Kind.SCOPE in (kept, note.kind):
                _plan_for(change, _second(gesture), wishes)
        if before.state is State.PLANNING and Kind.SCOPE in (kept, note.kind):
            await self.control.halt(mission.id, before.rev)

    async def _request_edited(self, gesture: Gesture, mission: Mission, text: str) -> None:
        if text == mission.text:
            return
        ruling = await self.doorkeeper.admit(gesture, "steer", mission)
        async with self.missions.receive(gesture, mission.id) as change:
            if change is None:
                return
            before = change.mission
            change.by(ruling.authority)
            self._take_up(change, gesture, text)
        if not text or before.state is State.PLANNING:
            await self.control.halt(mission.id, before.rev)

    def _take_up(self, change: RowChange, gesture: Gesture, text: str) -> None:
        """Before the run the mission simply reads so now; later the difference is drafted and asked about."""
        mission = change.mission
        change.tell(RequestChanged(f"request:{gesture.event_id}", gesture.user, text))
        if not text:
            if mission.state not in (State.PAUSED, State.FAILED):
                pause_change(change, gesture.user, str(gesture.event_id), DELETED)
            return
        wish = f"The mission was changed and now reads: {text}"
        if mission.state in CHANGEABLE:
            at = f"{_second(gesture)}.000000"
            change.save_note(Note(at, gesture.user, wish, Kind.SCOPE))
            change.start(PhaseCall("change", mission.id, moment(at)))
            return
        change.reword(text)
        if mission.state in (State.PLANNING, State.QUESTIONS, State.PLAN_GATE):
            start(change, State.PLANNING, mission.rev + 1, [wish])

    async def _may_decide(self, gesture: Gesture, mission: Mission) -> bool:
        gate = await self.missions.gate(f"{mission.id}:plan:{mission.rev}")
        return gate is None or bool(await self.doorkeeper.ruling(gesture, "decide", mission, gate))

    async def _decide(self, gesture: Gesture, gate: str, choice: str, note: str) -> None:
        """What a reply asks for that a form could ask for as well. Somebody else may have been quicker."""
        own = replace(gesture, kind="other", event_id=f"reply:{gesture.channel}:{gesture.ts}")
        try:
            await self.control.decisions.decide(own, Answer(gate, choice, note))
        except NotNow as error:
            log.info("reply_not_carried_out", gate=gate, reason=str(error))

    def _kind(self, gesture: Gesture, state: State) -> Kind:
        text = str(gesture.payload.get("text") or "")
        return steering.classify(inbox.words(text, self.gateway.bot), state)

    def _at_work(self, file: File) -> Sequence[str]:
        department = self.departments.get(file.mission.department)
        tasks = file.plan.tasks if file.plan and file.mission.state is State.RUNNING else ()
        busy = [task for task in tasks if (record := file.tasks.get(task.id)) and record.state in AT_WORK]
        return list(dict.fromkeys(title(department, task.specialist) for task in busy))

    async def _whisper(self, gesture: Gesture, mission: Mission, error: NotNow) -> None:
        blocks = refused.blocks(str(error), error.about) if isinstance(error, Denied) else ()
        try:
            await self.gateway.whisper(mission.channel, gesture.user, str(error), mission.thread, blocks)
        except SlackError as problem:
            log.warning("whisper_failed", error=str(problem))


def _plan_for(change: RowChange, number: int, wishes: tuple[str, ...]) -> None:
    """A wish for other work: planning begins anew, or a change of the approved plan is drafted beside the run."""
    mission = change.mission
    if mission.state in CHANGEABLE:
        change.start(PhaseCall("change", mission.id, number))
    elif mission.state is State.PLANNING:
        start(change, State.PLANNING, mission.rev + 1, wishes)


def _raw(gesture: Gesture) -> str:
    """The words as Slack sent them, with the files that came along."""
    text, files = str(gesture.payload.get("text") or ""), gesture.payload.get("files")
    came = ", ".join(str(file) for file in files) if isinstance(files, list) else ""
    return f"{text} (attached: {came})".strip() if came else text


def _to_others(raw: str, bot: str) -> bool:
    """Whether it begins by naming somebody, and does not name us."""
    return bool(re.match(r"\s*<@[A-Z0-9]+", raw)) and f"<@{bot}" not in raw


def _second(gesture: Gesture) -> int:
    """When the edit was made."""
    return moment(str(gesture.payload.get("at") or gesture.ts or "0"))
