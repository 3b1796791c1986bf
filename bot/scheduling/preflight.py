"""What a run needs is looked at before it spends anything: channel, owner, budget, model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from agents.domain import money
from agents.domain.money import Amount, Ceilings
from agents.domain.schedule import Schedule
from agents.llm.connect import ModelSettings
from agents.llm.probe import reachable
from agents.ports import Clock, Departments, Wallets
from agents.roles.purse import used_up
from bot.access import Actor
from bot.gateway import Gateway, Refused, SlackError
from bot.scheduling import rights

Mend = Literal["run", "resume", "edit", "take"]
LEAST = Amount(Decimal("0.000001"), 1)  # a wallet that has not even this is empty
BELIEVED = timedelta(seconds=5)  # how long a look at model server and library holds: many runs may begin at once


@dataclass(frozen=True)
class Trouble:
    """What is missing, as one sentence with what to do, and which button mends it."""

    text: str
    mend: Mend
    pauses: bool = False  # no later run could do any better until somebody has mended it


@dataclass
class Preflight:
    """`probe` says in one sentence why the model cannot be asked; `purse` why there is no money. None: all is well."""

    gateway: Gateway
    departments: Departments
    clock: Clock
    probe: Callable[[], Awaitable[str | None]]
    purse: Callable[[Schedule], Awaitable[str | None]]
    freshen: Callable[[], Awaitable[None]]  # sees what has changed in the library, so that a run can tell it
    _probed: tuple[datetime, str | None] | None = field(default=None)

    async def trouble(self, schedule: Schedule) -> Trouble | None:
        """The first thing that is missing, the cheapest look first; None when the run can begin."""
        owner = await self.gateway.actor(schedule.owner)
        return (
            self._owner(owner, schedule)
            or await self._channel(schedule)
            or await self._money(schedule)
            or await self._model()
        )

    def _owner(self, owner: Actor, schedule: Schedule) -> Trouble | None:
        if not owner.known:
            return Trouble("Slack would not say who the owner is; nothing was begun. The next run tries again.", "run")
        if owner.deactivated:
            return Trouble("Its owner has left the workspace. Somebody else can take it over.", "take", pauses=True)
        if not (ruling := rights.may_own(owner, schedule.team)):
            return Trouble(f"Its owner may not give missions any more. {ruling.said}", "take", pauses=True)
        return None

    async def _channel(self, schedule: Schedule) -> Trouble | None:
        try:
            place = await self.gateway.place(schedule.channel)
        except Refused:
            return Trouble("Its channel is gone, or I am not in it any more. Choose another one.", "edit", pauses=True)
        except SlackError:
            return Trouble("Slack did not answer. Run it again in a while.", "run")
        if place is None or place.get("is_im"):
            return None
        if place.get("is_archived"):
            return Trouble("Its channel is archived. Choose another one.", "edit", pauses=True)
        if place.get("is_member") is False:
            text = (
                f"I am not in <#{schedule.channel}> any more. Invite me again and resume it, or choose another channel."
            )
            return Trouble(text, "resume", pauses=True)
        return None

    async def _money(self, schedule: Schedule) -> Trouble | None:
        if schedule.budget_usd is not None and schedule.budget_usd <= 0:
            return Trouble("Its budget is 0.00 a run. Raise it.", "edit", pauses=True)
        empty = await self.purse(schedule)
        return Trouble(empty, "resume", pauses=True) if empty else None

    async def _model(self) -> Trouble | None:
        now = self.clock.now()
        if self._probed is None or now - self._probed[0] > BELIEVED:
            await self.freshen()
            self._probed = (now, await self.probe())
        told = self._probed[1]
        return Trouble(told, "run") if told else None


@dataclass(frozen=True)
class Purses:
    """Says in one sentence which wallet that a run would be paid from is used up."""

    wallets: Wallets
    departments: Departments
    ceilings: Ceilings
    clock: Clock

    async def __call__(self, schedule: Schedule) -> str | None:
        department, now = self.departments.get(schedule.department), self.clock.now()
        place = money.Place(schedule.team, schedule.channel, department.id, "")
        nest = [one for one in money.nest(place, now, department.terms, self.ceilings) if one.limit]
        shared = [one for one in nest if money.kind(one.id) in ("workspace", "channel", "department")]
        empty = [one for one in await self.wallets.look(shared) if not one.fits(LEAST)]
        return f"{used_up(empty[0], now)} Raise it, or wait." if empty else None


def probe(settings: ModelSettings) -> Callable[[], Awaitable[str | None]]:
    """Asks the model server for its list of models, which costs nothing; says why it cannot be asked."""

    async def asked() -> str | None:
        if await reachable(settings):
            return None
        return "The model server does not answer. Nothing was spent; run it again in a while, or ask the operator."

    return asked
