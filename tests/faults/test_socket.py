"""The socket closes, is sent away or falls deaf: Baton listens again and takes what it missed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.domain.mission import State
from bot import app, listening
from bot.local.workspace import Workspace
from bot.views.actions import Action
from tests import house
from tests.faults import outside
from tests.faults.outside import LIGHT
from tests.house import House

RECONNECT = 15.0  # seconds that Baton may take to listen again


async def listens(home: House, before: int) -> None:
    """Waits until Baton has opened a further socket."""
    await home.workspace.wait_for(
        lambda: home.workspace.sockets.opened > before and home.workspace.connected, RECONNECT
    )


@pytest.mark.parametrize("reason", ["refresh_requested", "too_many_websockets", "link_disabled"])
async def test_a_socket_that_is_sent_away_in_mid_mission_is_replaced(tmp_path: Path, reason: str) -> None:
    async with house.opened(tmp_path) as home:
        before = home.workspace.sockets.opened
        thread = await home.ask(LIGHT)
        await home.workspace.disconnect(reason)  # perhaps before the mention was acknowledged
        mission = (await home.mission(thread)).id
        await home.reach(mission, State.PLAN_GATE)
        await listens(home, before)
        await home.press(thread, Action.APPROVE)
        await home.workspace.disconnect(reason)
        await home.reach(mission, State.RESULT_GATE)
        await listens(home, before + 1)
        await home.press(thread, Action.APPROVE)
        await home.reach(mission, State.DELIVERED)
        assert outside.doubled(outside.markers(home.thread(thread))) == []
        found = await home.program.missions.open_missions(home.workspace.state.team_id)
        assert [mission.id for mission in found] == []


async def test_a_warning_changes_nothing_that_people_notice(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        await home.workspace.disconnect("warning")
        thread = await home.ask(LIGHT)
        await home.reach((await home.mission(thread)).id, State.PLAN_GATE)


async def test_a_deaf_socket_is_found_and_what_it_missed_is_done_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SILENCE", 1.0)
    monkeypatch.setattr(app, "WATCH", 0.3)
    async with house.opened(tmp_path, workspace=Workspace(rate_limits=False, ack_timeout=0.5)) as home:
        before = home.workspace.sockets.opened
        home.workspace.faults.deafen()
        thread = await home.ask(LIGHT)
        await home.workspace.wait_for(lambda: len(home.workspace.recorder.deliveries("app_mention")) == 2)
        await listens(home, before)
        home.workspace.faults.deafen(False)
        mission = (await home.mission(thread)).id
        await home.reach(mission, State.PLAN_GATE)
        await home.workspace.settle()
        assert len(outside.markers(home.thread(thread))) == 1
        assert len(await home.program.missions.open_missions(home.workspace.state.team_id)) == 1


async def test_a_socket_that_brings_something_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "SILENCE", 30.0)
    monkeypatch.setattr(app, "WATCH", 0.1)
    async with house.opened(tmp_path) as home:
        thread = await home.ask(LIGHT)
        await home.reach((await home.mission(thread)).id, State.PLAN_GATE)
        assert home.workspace.sockets.opened == 1
