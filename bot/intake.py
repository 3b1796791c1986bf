"""What people say: a mention becomes a mission, a reply reaches the mission of its thread. Once each, in one commit."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from agents.domain.events import MissionAccepted, MissionCancelled, NoteTaken
from agents.domain.mission import ENDED, Mission, State
from agents.ports import Clock, Departments, Note, Outgoing, PhaseCall
from bot import access, inbox
from bot.gateway import Gateway
from bot.scheduling import wish
from bot.scheduling.service import Schedules
from storage.inbox import Gesture
from storage.missions import MissionRows

log = structlog.get_logger(__name__)

LONGEST = 12_000  # characters of a mission
STOP = re.compile(r"^\W*(stop|cancel|abort|halt)\W*$", re.IGNORECASE)
EXAMPLE = "“Compare our three main competitors and draft a two-page summary”"


@dataclass(frozen=True)
class Intake:
    """Where mentions, messages and forms come in. `halt` stops what runs of a mission."""

    missions: MissionRows
    departments: Departments
    gateway: Gateway
    clock: Clock
    halt: Callable[[str], Awaitable[None]]
    schedules: Schedules

    async def said(self, gesture: Gesture, *, addressed: bool) -> None:
        """A mention or message. `addressed` is False for replies that do not name us: they only steer."""
        thread = str(gesture.payload.get("thread_ts") or "")
        channel = str(gesture.channel)
        running = await self.missions.mission_of_thread(gesture.team, channel, thread) if thread else None
        if running and running.state not in ENDED:
            await self._reply(gesture, running)
        elif addressed:
            await self.ask(gesture, thread or str(gesture.ts))

    async def ask(self, gesture: Gesture, thread: str) -> Mission | None:
        """A new mission, or one sentence about why there is none."""
        text = await self._words(gesture)
        department = self.departments.choose(text)
        if no := await self.refused(gesture.user, gesture.team, text, files=bool(gesture.payload["files"])):
            await self.missions.accept(gesture, show=[self._line(gesture, thread, no)])
            return None
        files = gesture.payload["files"]
        if not files and wish.might_be(text):
            await self.schedules.ask(gesture, text, thread)
            return None
        mission = Mission(
            id=f"m{secrets.token_hex(5)}",
            team=gesture.team,
            channel=str(gesture.channel),
            thread=thread,
            message=str(gesture.ts),
            requester=gesture.user,
            text=text or "Work on the attached files.",
            department=department.id,
            state=State.PLANNING,
            rev=1,
            created_at=self.clock.now(),
            files=tuple(str(file) for file in files) if isinstance(files, list) else (),
        )
        start = PhaseCall("plan", mission.id, 1)
        new = await self.missions.accept(gesture, mission, [MissionAccepted("accepted")], start)
        if new:
            log.info("mission_accepted", mission=mission.id, channel=mission.channel)
        return mission if new else None

    async def refused(self, user: str, team: str, text: str, *, files: bool) -> str | None:
        """Why these words of this person become no mission, in one sentence; None when they do."""
        actor = await self.gateway.actor(user)
        return access.refusal(actor, "ask", team, None, self.departments.choose(text)) or fault(text, files)

    async def _reply(self, gesture: Gesture, mission: Mission) -> None:
        text = await self._words(gesture)
        if STOP.match(text):
            await self.stop(gesture, mission.id)
            return
        actor = await self.gateway.actor(gesture.user)
        department = self.departments.get(mission.department)
        if no := access.refusal(actor, "steer", gesture.team, mission, department):
            await self._whisper(gesture, mission, no)
            return
        ts = str(gesture.ts)
        async with self.missions.receive(gesture, mission.id) as change:
            if change and text:
                change.save_note(Note(ts, gesture.user, text))
                change.tell(NoteTaken(f"note:{ts}", gesture.user, ts, text))

    async def stop(self, gesture: Gesture, id: str) -> str | None:
        """Ends a mission; returns a sentence when the person may not."""
        mission = await self.missions.mission(id)
        actor = await self.gateway.actor(gesture.user)
        no = access.refusal(actor, "stop", gesture.team, mission, self.departments.get(mission.department))
        if no:
            await self._whisper(gesture, mission, no)
            return no
        async with self.missions.receive(gesture, id) as change:
            if change is None or change.mission.state in ENDED:
                return None
            change.move(State.CANCELLED, reason="Stopped by a person.")
            change.tell(MissionCancelled("cancelled", gesture.user, ""))
        await self.halt(id)
        return None

    async def _whisper(self, gesture: Gesture, mission: Mission, no: str) -> None:
        """A refusal for this person alone, once though Slack tells of one message in two events."""
        if await self.missions.accept(gesture):
            await self.gateway.whisper(mission.channel, gesture.user, no, mission.thread)

    async def _words(self, gesture: Gesture) -> str:
        text = str(gesture.payload.get("text") or "")
        names = {id: (await self.gateway.actor(id)).name or id for id in re.findall(r"<@([A-Z0-9]+)", text)}
        return inbox.words(text, self.gateway.bot, lambda id: names.get(id, id))

    def _line(self, gesture: Gesture, thread: str, text: str) -> Outgoing:
        """A sentence in the thread that belongs to no mission."""
        key = f"line:{gesture.team}:{gesture.channel}:{gesture.ts}"
        return Outgoing(key, str(gesture.channel), key, "post", "line", 0, {"text": text, "thread": thread})


def fault(text: str, files: bool) -> str | None:
    """Why this is not a mission, with what to do; None when it is one."""
    if len(text) > LONGEST:
        return (
            f"Your mission has {len(text):,} characters; I can take up to {LONGEST:,}. "
            "Please say in a few sentences what you want and attach the long part as a file."
        )
    if STOP.match(text):
        return "There is no mission in this thread that I could stop. Please say it in the thread of the mission."
    bare = re.sub(r":[a-z0-9_+'-]+:|https?://\S+", " ", text)
    if any(c.isalnum() for c in bare) or (files and not text):
        return None
    if "http" in text:
        return f"I see only a link. Please say what I should do with it, for example: {EXAMPLE}."
    if text:
        return f"I see no words in this. Please say what the department should do, for example: {EXAMPLE}."
    return f"What should the department do? Mention me together with the mission, for example: {EXAMPLE}."
