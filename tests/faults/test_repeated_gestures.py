"""Everything a person does may reach Baton several times, late and out of order: it is done once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from agents.domain.events import GateDecided, RunStarted
from agents.domain.mission import State
from bot.views.actions import Action
from tests import house
from tests.faults.outside import LIGHT
from tests.house import House


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A house in which Maya, who asks, and Jonas may decide."""
    ready = resources.files("agents.departments").joinpath("launch.toml").read_text("utf-8")
    (tmp_path / "departments").mkdir()
    both = 'approvers = ["requester", "U0JONAS0001"]'
    (tmp_path / "departments" / "launch.toml").write_text(ready.replace('approvers = ["requester"]', both), "utf-8")
    async with house.opened(tmp_path / "data", baton_departments=tmp_path / "departments") as opened:
        yield opened


async def planned(home: House) -> tuple[str, str]:
    """A mission whose plan waits for a decision: its thread and id."""
    thread = await home.ask(LIGHT)
    mission = (await home.mission(thread)).id
    await home.reach(mission, State.PLAN_GATE)
    return thread, mission


async def decisions(home: House, mission: str) -> list[tuple[str, str]]:
    """Who decided what."""
    told = [one.event for one in await home.program.missions.told(mission)]
    return [(event.user, event.choice) for event in told if isinstance(event, GateDecided)]


async def starts(home: House, mission: str) -> int:
    return sum(isinstance(one.event, RunStarted) for one in await home.program.missions.told(mission))


async def test_a_mention_delivered_four_times_as_both_events_out_of_order_is_one_mission(home: House) -> None:
    home.workspace.faults.repeat_events(4)
    home.workspace.faults.reorder_events(0.2)
    thread, mission = await planned(home)
    deliveries = [*home.workspace.recorder.deliveries("app_mention"), *home.workspace.recorder.deliveries("message")]
    assert sum(entry.request["payload"]["event"]["ts"] == thread for entry in deliveries) == 8
    assert [found.id for found in await home.program.missions.open_missions(home.workspace.state.team_id)] == [mission]
    assert len(home.thread(thread)) == 2  # the mention and one plan
    assert len(home.workspace.recorder.calls("reactions.add")) == 1
    assert home.rehearsal.count == 1


async def test_an_event_that_comes_again_after_the_end_begins_nothing(home: House) -> None:
    thread, mission = await planned(home)
    await home.press(thread, Action.CANCEL)
    await home.reach(mission, State.CANCELLED)
    before = home.thread(thread)
    for entry in list(home.workspace.recorder.deliveries("app_mention")):
        home.workspace.redeliver(entry.request["payload"]["event_id"], attempt=3)
    await home.workspace.settle()
    assert (await home.mission(thread)).id == mission
    assert home.thread(thread) == before
    assert home.rehearsal.count == 1


async def test_a_reply_delivered_four_times_is_one_note(home: House) -> None:
    thread, mission = await planned(home)
    home.workspace.faults.repeat_events(4)
    reply = await home.workspace.say("maya", "launch", "Think of tea drinkers too.", thread)
    await home.see(thread, lambda messages: any(m["ts"] == reply and m.get("reactions") for m in messages))
    await home.workspace.settle()
    assert [note.text for note in await home.program.missions.notes(mission)] == ["Think of tea drinkers too."]


async def test_a_double_press_is_one_decision(home: House) -> None:
    thread, mission = await planned(home)
    card = home.find(thread, Action.APPROVE)["ts"]
    await asyncio.gather(*(home.workspace.press("maya", "launch", card, Action.APPROVE) for _ in range(4)))
    await home.reach(mission, State.RESULT_GATE)
    assert await decisions(home, mission) == [(home.workspace.user("maya"), "approve")]
    assert await starts(home, mission) == 1
    lines = [message["text"] for message in home.workspace.ephemeral("maya")]
    assert len(lines) == 3
    assert all("already decided" in line for line in lines)


async def test_a_late_press_on_what_was_shown_before_is_answered_in_private(home: House) -> None:
    thread, mission = await planned(home)
    card = home.find(thread, Action.APPROVE)["ts"]
    await home.workspace.press("maya", "launch", card, Action.APPROVE)
    # Only the card: by the time it has changed, the result may be asked about, and that question has such a button too.
    await home.see(thread, lambda messages: all(Action.CANCEL not in str(m) for m in messages if m["ts"] == card))
    await home.workspace.press("maya", "launch", card, Action.CANCEL)  # as it stood in a window left open
    file = await home.reach(mission, State.RESULT_GATE)
    assert await decisions(home, mission) == [(home.workspace.user("maya"), "approve")]
    assert [message["thread_ts"] for message in home.workspace.ephemeral("maya")] == [thread]
    assert file.mission.rev == 1


async def test_of_approve_and_cancel_at_once_one_counts_and_the_other_hears_so_alone(home: House) -> None:
    thread, mission = await planned(home)
    card = home.find(thread, Action.APPROVE)["ts"]
    await asyncio.gather(
        home.workspace.press("maya", "launch", card, Action.APPROVE),
        home.workspace.press("jonas", "launch", card, Action.CANCEL),
    )
    await home.reach(mission, State.RESULT_GATE, State.CANCELLED)
    maya, jonas = home.workspace.user("maya"), home.workspace.user("jonas")
    [(winner, choice)] = await decisions(home, mission)
    loser = {maya: "jonas", jonas: "maya"}[winner]
    state = (await home.program.missions.mission(mission)).state
    assert (choice, state) in [("approve", State.RESULT_GATE), ("cancel", State.CANCELLED)]
    assert [f"<@{winner}>" in line["text"] for line in home.workspace.ephemeral(loser)] == [True]
    assert home.workspace.ephemeral({maya: "maya", jonas: "jonas"}[winner]) == []


async def test_who_may_not_decide_hears_so_alone_and_changes_nothing(home: House) -> None:
    thread, mission = await planned(home)
    before = home.thread(thread)
    for action in (Action.APPROVE, Action.CANCEL, Action.CHANGE, Action.EDIT):
        await home.press(thread, action, user="priya")
    assert await decisions(home, mission) == []
    assert (await home.program.missions.mission(mission)).state is State.PLAN_GATE
    assert len(home.workspace.ephemeral("priya")) == 4
    assert home.workspace.open_views("priya") == []
    assert home.thread(thread) == before


async def test_a_form_sent_twice_is_one_decision(home: House) -> None:
    thread, mission = await planned(home)
    await home.press(thread, Action.CHANGE)
    form = home.workspace.open_views("maya")[-1]
    values = {"note": {"value": "Add a task about tea."}}
    twice = (home.workspace.submit(form["id"], values) for _ in range(2))
    faults = await asyncio.gather(*twice, return_exceptions=True)  # the window closes under the second
    await home.see(thread, lambda messages: len(messages) == 3)
    file = await home.reach(mission, State.PLAN_GATE)
    assert {} in faults
    assert file.mission.rev == 2
    assert home.rehearsal.count == 2
    assert await decisions(home, mission) == [(home.workspace.user("maya"), "change")]
