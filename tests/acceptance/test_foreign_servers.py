"""Other servers than Slack's and OpenAI's, by settings alone: less is shown, and less well, but the mission is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.domain.mission import State
from bot.local.rehearsal import Kind
from bot.local.workspace import Workspace
from bot.views.actions import Action
from tests import house
from tests.faults import outside
from tests.faults.outside import LIGHT
from tests.house import SEED, House

KNOWN = {"chat.postMessage", "chat.update", "views.open", "views.update", "views.push", "views.publish"}
CONNECTION = {"apps.connections.open"}  # how Socket Mode begins


async def played(home: House, text: str = LIGHT) -> list[dict[str, object]]:
    """A mission from mention to receipt; the thread."""
    thread = await home.ask(text)
    mission = (await home.mission(thread)).id
    await home.reach(mission, State.PLAN_GATE)
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.RESULT_GATE)
    await home.press(thread, Action.APPROVE)
    file = await home.reach(mission, State.DELIVERED)
    assert file.mission.text == text
    assert file.mission.team == home.workspace.state.team_id
    return home.thread(thread)


def text_of(thread: list[dict[str, object]]) -> str:
    return "\n".join(str(message.get("text")) + str(message.get("blocks")) for message in thread)


@pytest.mark.parametrize("identity", [set[str](), {"auth.test"}], ids=["without auth.test", "with auth.test"])
async def test_a_slack_that_knows_only_posts_and_views(tmp_path: Path, identity: set[str]) -> None:
    place = Workspace(rate_limits=False, methods=KNOWN | CONNECTION | identity)
    async with house.opened(tmp_path, workspace=place) as home:
        thread = await played(home)
        assert ">receipt:" in outside.markers(thread)[-1]
        assert "BEGIN:VCALENDAR" in text_of(thread)  # what cannot be attached stands in the thread
        assert {entry.error for entry in home.workspace.traffic if entry.error} == {"unknown_method"}
        assert outside.doubled(outside.visible(thread)) == []


async def test_that_slack_over_signed_http(tmp_path: Path, unused_tcp_port: int) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    place = Workspace(rate_limits=False, methods=KNOWN, delivery="http", request_url=address)
    async with house.opened(tmp_path, workspace=place, http=True, baton_port=unused_tcp_port) as home:
        thread = await played(home)
        assert ">receipt:" in outside.markers(thread)[-1]
        assert home.workspace.recorder.calls("apps.connections.open") == []


@pytest.mark.parametrize(
    "lacking", [[Kind.NO_STRUCTURE], [Kind.NO_TOOLS], [Kind.NO_STRUCTURE, Kind.NO_TOOLS]], ids="+".join
)
async def test_a_model_server_that_lacks_something(tmp_path: Path, lacking: list[Kind]) -> None:
    async with house.opened(tmp_path) as home:
        for kind in lacking:
            home.rehearsal.faults.add(kind, times=None)
        thread = await played(home, SEED)
        assert ">receipt:" in outside.markers(thread)[-1]
        struck = [call for call in home.rehearsal.calls if call.outcome != "ok"]
        assert 0 < len(struck) <= 16  # each kind of request finds out once; those at the same time each by themselves
