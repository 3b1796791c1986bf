"""Questions that nobody answers: reminded, passed on, and given up as the department chose, once though two look."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.domain import events as news
from agents.domain.mission import State
from agents.domain.waiting import Patience
from bot.waiting import Waiting
from tests.integration.test_phases import Office, opened


class Zones:
    """Everybody is in Europe."""

    async def zone(self, user: str) -> str:
        return "Europe/Berlin"


def watcher(office: Office) -> Waiting:
    decisions = office.decisions
    directory: Any = Zones()
    return Waiting(
        office.missions, decisions.departments, decisions.doorkeeper, directory, office.desk.clock, decisions
    )


async def look(office: Office, later: timedelta) -> None:
    """Two processes look at the same time, so much later."""
    clock: Any = office.desk.clock
    clock.tick(later.total_seconds())
    await asyncio.gather(watcher(office).look(), watcher(office).look())


@pytest.mark.parametrize("outcome", ["hold", "cancel"])
async def test_a_plan_that_nobody_looks_at_is_reminded_passed_on_and_given_up(
    tmp_path: Path, clock, outcome: Any
) -> None:
    patience = Patience(outcome=outcome, escalate_to=("U5LEAD000", "C5LEADS00"))
    async with opened(tmp_path, clock, patience=patience) as office:
        await office.planned()
        await watcher(office).look()
        assert await office.told(news.Reminded) == [], "there is time yet"
        await look(office, timedelta(days=1, hours=1))
        await look(office, timedelta(days=2))
        await look(office, timedelta(days=30))
        await look(office, timedelta(days=30))
        told = await office.told(news.Reminded)
        assert [(one.step, one.users) for one in told] == [("reminder", ("U1",)), ("escalation", ("U5LEAD000",))]
        (given_up,) = await office.told(news.Unanswered)
        file = await office.file()
        (gate,) = file.gates
        if outcome == "hold":
            assert (file.mission.state, gate.decision, given_up.outcome) == (State.PLAN_GATE, None, "hold")
            await office.decide("plan:1", "approve")
            assert (await office.file()).mission.state is State.RUNNING, "it can be answered for ever"
        else:
            assert file.mission.state is State.CANCELLED
            assert gate.decision
            assert (gate.decision.choice, gate.decision.user) == ("unanswered", ""), "nobody said no"


async def test_all_that_waits_for_somebody_is_listed(tmp_path: Path, clock) -> None:
    async with opened(tmp_path, clock) as office:
        await office.planned()
        (mine,) = await watcher(office).mine("U1", "T1")
        assert mine.gate.id == "m1:plan:1"
        assert await watcher(office).mine("U2", "T1") == []
