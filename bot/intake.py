"""What people say: a mention becomes a mission, a reply reaches the mission of its thread. Once each, in one commit."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import structlog

from agents.domain.events import MissionAccepted
from agents.domain.mission import ENDED, Mission, State
from agents.ports import Clock, Departments, Outgoing, PhaseCall
from bot import inbox, steering
from bot.doorkeeper import Denied
from bot.gateway import Gateway
from bot.replies import Replies
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
    """Where mentions, messages and forms come in."""

    missions: MissionRows
    departments: Departments
    gateway: Gateway
    clock: Clock
    replies: Replies
    schedules: Schedules

    async def said(self, gesture: Gesture, *, addressed: bool) -> None:
        """A mention or message. `addressed` is False for replies that do not name us: they only steer."""
        thread = str(gesture.payload.get("thread_ts") or "")
        channel = str(gesture.channel)
        running = await self.missions.mission_of_thread(gesture.team, channel, thread) if thread else None
        if running and (running.state not in ENDED or self._revives(gesture, running)):
            await self.replies.take(gesture, running)
        elif addressed:
            try:
                await self.ask(gesture, thread or str(gesture.ts))
            except Denied as denied:
                if denied.first:
                    await self.gateway.whisper(channel, gesture.user, str(denied), thread or None)

    async def ask(self, gesture: Gesture, thread: str) -> Mission | None:
        """A new mission, or one sentence about why there is none. Raises Denied."""
        ruling = await self.replies.doorkeeper.admit(gesture, "ask")
        text = await self._words(gesture)
        department = self.departments.choose(text)
        if no := fault(text, files=bool(gesture.payload["files"])):
            await self.missions.accept(gesture, show=[self._line(gesture, thread, no)])
            return None
        files = gesture.payload["files"]
        if not files and wish.might_be(text):
            await self.replies.doorkeeper.admit(gesture, "schedule")
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
        new = await self.missions.accept(gesture, mission, [MissionAccepted("accepted")], start, by=ruling.authority)
        if new:
            log.info("mission_accepted", mission=mission.id, channel=mission.channel)
        return mission if new else None

    def _revives(self, gesture: Gesture, mission: Mission) -> bool:
        """A bare “resume” in the thread of a mission that was stopped."""
        said = inbox.words(str(gesture.payload.get("text") or ""), self.gateway.bot)
        return bool(mission.stood) and steering.classify(said, mission.state) is steering.Kind.RESUME

    async def _words(self, gesture: Gesture) -> str:
        return await inbox.spoken(str(gesture.payload.get("text") or ""), self.gateway)

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
