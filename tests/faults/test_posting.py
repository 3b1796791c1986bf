"""Slack on a bad day: answers get lost, posts are refused, calls must wait. Nothing is shown twice, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agents.domain.mission import State
from bot.local.workspace import Workspace
from bot.views.actions import Action
from tests import house
from tests.faults import outside
from tests.faults.outside import LIGHT, LIGHT_FILES
from tests.house import SEED, House

NO_WORDS = ":tada: :tada:"  # no mission: it is answered with one line


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house.opened(tmp_path / "data") as opened:
        yield opened


async def approved(home: House, text: str = LIGHT) -> tuple[str, str]:
    """A mission that runs: its thread and id."""
    thread = await home.ask(text)
    mission = (await home.mission(thread)).id
    await home.reach(mission, State.PLAN_GATE)
    await home.press(thread, Action.APPROVE)
    return thread, mission


async def delivered(home: House, thread: str, mission: str) -> list[dict[str, Any]]:
    """The whole thread, once the result was approved and delivered."""
    await home.reach(mission, State.RESULT_GATE)
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.DELIVERED)
    return home.thread(thread)


async def parked(home: House) -> list[tuple[str, str]]:
    """View and reason of each row that Slack will never take."""
    async with home.program.database.read() as session:
        rows = await session.exec(sa.text("select view, reason from outbox where state = 'parked' order by id"))
        return [tuple(row) for row in rows]


def check_order(thread: list[dict[str, Any]]) -> None:
    """Each piece of work before what was said about it, and the delivery at the end, its parts in their order."""
    keys = [key.partition(":")[2] for key in outside.markers(thread)]
    assert outside.doubled(keys) == []
    assert keys[0].startswith("plan:1>")
    first = [key.split(":") for key in keys if key.startswith(("handed:", "rework:"))]
    for number, (what, task, attempt, *_) in enumerate(first):
        assert what == "handed" or ["handed", task, attempt] in [before[:3] for before in first[:number]]
    ends = ["opening:1", "deliverable:1:t3", "deliverable:1:t4", "receipt:1"]
    assert [key.partition(">")[2] for key in keys[-4:]] == ends


async def test_a_post_whose_answer_got_lost_is_found_and_not_posted_again(home: House) -> None:
    home.workspace.faults.lose_answer("chat.postMessage", 3)
    thread, mission = await approved(home)
    found = await delivered(home, thread, mission)
    calls = home.workspace.recorder.calls("chat.postMessage")
    assert sum(call.error == "answer lost" for call in calls) == 3
    assert len(calls) == len(outside.markers(found))
    assert outside.doubled(outside.visible(found)) == []
    check_order(found)


async def test_a_lost_post_that_history_shows_late_is_not_posted_again(home: House) -> None:
    home.workspace.faults.slow_history(1.5)
    home.workspace.faults.lose_answer("chat.postMessage")
    thread = await home.ask(LIGHT)
    await home.reach((await home.mission(thread)).id, State.PLAN_GATE)
    assert len(outside.markers(home.thread(thread))) == 1


async def test_an_update_whose_answer_got_lost_is_made_again(home: House) -> None:
    thread, mission = await approved(home)
    home.workspace.faults.lose_answer("chat.update", 2)
    check_order(await delivered(home, thread, mission))
    assert Action.APPROVE.value not in str(home.thread(thread)[1])  # the plan card moved on


async def test_attachments_that_slack_puts_off_bring_no_second_post(home: House) -> None:
    thread, mission = await approved(home)
    home.workspace.faults.storm("files.getUploadURLExternal", 1, retry_after=1)
    found = await delivered(home, thread, mission)
    check_order(found)
    assert sorted(outside.files(found)) == LIGHT_FILES


async def test_an_attachment_whose_answer_got_lost_is_not_attached_again(home: House) -> None:
    thread, mission = await approved(home)
    home.workspace.faults.lose_answer("files.completeUploadExternal", 2)
    found = await delivered(home, thread, mission)
    check_order(found)
    assert sorted(outside.files(found)) == LIGHT_FILES


async def test_a_document_that_goes_as_a_file_is_attached_once(home: House) -> None:
    thread, mission = await approved(home, SEED)
    home.workspace.faults.refuse("canvases.create", "canvas_disabled_user_team", 10)
    await home.reach(mission, State.RESULT_GATE)
    before = len(home.workspace.recorder.calls("chat.postMessage"))
    await home.press(thread, Action.APPROVE)
    await home.see(thread, lambda _: len(home.workspace.recorder.calls("chat.postMessage")) > before)  # the opening
    home.workspace.faults.break_down("chat.postMessage", 1)
    await home.reach(mission, State.DELIVERED)
    names = outside.files(home.thread(thread))
    assert outside.doubled(names) == []
    assert any(name.endswith(".md") for name in names)


async def test_server_errors_pass(home: House) -> None:
    for status in (500, 503):
        home.workspace.faults.break_down("chat.postMessage", 1, status)
        thread = await home.ask(NO_WORDS)
        await home.see(thread, lambda messages: len(messages) == 2)
    assert len(home.workspace.recorder.calls("chat.postMessage")) == 4


REFUSALS = ("channel_not_found", "is_archived", "not_in_channel", "msg_too_long", "invalid_blocks", "missing_scope")


async def test_what_slack_refuses_is_parked_with_its_reason_and_the_next_goes_on(home: House) -> None:
    refused: list[str] = []
    for code in REFUSALS:
        home.workspace.faults.refuse("chat.postMessage", code)
        refused.append(await home.ask(NO_WORDS))
        await home.see(refused[-1], lambda _: len(home.refused()) == len(refused))
    thread = await home.ask(NO_WORDS)
    await home.see(thread, lambda messages: len(messages) == 2)
    assert await parked(home) == [("line", code) for code in REFUSALS]
    assert [len(home.thread(ts)) for ts in refused] == [1] * len(REFUSALS)


async def test_a_mission_goes_on_when_one_of_its_posts_is_refused(home: House) -> None:
    thread, mission = await approved(home)
    home.workspace.faults.refuse("chat.postMessage", "msg_too_long")
    found = await delivered(home, thread, mission)
    assert await parked(home) == [("work", "msg_too_long")]
    assert ">receipt:1" in outside.markers(found)[-1]


async def test_a_plan_whose_newer_blocks_are_refused_is_shown_in_older_ones(home: House) -> None:
    home.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
    thread = await home.ask(LIGHT)
    await home.reach((await home.mission(thread)).id, State.PLAN_GATE)
    assert await parked(home) == []
    assert home.find(thread, Action.APPROVE)


async def test_slacks_wish_to_wait_is_honoured_and_other_channels_go_on(tmp_path: Path) -> None:
    """The workspace takes bursts of five posts in a channel and then one a second; Baton posts as fast as it can."""
    async with house.opened(tmp_path, workspace=Workspace()) as home:
        place = home.workspace
        threads = [await home.ask(NO_WORDS) for _ in range(9)]
        await home.see(threads[0], lambda _: home.refused())
        other = await home.ask(NO_WORDS, channel="general")
        elsewhere = lambda: len(place.thread("general", other)) == 2  # noqa: E731
        await place.wait_for(elsewhere)
        assert not all(len(home.thread(thread)) == 2 for thread in threads)
        await place.wait_for(lambda: all(len(home.thread(thread)) == 2 for thread in threads), house.PATIENCE)
        calls = [call for call in place.recorder.calls("chat.postMessage") if call.request["channel"] == home.channel]
        refused = [number for number, call in enumerate(calls) if call.error == "ratelimited"]
        assert refused
        for number in refused:
            assert calls[number + 1].at - calls[number].at >= 1  # what Retry-After said
        assert len(calls) == len(threads) + len(refused)
        order = [call.request["thread_ts"] for call in calls if call.ok]
        assert order == threads


async def test_a_storm_loses_nothing_and_keeps_the_order(home: House) -> None:
    thread, mission = await approved(home)
    home.workspace.faults.storm(times=6, retry_after=1)
    found = await delivered(home, thread, mission)
    check_order(found)
    entries = [entry for entry in home.workspace.traffic if entry.direction == "bot->slack"]
    drained = [entry for entry in entries if entry.name in ("chat.postMessage", "chat.update", "reactions.add")]
    for before, after in pairwise(drained):
        if before.error == "ratelimited":
            assert after.at - before.at >= 1


async def test_an_outage_of_several_seconds_loses_nothing(home: House) -> None:
    thread, mission = await approved(home)
    faults = home.workspace.faults
    faults.break_down(times=10_000)
    await home.workspace.disconnect()
    meanwhile = await home.ask(NO_WORDS)  # Slack tells it again when we are back
    await asyncio.sleep(4)
    faults.clear()
    await home.workspace.wait_until_connected(15)
    check_order(await delivered(home, thread, mission))
    await home.see(meanwhile, lambda messages: len(messages) == 2)
    assert await parked(home) == []
