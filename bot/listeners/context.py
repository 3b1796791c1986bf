"""What listeners may reach, and the one sentence a person gets when something could not be done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from agents.ports import Clock, Departments, NotAsShown, UnknownMission
from bot.decisions import Decisions
from bot.delegation import Delegations
from bot.doorkeeper import Denied, Doorkeeper, NotNow
from bot.gateway import Gateway, SlackError
from bot.intake import Intake
from bot.presenter import Presenter
from bot.revising import Revising
from bot.scheduling.service import Schedules
from bot.views import refused
from bot.views.post import Block
from bot.waiting import Waiting
from storage.missions import MissionRows

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Context:
    """The collaborators of all listeners."""

    intake: Intake
    decisions: Decisions
    missions: MissionRows
    departments: Departments
    gateway: Gateway
    presenter: Presenter
    doorkeeper: Doorkeeper
    delegations: Delegations
    waiting: Waiting
    revising: Revising
    schedules: Schedules
    clock: Clock

    @asynccontextmanager
    async def politely(self, channel: str | None, user: str, thread: str | None = None) -> AsyncGenerator[None]:
        """Turns a refusal into a line that only this person sees."""
        try:
            yield
        except Denied as error:
            if error.first:
                await self._whisper(channel, user, str(error), thread, refused.blocks(str(error), error.about))
        except NotNow as error:
            await self._whisper(channel, user, str(error), thread)
        except UnknownMission:
            await self._whisper(channel, user, "This mission is no longer known here.", thread)
        except NotAsShown:
            await self._whisper(channel, user, "What is on record is not what was approved; nothing was done.", thread)
        except SlackError as error:
            log.warning("listener_slack_error", error=str(error))

    async def _whisper(
        self, channel: str | None, user: str, text: str, thread: str | None, blocks: Sequence[Block] = ()
    ) -> None:
        if channel:
            try:
                await self.gateway.whisper(channel, user, text, thread, blocks)
            except SlackError as error:
                log.warning("whisper_failed", error=str(error))
