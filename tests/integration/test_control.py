"""Stopping, pausing, resuming, retrying, skipping and changing a mission under way, on rows and a scripted model."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from agents.domain import events as news
from agents.domain.mission import State, TaskState
from agents.phases.change import draft_change
from agents.phases.deliver import deliver_mission
from agents.phases.plan import plan_mission
from agents.phases.run import run_mission
from agents.ports import File, Note, PhaseCall
from bot.control import Control
from bot.doorkeeper import NotNow
from storage import tables
from tests.fakes.scripted import ScriptedModel, brief_of
from tests.office import CHAIN, Office, draft, opened, task

MOMENTS = int(os.environ.get("BATON_MOMENTS") or 40)  # 200 have been played; each takes half a second


@pytest.fixture
async def office(tmp_path: Path, clock) -> AsyncIterator[Office]:
    async with opened(tmp_path, clock) as one:
        yield one


def control(office: Office) -> Control:
    """The control of that office; nothing cancels phases here, so that only rows keep them from going on."""

    async def halt(mission: str, up_to: int) -> None:
        office.calls[:] = [call for call in office.calls if call.rev > up_to]

    decisions = office.decisions
    return Control(office.missions, decisions.departments, decisions.doorkeeper, office.desk.clock, decisions, halt)


async def play(office: Office) -> File:
    """Carries out every phase that was enqueued, changes of plan as well."""
    phases = {"plan": plan_mission, "run": run_mission, "deliver": deliver_mission, "change": draft_change}
    while office.calls:
        call = office.calls.pop(0)
        async with asyncio.timeout(20):
            await phases[call.phase](office.desk, call.mission, call.rev)
    return await office.file()


async def effects(office: Office) -> tuple[int, int, int]:
    """How often the model was asked, a tool was used, and work was put up to be shown."""
    async with office.missions._database.read() as session:
        rows = (await session.exec(select(tables.Outbox))).all()
    shown = [row for row in rows if row.op in ("post", "deliver") and row.state == "new" and row.view != "interrupted"]
    return len(office.model.asked), len(office.tools.used), len(shown)


class Trigger:
    """Wraps the rows of an office: at a chosen change it lets somebody do something."""

    def __init__(self, model: ScriptedModel, at: int) -> None:
        self.reached = asyncio.Event()
        self._left = at
        self._ask = model.ask

    async def ask(self, request):  # type: ignore[no-untyped-def]
        self.count()
        answer = await self._ask(request)
        self.count()
        return answer

    def count(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.reached.set()


@pytest.mark.parametrize("part", range(4))
async def test_stopped_at_any_moment_nothing_follows_but_the_receipt_and_it_can_be_resumed(
    tmp_path: Path, clock, part: int
) -> None:
    """In four parts, each moment in an office of its own; the phase is not cancelled, only the rows stop it."""
    dice = random.Random(part)
    for number in range(MOMENTS // 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with opened(folder, clock) as office:
            await stop_once(office, dice)


async def stop_once(office: Office, dice: random.Random) -> None:
    await office.planned()
    await office.decide("plan:1", "approve")
    trigger = Trigger(office.model, dice.randint(1, 18))
    office.model.ask = trigger.ask  # type: ignore[method-assign]
    working = asyncio.create_task(play(office))
    reached = asyncio.create_task(trigger.reached.wait())
    await asyncio.wait([working, reached], return_when=asyncio.FIRST_COMPLETED)
    for _ in range(dice.randint(0, 40)):
        await asyncio.sleep(0)
    reached.cancel()
    await control(office).stop(office.click(), "m1")
    before = await effects(office)
    await working
    file = await office.file()
    after = await effects(office)
    in_flight = 3  # questions that had gone out when it was stopped; tasks at the same time
    assert file.mission.state is State.CANCELLED
    assert after[0] - before[0] <= in_flight
    assert after[1:] == before[1:], "no tool was used and nothing was put up to be shown"
    assert len(await office.told(news.MissionCancelled)) == 1
    finished = {id for id, record in file.tasks.items() if record.state is TaskState.ACCEPTED}
    asked = len(office.model.asked)
    await control(office).resume(office.click(), "m1")
    file = await play(office)
    assert file.mission.state is State.RESULT_GATE, file.mission.reason
    again = {str(brief_of(one).get("task")) for one in office.model.asked[asked:]}
    assert not finished & again, "finished tasks are not paid again"


async def test_a_paused_mission_waits_and_goes_on_where_it_stood(office: Office) -> None:
    await office.planned()
    await control(office).pause(office.click(), "m1")
    file = await office.file()
    assert (file.mission.state, file.mission.stood) == (State.PAUSED, "plan_gate")
    with pytest.raises(NotNow, match="paused"):
        await office.decide("plan:1", "approve")
    with pytest.raises(NotNow, match="already paused"):
        await control(office).pause(office.click(), "m1")
    await control(office).resume(office.click(), "m1")
    await office.decide("plan:1", "approve")
    assert (await play(office)).mission.state is State.RESULT_GATE


async def test_what_neither_pauses_nor_stops_cannot_be_resumed(office: Office) -> None:
    await office.planned()
    with pytest.raises(NotNow, match="neither paused nor stopped"):
        await control(office).resume(office.click(), "m1")


async def test_one_task_is_done_again_without_paying_for_the_others(office: Office) -> None:
    await office.carried_out()
    before = office.model.times("Specialist")
    await control(office).retry(office.click(), "m1", "t3", "Make it shorter.")
    file = await play(office)
    assert file.mission.state is State.RESULT_GATE
    assert office.model.times("Specialist") - before == 2, "t3 and t4, which builds on it"
    assert office.model.times("Specialist", "t1") == 1
    (told,) = await office.told(news.TaskRetried)
    assert (told.task, told.note) == ("t3", "Make it shorter.")


async def test_a_task_is_skipped_before_its_turn_and_stays_so(office: Office) -> None:
    await office.planned()
    await office.decide("plan:1", "approve")
    office.model.opened.clear()
    working = asyncio.create_task(play(office))
    await office.model.until_busy(2)
    await control(office).skip(office.click(), "m1", "t2")
    office.model.opened.set()
    file = await working
    if office.calls:
        file = await play(office)
    assert file.mission.state is State.RESULT_GATE, file.mission.reason
    assert file.tasks["t2"].state is TaskState.DROPPED
    assert office.model.times("Specialist", "t2") == 0
    with pytest.raises(NotNow, match="no task t9"):
        await control(office).skip(office.click(), "m1", "t9")


async def test_a_wish_for_other_work_is_drafted_beside_the_run_and_only_the_difference_is_done(office: Office) -> None:
    await office.carried_out()
    changed = draft(*CHAIN.tasks, task("t5", "editor"))
    office.crew.plan = changed
    async with office.missions.change("m1") as change:
        change.save_note(Note("5.5", "U1", "Please also write a press release", "scope"))
        change.start(PhaseCall("change", "m1", 5))
    file = await play(office)
    assert (file.mission.state, len(file.plan.tasks if file.plan else ())) == (State.RESULT_GATE, 4)
    proposal = await office.missions.proposal("m1:change:5")
    assert proposal
    assert len(proposal.plan.tasks) == 5
    before = office.model.times("Specialist")
    await office.decide("change:5", "approve")
    file = await play(office)
    assert file.mission.state is State.RESULT_GATE, file.mission.reason
    assert office.model.times("Specialist") - before == 1, "only what was added"
    assert file.tasks["t5"].state is TaskState.ACCEPTED


async def test_a_change_that_is_not_wanted_leaves_the_plan_as_it_is(office: Office) -> None:
    await office.carried_out()
    office.crew.plan = draft(*CHAIN.tasks[:3])
    async with office.missions.change("m1") as change:
        change.save_note(Note("5.5", "U1", "Drop t4", "scope"))
        change.start(PhaseCall("change", "m1", 5))
    await play(office)
    await office.decide("change:5", "keep")
    file = await play(office)
    assert (file.mission.state, file.mission.rev, len(file.plan.tasks if file.plan else ())) == (
        State.RESULT_GATE,
        1,
        4,
    )


async def test_questions_are_asked_once_and_their_defaults_cost_no_second_plan(office: Office) -> None:
    from agents.contracts import QuestionDraft

    asked = replace_questions(QuestionDraft(question="Which market?", default="Europe"))
    office.crew.plan = asked
    file = await office.planned()
    assert file.mission.state is State.QUESTIONS
    await office.decide("questions:1", "defaults")
    file = await play(office)
    assert (file.mission.state, office.model.times("Planner")) == (State.PLAN_GATE, 1)


async def test_answers_reach_the_planner_who_does_not_ask_again(office: Office) -> None:
    from agents.contracts import QuestionDraft

    office.crew.plan = replace_questions(QuestionDraft(question="Which market?", default="Europe"))
    await office.planned()
    await office.decide("questions:1", "answer", "Which market? Sweden")
    file = await play(office)
    assert file.mission.state is State.PLAN_GATE
    assert brief_of(office.model.asked[-1])["wishes"] == ["Which market? Sweden"]


def replace_questions(*questions):  # type: ignore[no-untyped-def]
    return CHAIN.model_copy(update={"questions": list(questions)})


async def test_an_edited_or_deleted_reply_reaches_those_at_work(office: Office) -> None:
    await office.planned()
    await office.decide("plan:1", "approve")
    async with office.missions.change("m1") as change:
        change.save_note(Note("5.5", "U1", "Only in Europe", "steer"))
        change.save_note(Note("5.6", "U1", "haha", "chatter"))
    await play(office)
    briefs = [brief_of(one) for one in office.model.asked]
    heard = [brief["notes"] for brief in briefs if "notes" in brief]
    assert heard
    assert all("Only in Europe" in notes for notes in heard), "specialists, critic and manager"
    assert "haha" not in str(heard)


async def test_a_halted_workspace_parks_what_would_begin(office: Office) -> None:
    await office.planned()
    async with office.missions._database.write() as session:
        session.add(tables.Halt(team="T1", user="U9", at=office.desk.clock.now()))
    await office.decide("plan:1", "approve")
    file = await play(office)
    assert (file.mission.state, file.mission.reason) == (State.PAUSED, "The workspace is halted.")
    assert office.model.times("Specialist") == 0
    with pytest.raises(NotNow, match="halted this workspace"):
        await control(office).resume(office.click(), "m1")
    assert replace(file.mission, stood="").state is State.PAUSED
