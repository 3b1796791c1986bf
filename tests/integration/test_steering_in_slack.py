"""A mission in people's hands: paused, resumed, steered and changed from Slack, with the real Bolt app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from agents.domain import events as news
from agents.domain import plan as plans
from agents.domain.mission import Gate, State, TaskState
from agents.ports import Proposal, Question
from bot.local.rehearsal.faults import Kind
from bot.local.workspace import sessions
from bot.views.actions import Action
from tests import house
from tests.house import House
from tests.integration.test_listeners import finished, planned

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _left_at_rest(home: House) -> AsyncIterator[None]:
    """Each test begins in good weather and leaves nothing at work."""
    yield
    await home.rest()


async def at_work(home: House) -> tuple[str, str]:
    """A mission whose specialists wait for a model that does not answer: thread and id."""
    thread, mission = await planned(home)
    home.rehearsal.faults.add(Kind.HANG, times=None, role="specialist")
    before = specialists(home)
    await home.press(thread, Action.APPROVE)
    await home.workspace.wait_for(lambda: specialists(home) > before, 30)
    return thread, mission


def working(home: House, thread: str) -> bool:
    """Whether Slack shows work under way, and with it the button that stops it."""
    session = sessions.current(home.workspace.core, home.channel, thread)
    return session is not None and session.status == "processing"


def specialists(home: House) -> int:
    """How often a specialist was asked."""
    return len([call for call in home.rehearsal.calls if call.role == "specialist"])


async def shows(home: House, thread: str, words: str) -> None:
    await home.see(thread, lambda said: words in json.dumps(said, ensure_ascii=False))


async def command(home: House, text: str, user: str = "maya") -> str:
    """Says /baton with these words; what only this person sees of it."""
    before = len(home.workspace.ephemeral(user))
    await home.workspace.command(user, "launch", f"/baton {text}")
    seen = await home.workspace.wait_for(lambda: home.workspace.ephemeral(user)[before:])
    return str(seen[-1]["text"])


async def eventually(home: House, mission: str, kind: type[news.Event]) -> Any:
    """The first event of that kind, once it has happened."""
    async with asyncio.timeout(house.PATIENCE):
        while True:
            for one in await home.program.missions.told(mission):
                if isinstance(one.event, kind):
                    return one.event
            await asyncio.sleep(0.05)


def reacted(ts: str, name: str) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda said: any(
        one["ts"] == ts and name in [reaction["name"] for reaction in one.get("reactions", ())] for one in said
    )


# ---- pause, resume, retry, skip, halt ----


@pytest.mark.parametrize("way", ["reply", "button", "command"])
async def test_a_mission_is_paused_and_goes_on_by_a_reply_a_button_or_the_command(home: House, way: str) -> None:
    thread, mission = await at_work(home)
    for word, action, state in (
        ("pause", Action.PAUSE, State.PAUSED),
        ("resume", Action.RESUME, State.RESULT_GATE),
    ):
        if word == "resume":
            home.rehearsal.faults.clear()
        if way == "reply":
            await home.workspace.say("maya", "launch", word.capitalize(), thread)
        elif way == "button":
            await home.press(thread, action)
        else:
            assert (await command(home, word)).startswith(f"{word.capitalize()}d: ")
        await home.reach(mission, state)
    await shows(home, thread, "Paused by <@")
    await shows(home, thread, "Resumed by <@")


async def test_the_native_stop_posts_a_receipt_from_which_the_mission_is_resumed(home: House) -> None:
    thread, mission = await at_work(home)
    await home.workspace.wait_for(lambda: working(home, thread), 30)
    await home.workspace.stop_session("maya", "launch", thread)
    await home.reach(mission, State.CANCELLED)
    await shows(home, thread, "Stopped by <@")
    receipt = json.dumps(home.find(thread, Action.RESUME))
    assert "Dropped: " in receipt
    assert "Spent so far" in receipt
    home.rehearsal.faults.clear()
    await home.press(thread, Action.RESUME)
    await home.reach(mission, State.RESULT_GATE)


async def test_one_task_is_done_again_and_the_others_are_not(home: House) -> None:
    thread, mission = await finished(home)
    before = await home.program.missions.file(mission)
    assert before.plan
    last = next(task.id for task in before.plan.tasks if not any(task.id in other.needs for other in before.plan.tasks))
    assert (await command(home, f"retry {last} shorter, please")).startswith(f"{last} is done again")
    await shows(home, thread, f"has {last} done again: shorter, please")
    after = await home.reach(mission, State.RESULT_GATE)
    assert {id for id, record in after.tasks.items() if record.rev > 1} == {last}
    assert "no task t99" in await command(home, "retry t99")


async def test_a_task_is_skipped_and_the_mission_goes_on_without_it(home: House) -> None:
    thread, mission = await finished(
        home, "Create a 30-day launch calendar for compostable coffee pods and write three posts."
    )
    file = await home.program.missions.file(mission)
    assert file.plan
    given = [task.id for task in file.plan.tasks if task.deliverable]
    assert len(given) > 1
    assert (await command(home, f"skip {given[-1]}")).startswith(f"Goes on without {given[-1]}")
    await shows(home, thread, f"goes on without {given[-1]}")
    after = await home.reach(mission, State.RESULT_GATE)
    assert after.tasks[given[-1]].state is TaskState.DROPPED


async def test_only_an_admin_halts_the_workspace_and_what_was_halted_goes_on_afterwards(home: House) -> None:
    _, mission = await at_work(home)
    assert "admins and owners" in await command(home, "halt")
    assert "halted; 1 mission at work" in await command(home, "halt", "priya")
    await home.reach(mission, State.PAUSED)
    assert "has halted this workspace" in await command(home, "resume")
    home.rehearsal.faults.clear()
    assert "1 mission resumed" in await command(home, "resume-all", "priya")
    await home.reach(mission, State.RESULT_GATE)


# ---- replies ----


async def test_approve_written_as_a_reply_decides_nothing_and_points_at_the_button(home: House) -> None:
    thread, mission = await planned(home)
    ts = await home.workspace.say("maya", "launch", "Looks good, approve!", thread)
    await home.see(thread, reacted(ts, "point_up"))
    await shows(home, thread, "please press the button")
    file = await home.program.missions.file(mission)
    assert (file.mission.state, file.gates[-1].decision, file.tasks) == (State.PLAN_GATE, None, {})


async def test_a_reply_that_is_edited_or_deleted_counts_as_it_is_now(home: House) -> None:
    thread, mission = await planned(home)
    ts = await home.workspace.say("maya", "launch", "Mention the price.", thread)
    await home.see(thread, reacted(ts, "memo"))
    await home.workspace.edit("maya", "launch", ts, "Do not mention the price.")
    await home.see(thread, reacted(ts, "pencil2"))
    assert [one.text for one in (await home.program.missions.file(mission)).notes] == ["Do not mention the price."]
    await home.workspace.delete("maya", "launch", ts)
    await shows(home, thread, "A reply was deleted")
    assert [one.text for one in (await home.program.missions.file(mission)).notes if one.text] == []


async def test_the_message_that_gave_the_mission_counts_as_it_is_now(home: House) -> None:
    thread, mission = await planned(home)
    words = f"<@{home.program.gateway.bot}> Write four social media posts about compostable pods."
    await home.workspace.edit("maya", "launch", thread, words)
    await shows(home, thread, "The mission was changed.")
    await home.reach(mission, State.PLAN_GATE)
    assert (await home.program.missions.mission(mission)).text.startswith("Write four")
    await home.workspace.delete("maya", "launch", thread)
    await home.reach(mission, State.PAUSED, State.CANCELLED)


async def test_a_wish_for_other_work_is_drafted_shown_as_a_difference_and_taken_over_when_approved(home: House) -> None:
    thread, mission = await finished(home)
    ts = await home.workspace.say("maya", "launch", "Also create a 30-day launch calendar.", thread)
    await home.see(thread, reacted(ts, "twisted_rightwards_arrows"))
    await eventually(home, mission, news.ChangeProposed)
    await home.see(thread, lambda said: Action.TAKE_OVER.value in json.dumps(said))
    before = await home.program.missions.file(mission)
    assert before.plan
    assert before.mission.rev == 1, "the approved plan stays until somebody approves another"
    assert "added t" in json.dumps(home.find(thread, Action.TAKE_OVER), ensure_ascii=False)
    await home.press(thread, Action.TAKE_OVER)
    await eventually(home, mission, news.GateDecided)
    await home.see(thread, lambda said: Action.TAKE_OVER.value not in json.dumps(said))
    after = await home.program.missions.file(mission)
    assert after.plan
    assert (after.mission.rev, after.plan_rev) == (2, 2)
    assert len(after.plan.tasks) > len(before.plan.tasks)


async def test_questions_are_answered_by_their_defaults(home: House) -> None:
    thread, mission = await planned(home)
    file = await home.program.missions.file(mission)
    assert file.plan
    assert file.estimate
    gate = Gate(f"{mission}:questions:2", mission, "questions", 2, plans.digest(file.plan))
    questions = (Question("Which market?", "Europe"),)
    async with home.program.missions.change(mission) as change:
        change.move(State.PLANNING, rev=2)
        change.save_proposal(Proposal(gate.id, file.plan, file.estimate, questions))
        change.open_gate(gate)
        change.move(State.QUESTIONS)
        change.tell(news.QuestionsAsked("questions:2", gate.id))
    await shows(home, thread, "Which market?")
    asked = len([call for call in home.rehearsal.calls if call.role == "planner"])
    await home.press(thread, Action.DEFAULTS)
    after = await home.reach(mission, State.PLAN_GATE)
    assert after.plan == file.plan
    assert len([call for call in home.rehearsal.calls if call.role == "planner"]) == asked, "no second plan is paid"
