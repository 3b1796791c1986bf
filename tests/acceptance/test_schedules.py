"""Missions that come back, from the mention to the report of what changed, in the whole house."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from agents.domain.mission import State
from agents.domain.schedule import Outcome, Schedule
from agents.domain.schedule import State as Standing
from bot.clock import SystemClock
from bot.scheduling.service import now_of
from bot.views.actions import Action
from tests.house import PATIENCE, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

WISH = "every weekday at 9: write two posts about compostable coffee pods"


def cards(home: House, thread: str) -> list[dict[str, Any]]:
    return [one for one in home.thread(thread) if Action.SCHEDULE_BEGIN.value in str(one.get("blocks"))]


async def proposed(home: House, text: str = WISH) -> str:
    """The thread in which the proposal stands."""
    thread = await home.ask(text)
    await home.see(thread, lambda found: cards(home, thread))
    return thread


async def scheduled(home: House, text: str = WISH) -> tuple[str, Schedule]:
    thread = await proposed(home, text)
    await home.press(thread, Action.SCHEDULE_BEGIN)
    await home.see(thread, lambda found: Action.SCHEDULE_RUN.value in str(found[-1].get("blocks")))
    return thread, max(await home.program.schedules.schedules(), key=lambda one: one.created_at)


async def ended(home: House, id: str, count: int = 1) -> list[Any]:
    """The schedule's occurrences, once so many have ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await home.program.schedules.occurrences(id)
            if sum(one.outcome in (Outcome.RUN, Outcome.FAILED, Outcome.SKIPPED) for one in found) >= count:
                return list(found)
            await asyncio.sleep(0.1)


async def test_a_wish_is_understood_shown_back_and_begins_after_a_button(home: House) -> None:
    thread = await proposed(home)
    (card,) = cards(home, thread)
    said = str(card["blocks"])
    assert "at 09:00 on every weekday" in said
    assert "asks you only when something is contested" in said
    assert "write two posts about compostable coffee pods" in said
    assert "every weekday at 9:" not in said
    assert await home.program.schedules.schedules() == []
    await home.press(thread, Action.SCHEDULE_BEGIN)
    await home.see(thread, lambda found: Action.SCHEDULE_RUN.value in str(found[-1].get("blocks")))
    (one,) = await home.program.schedules.schedules()
    assert (one.state, one.timing.cron, one.owner) == (Standing.ACTIVE, "0 9 * * 1-5", home.workspace.user("maya"))
    assert one.timing.zone == home.workspace.state.users[one.owner].tz
    assert [m for m in await home.program.missions.open_missions(home.program.gateway.team) if m.thread == thread] == []


async def test_run_now_opens_a_thread_and_the_second_run_says_what_changed(home: House) -> None:
    thread, one = await scheduled(home, "every day at 8: write two posts about compostable coffee pods")
    await home.press(thread, Action.SCHEDULE_RUN)
    (first,) = await ended(home, one.id)
    assert first.outcome is Outcome.RUN, first.reason
    await home.press(thread, Action.SCHEDULE_RUN)
    second, _ = await ended(home, one.id, 2)
    assert second.outcome is Outcome.RUN, second.reason
    mission = await home.program.missions.mission(second.mission)
    await home.reach(mission.id, State.DELIVERED)
    told = home.thread(mission.thread)
    assert "Scheduled mission" in told[0]["text"]
    assert any("What changed since the last run" in str(message.get("blocks")) for message in told)
    file = await home.program.missions.file(mission.id)
    assert {gate.kind: gate.decision and gate.decision.user for gate in file.gates} == {
        "plan": one.owner,
        "result": one.owner,
    }


async def test_the_time_is_corrected_in_the_form_with_errors_on_the_field(home: House) -> None:
    thread = await proposed(home, "every Monday at 9: compare two coffee pods")
    await home.press(thread, Action.SCHEDULE_EDIT)
    view = home.workspace.open_views("maya")[-1]
    assert await home.workspace.submit(view["id"], {"when": {"value": "25:00"}}) == {
        "when": "25:00 is not a time of day: give 00:00 to 23:59."
    }
    assert await home.workspace.submit(view["id"], {"when": {"value": "9:30"}, "budget": {"value": "2"}}) == {}
    await home.see(thread, lambda found: "at 09:30 on every Monday" in str(found) and "budget 2.00 a run" in str(found))


async def test_a_stranger_to_the_schedule_cannot_change_it(home: House) -> None:
    thread, one = await scheduled(home, "every Friday at 9: compare two coffee pods")
    await home.press(thread, Action.SCHEDULE_PAUSE, user="jonas")
    await home.workspace.wait_for(lambda: home.workspace.ephemeral("jonas"))
    assert "can change this schedule" in str(home.workspace.ephemeral("jonas")[-1]["text"])
    assert (await home.program.schedules.schedule(one.id)).state is Standing.ACTIVE


async def test_it_is_paused_resumed_and_deleted_by_its_card(home: House) -> None:
    thread, one = await scheduled(home, "every Tuesday at 9: compare two coffee pods")
    for action, state in (
        (Action.SCHEDULE_PAUSE, Standing.PAUSED),
        (Action.SCHEDULE_RESUME, Standing.ACTIVE),
        (Action.SCHEDULE_DELETE, Standing.ENDED),
    ):
        await home.see(thread, lambda found, action=action: action.value in str(found[-1].get("blocks")))
        await home.press(thread, action)
        assert (await home.program.schedules.schedule(one.id)).state is state


