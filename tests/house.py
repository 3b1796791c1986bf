"""The whole house for tests: the real program between a local workspace and the rehearsal model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agents.domain.mission import Mission, State
from agents.ports import File, UnknownMission
from bot.app import Baton, build
from bot.config import Settings
from bot.gateway import Tempo
from bot.local.rehearsal import Rehearsal
from bot.local.standins import SAMPLES
from bot.local.workspace import Workspace
from bot.views.actions import Action, Form

SEED = (
    "Research the top three competitors for a new eco-friendly coffee pod, draft a competitive analysis, "
    "create a 30-day launch calendar, and write the first five social media posts."
)
PATIENCE = 90.0  # seconds for a mission to get somewhere on a busy machine


@dataclass
class House:
    """A running program, and what a person in its workspace does and sees."""

    workspace: Workspace
    rehearsal: Rehearsal
    program: Baton

    async def ask(self, text: str, *, user: str = "maya", channel: str = "launch", thread: str | None = None) -> str:
        """Mentions Baton; returns the ts of the message."""
        return await self.workspace.say(user, channel, f"@Baton {text}", thread)

    async def mission(self, thread: str) -> Mission:
        """The mission of a thread, as soon as there is one."""
        team = self.workspace.state.team_id
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.program.missions.mission_of_thread(team, self.channel, thread)
                if found:
                    return found
                await asyncio.sleep(0.05)

    @property
    def channel(self) -> str:
        return self.workspace.channel("launch")

    async def reach(self, mission: str, *states: State) -> File:
        """The mission once it is in one of the states and all that waited is shown."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    present = await self.program.missions.mission(mission)
                except UnknownMission:
                    present = None
                if present and present.state in states and not await self.program.outbox.waiting(present.channel):
                    return await self.program.missions.file(mission)
                await asyncio.sleep(0.1)

    def thread(self, ts: str) -> list[dict[str, Any]]:
        return self.workspace.thread("launch", ts)

    def find(self, ts: str, action: Action) -> dict[str, Any]:
        """The newest message of the thread with that button."""
        for message in reversed(self.thread(ts)):
            if action.value in str(message.get("blocks")):
                return message
        raise AssertionError(f"no message of the thread has the button {action}")

    async def press(self, thread: str, action: Action, *, user: str = "maya") -> None:
        """Presses the newest such button of the thread, once there is one: cards are drawn when their turn comes.

        Approving a result over doubted claims gives its reason.
        """
        await self.see(thread, lambda said: any(action.value in str(one.get("blocks")) for one in said))
        message = self.find(thread, action)
        await self.workspace.press(user, "launch", message["ts"], action.value)
        if action is Action.APPROVE and ":result:" in str(message["blocks"]):
            await self._explain(thread, message["ts"], user)

    async def _explain(self, thread: str, ts: str, user: str) -> None:
        """Fills in the form that asks for a reason, if there comes one before the question is answered."""

        def answered() -> bool:
            shown = next(one for one in self.thread(thread) if one["ts"] == ts)
            return Action.APPROVE.value not in str(shown["blocks"])

        await self.workspace.wait_for(lambda: answered() or self.workspace.open_views(user), PATIENCE)
        for view in self.workspace.open_views(user):
            await self.workspace.submit(view["id"], {"note": {"value": "Known and accepted."}})

    async def see(self, thread: str, wanted: Callable[[list[dict[str, Any]]], Any]) -> Any:
        """Waits until the thread shows it."""
        return await self.workspace.wait_for(lambda: wanted(self.thread(thread)), PATIENCE)

    async def rest(self) -> None:
        """Good weather, no window open and nothing at work, for the next test in the same house."""
        self.rehearsal.faults.clear()
        self.rehearsal.latency_s = 0.0
        await self.close_windows()
        for mission in await self.program.missions.open_missions(self.program.gateway.team):
            async with self.program.missions.change(mission.id) as change:
                change.move(State.CANCELLED, reason="The test is over.")
            await self.program.engine.cancel(mission.id)

    async def close_windows(self) -> None:
        for user in ("maya", "jonas"):
            for view in list(self.workspace.open_views(user)):
                await self.workspace.close_view(view["id"])

    def refused(self) -> list[str]:
        """What the workspace refused of our calls, other than what it does not know."""
        return [f"{entry.name}: {entry.error}" for entry in self.workspace.traffic if entry.error]


async def explain(workspace: Workspace, user: str, why: str = "We know that the sources disagree.") -> None:
    """Fills in the form that an approval over doubted claims has opened, if it has."""
    for view in workspace.open_views(user):
        if view["callback_id"] == Form.APPROVE:
            await workspace.submit(view["id"], {"note": {"value": why}})


def settings(workspace: Workspace, rehearsal: Rehearsal | None, data: Path, **more: Any) -> Settings:
    """Settings that point at the stand-ins and nowhere else."""
    values: dict[str, Any] = {
        "slack_api_url": workspace.api_url,
        "slack_bot_token": SecretStr(workspace.bot_token),
        "slack_app_token": SecretStr(workspace.app_token),
        "slack_signing_secret": SecretStr(workspace.signing_secret),
        "openai_base_url": rehearsal.base_url if rehearsal else "http://127.0.0.1:9/v1",
        "openai_api_key": SecretStr("rehearsal"),
        "baton_model": "rehearsal",
        "baton_data": data,
        "baton_library": [SAMPLES],
    }
    return Settings(_env_file=None, **(values | more))  # type: ignore[call-arg]


@asynccontextmanager
async def opened(
    data: Path, *, workspace: Workspace | None = None, http: bool = False, **more: Any
) -> AsyncIterator[House]:
    """The house, opened and closed again."""
    async with workspace or Workspace(rate_limits=False) as place:
        rehearsal = Rehearsal()
        await rehearsal.start()
        try:
            program = await build(settings(place, rehearsal, data, **more), Tempo(0.0, 1, 0.0, 1))
            await program.start(http=http)
            try:
                yield House(place, rehearsal, program)
            finally:
                await program.stop()
        finally:
            await rehearsal.stop()
