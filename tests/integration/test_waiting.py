"""Questions that nobody answers: reminded, passed on, and given up as the department chose, once though two look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agents.domain import events as news
from agents.domain.authority import Delegation, Policy
from agents.domain.mission import State
from agents.domain.waiting import Patience
from bot.waiting import Waiting
from storage import tables
from tests.office import Office, opened


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


async def test_two_thousand_open_questions_are_looked_through_in_as_many_queries_as_one(tmp_path: Path, clock) -> None:
    async with opened(tmp_path, clock) as office:
        await office.planned()
        database = office.missions._database
        one = await statements(database, lambda: watcher(office).mine("U1", "T1"))
        await many(office, 2_000)
        all_of_them = await statements(database, lambda: watcher(office).mine("U1", "T1"))
        assert all_of_them == one
        assert len(await watcher(office).mine("U1", "T1")) == 2_001
        assert await watcher(office).mine("U2", "T1") == []


async def test_what_waits_for_somebody_knows_votes_and_those_they_stand_in_for(tmp_path: Path, clock) -> None:
    async with opened(tmp_path, clock, approvers=("U1", "U2"), policies=(("plan", Policy(("U1", "U2"), 2)),)) as office:
        await office.planned()
        until = office.desk.clock.now() + timedelta(hours=1)
        async with office.missions.change("m1") as change:
            change.delegate(Delegation("m1", "U2", "U3", until))
        assert [len(await watcher(office).mine(user, "T1")) for user in ("U1", "U2", "U3", "U4")] == [1, 1, 1, 0]
        await office.decide("plan:1", "approve")
        assert [len(await watcher(office).mine(user, "T1")) for user in ("U1", "U2", "U3", "U4")] == [0, 1, 1, 0]
        assert await watcher(office).mine("U2", "T2") == [], "of another workspace"
        clock_: Any = office.desk.clock
        clock_.tick(7200)
        assert await watcher(office).mine("U3", "T1") == [], "it has run out"


async def statements(database: Any, work: Callable[[], Awaitable[Any]]) -> int:
    """How many statements that took."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(str(args[2]))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        await work()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len([one for one in seen if one.lstrip().upper().startswith("SELECT")])


async def many(office: Office, number: int) -> None:
    """So many more missions that wait at their plan."""
    now = office.desk.clock.now()
    async with office.missions._database.write() as session:

        def add(rows: Any) -> None:
            mission = rows.get(tables.Mission, "m1").model_dump()
            missions = [mission | {"id": f"m1{n}", "message": f"9.{n}", "thread": f"9.{n}"} for n in range(number)]
            rows.execute(sa.insert(tables.Mission), missions)
            gates = [
                {"id": f"m1{n}:plan:1", "mission": f"m1{n}", "kind": "plan", "rev": 1, "digest": "d", "task": ""}
                for n in range(number)
            ]
            rows.execute(sa.insert(tables.Gate), [gate | {"asked_at": now} for gate in gates])

        await session.run(add)