async def test_a_broken_setup_spends_nothing_and_asks_the_owner(home: House) -> None:
    thread, one = await scheduled(home, "every Wednesday at 9: compare two coffee pods")
    channel = home.workspace.state.channels[home.channel]
    asked = home.rehearsal.count
    channel.members.remove(home.workspace.state.bot_user)
    try:
        await home.press(thread, Action.SCHEDULE_RUN)
        (only,) = await ended(home, one.id)
    finally:
        channel.members.append(home.workspace.state.bot_user)
    assert (only.outcome, only.mission) == (Outcome.FAILED, None)
    assert home.rehearsal.count == asked
    after = await home.program.schedules.schedule(one.id)
    assert after.state is Standing.PAUSED
    seen = await home.workspace.wait_for(
        lambda: [m for m in home.workspace.messages("@maya") if Action.SCHEDULE_RESUME.value in str(m.get("blocks"))]
    )
    await home.workspace.press("maya", "@maya", seen[-1]["ts"], Action.SCHEDULE_RESUME.value)
    assert (await home.program.schedules.schedule(one.id)).state is Standing.ACTIVE


async def test_a_mission_that_only_seems_to_say_when_is_done_now(home: House) -> None:
    thread = await home.ask("In 2 months we launch: write two posts about compostable coffee pods")
    mission = await home.mission(thread)
    await home.reach(mission.id, State.PLAN_GATE)


async def test_the_commands_open_the_form_and_show_the_list(home: House) -> None:
    await home.workspace.command("maya", "launch", "/baton schedule")
    view = home.workspace.open_views("maya")[-1]
    assert view["callback_id"] == "schedule"
    await home.workspace.close_view(view["id"])
    await home.workspace.command("maya", "launch", "/baton schedules")
    shown = await home.workspace.wait_for(lambda: home.workspace.ephemeral("maya"))
    assert "compare two coffee pods" in str(shown[-1]["blocks"])


async def revised(home: House, id: str, *, text: str = "", **policies: Any) -> None:
    """The schedule with other policies."""
    async with home.program.schedules.change(id) as change:
        given = change.schedule
        after = replace(given, policies=replace(given.policies, **policies), text=text or given.text)
        change.save(after)


async def run_again(home: House, id: str) -> None:
    """A run now, as the command line asks for it, whatever else is under way."""
    async with home.program.schedules.change(id) as change:
        change.add(now_of(change.schedule, SystemClock(), "operator"))
    await home.program.ticker.wake()


async def begun(home: House, id: str, state: State) -> str:
    """The mission of the newest occurrence, once it is in that state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            newest = (await home.program.schedules.occurrences(id, 1))[0]
            if newest.mission and newest.outcome is Outcome.RUNNING:
                await home.reach(newest.mission, state)
                return newest.mission
            await asyncio.sleep(0.1)


async def test_a_quiet_schedule_posts_nothing_when_nothing_changed(home: House) -> None:
    _, one = await scheduled(home, "every Monday at 7: write two posts about compostable coffee pods")
    await revised(home, one.id, quiet=True)
    await run_again(home, one.id)
    (first,) = await ended(home, one.id)
    assert (await home.program.missions.mission(first.mission)).thread, "the first run has everything to tell"
    posts = len(home.workspace.messages("launch"))
    await run_again(home, one.id)
    second, _ = await ended(home, one.id, 2)
    mission = await home.program.missions.mission(second.mission)
    assert (second.outcome, mission.state, mission.thread) == (Outcome.RUN, State.DELIVERED, "")
    assert second.reason == "Nothing changed since the run before, so nothing was posted."
    assert len(home.workspace.messages("launch")) == posts


async def test_an_approval_stands_for_plans_built_the_same_until_the_mission_is_another(home: House) -> None:
    _, one = await scheduled(home, "every Monday at 6: write two posts about compostable coffee pods")
    await revised(home, one.id, approval="standing")
    await run_again(home, one.id)
    mission = await begun(home, one.id, State.PLAN_GATE)
    thread = (await home.program.missions.mission(mission)).thread
    await home.press(thread, Action.APPROVE)
    await ended(home, one.id)
    standing = (await home.program.schedules.schedule(one.id)).standing
    assert standing and standing.by == one.owner
    await run_again(home, one.id)
    second, _ = await ended(home, one.id, 2)
    assert second.outcome is Outcome.RUN
    await revised(home, one.id, text="write three posts about compostable coffee pods")
    await run_again(home, one.id)
    await begun(home, one.id, State.PLAN_GATE)


async def test_a_newer_run_cancels_the_older_where_that_is_the_policy(home: House) -> None:
    _, one = await scheduled(home, "every Monday at 5: write two posts about compostable coffee pods")
    await revised(home, one.id, overlap="cancel", approval="every")
    await run_again(home, one.id)
    older = await begun(home, one.id, State.PLAN_GATE)
    await run_again(home, one.id)
    await ended(home, one.id)
    assert (await home.program.missions.mission(older)).state is State.CANCELLED
    newer = await begun(home, one.id, State.PLAN_GATE)
    assert newer != older
    assert [o.outcome for o in await home.program.schedules.occurrences(one.id)] == [Outcome.RUNNING, Outcome.SKIPPED]


async def test_a_scheduled_run_sets_up_no_schedule(home: House) -> None:
    _, one = await scheduled(home, "every Monday at 4: write two posts about compostable coffee pods")
    await revised(home, one.id, text="every day at 9: write two posts about coffee", approval="every")
    before = len(await home.program.schedules.every())
    await run_again(home, one.id)
    mission = await begun(home, one.id, State.PLAN_GATE)
    assert (await home.program.missions.mission(mission)).text == "every day at 9: write two posts about coffee"
    assert len(await home.program.schedules.every()) == before
