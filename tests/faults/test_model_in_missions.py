"""A model server on a bad day in the middle of a mission: it is asked again, within bounds, or a person is told."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from agents.domain.mission import State
from agents.ports import File
from bot.local.rehearsal import Kind
from bot.views.actions import Action
from tests import house
from tests.faults import outside
from tests.faults.outside import LIGHT
from tests.house import House

# Fewer for each role than the tries that one call has, so that the mission survives them in any order.
PASSING: dict[str, list[tuple[Kind, dict[str, Any]]]] = {
    "planner": [(Kind.RATE_LIMIT, {"retry_after": 0.5}), (Kind.STATUS, {"status": 500})],
    "specialist": [(Kind.STATUS, {"status": 503}), (Kind.HANG, {"seconds": 0.3}), (Kind.DISCONNECT, {})],
    "critic": [(Kind.NOT_JSON, {})],
    "sceptic": [(Kind.CUT, {})],
    "manager": [(Kind.STATUS, {"status": 529})],
}
UNUSABLE = {
    "planner": (Kind.BROKEN_JSON, Kind.FENCED_JSON),
    "specialist": (Kind.UNKNOWN_TOOL, Kind.PROSE, Kind.NO_USAGE),
    "critic": (Kind.NAN, Kind.TWO_OBJECTS),
    "sceptic": (Kind.EMPTY, Kind.LENGTH),
    "manager": (Kind.PROSE, Kind.WRONG_SCHEMA),
}


async def asked(home: House, text: str = LIGHT) -> tuple[str, str]:
    thread = await home.ask(text)
    return thread, (await home.mission(thread)).id


async def running(home: House) -> tuple[str, str]:
    """A mission whose plan is approved."""
    thread, mission = await asked(home)
    await home.reach(mission, State.PLAN_GATE)
    await home.press(thread, Action.APPROVE)
    return thread, mission


async def finished(home: House, thread: str, mission: str) -> File:
    """The mission, delivered after the result was approved."""
    await home.reach(mission, State.RESULT_GATE)
    await home.press(thread, Action.APPROVE)
    file = await home.reach(mission, State.DELIVERED)
    markers = outside.markers(home.thread(thread))
    assert outside.doubled(markers) == []
    assert outside.doubled(outside.visible(home.thread(thread))) == []
    assert ">receipt:" in markers[-1]
    return file


async def failed(home: House, thread: str, mission: str) -> str:
    """What the requester is told about a mission that cannot go on; there is a button to try again."""
    file = await home.reach(mission, State.FAILED)
    message = home.find(thread, Action.AGAIN)
    assert file.mission.reason in str(message)
    assert "Traceback" not in str(message)
    return file.mission.reason


async def test_passing_faults_are_waited_out_and_every_attempt_is_booked(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        for role, faults in PASSING.items():
            for number, (kind, details) in enumerate(faults):
                home.rehearsal.faults.add(kind, role=role, after=number, **details)
        file = await finished(home, *await running(home))
        assert home.rehearsal.faults.listing() == []
        assert file.spent.attempts == home.rehearsal.count
        assert file.spent.calls == home.rehearsal.count - sum(map(len, PASSING.values()))


async def test_unusable_answers_are_asked_for_again(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        for role, kinds in UNUSABLE.items():
            for number, kind in enumerate(kinds):
                home.rehearsal.faults.add(kind, role=role, after=number)
        file = await finished(home, *await running(home))
        assert home.rehearsal.faults.listing() == []
        assert {task.id for task in file.plan.tasks} == {id for id, task in file.tasks.items() if task.artifact}  # type: ignore[union-attr]


async def test_a_bad_plan_is_repaired_and_one_that_stays_bad_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        for kind in (Kind.CYCLE, Kind.UNKNOWN_SPECIALIST, Kind.PROSE, Kind.WRONG_SCHEMA):
            before = home.rehearsal.count
            home.rehearsal.faults.add(kind, role="planner", times=2)
            _, repaired = await asked(home)
            await home.reach(repaired, State.PLAN_GATE)
            assert home.rehearsal.count - before == 3
            home.rehearsal.faults.add(kind, role="planner", times=3)
            thread, mission = await asked(home)
            assert "could not be used" in await failed(home, thread, mission)
            assert home.rehearsal.count - before == 6
            await home.press(thread, Action.AGAIN)
            await home.reach(mission, State.PLAN_GATE)
            assert home.rehearsal.count - before == 7


async def stuck(home: House) -> tuple[str, str]:
    """A mission whose first two tasks the critic never accepts."""
    home.rehearsal.faults.add(Kind.NEVER_CONTENT, role="critic", times=None)
    thread, mission = await running(home)
    file = await home.reach(mission, State.TASK_GATE)
    assert sorted(gate.task for gate in file.gates if gate.kind == "task") == ["t1", "t2"]
    critics = [call for call in home.rehearsal.calls if call.role == "critic"]
    assert len(critics) == 4  # two tasks, each judged twice: the same points about the same evidence are cut at once
    home.rehearsal.faults.clear()
    return thread, mission


def question(home: House, thread: str, task: str) -> str:
    """The message that asks about the task."""
    for message in reversed(home.thread(thread)):
        if Action.DROP.value in str(message.get("blocks")) and f":{task}'" in str(message.get("blocks")):
            return message["ts"]
    raise AssertionError(f"nobody asks about {task}")


async def decide(home: House, thread: str, task: str, action: Action, note: str = "") -> None:
    await home.workspace.press("maya", "launch", question(home, thread, task), action.value)
    if note:
        form = home.workspace.open_views("maya")[-1]
        assert await home.workspace.submit(form["id"], {"note": {"value": note}}) == {}


async def test_a_critic_that_is_never_content_leads_to_a_person_who_accepts(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        thread, mission = await stuck(home)
        await decide(home, thread, "t1", Action.ACCEPT)
        assert (await home.program.missions.mission(mission)).state is State.TASK_GATE  # the other still waits
        await decide(home, thread, "t2", Action.ACCEPT)
        file = await finished(home, thread, mission)
        assert file.tasks["t1"].attempt == 2


async def test_a_person_has_a_stuck_task_tried_again_with_a_note(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        thread, mission = await stuck(home)
        await decide(home, thread, "t1", Action.RETRY, "Look at the price lists first.")
        await decide(home, thread, "t2", Action.ACCEPT)
        file = await finished(home, thread, mission)
        assert (file.tasks["t1"].rev, file.tasks["t1"].attempt) == (2, 1)
        assert file.plan and file.plan.tasks[0].notes == ("Look at the price lists first.",)


async def test_a_person_drops_a_stuck_task_and_the_mission_ends_without_it(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        thread, mission = await stuck(home)
        await decide(home, thread, "t1", Action.ACCEPT)
        await decide(home, thread, "t2", Action.DROP)
        file = await finished(home, thread, mission)
        assert str(file.tasks["t2"].state) == "dropped"


async def test_a_person_cancels_at_a_stuck_task(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        thread, mission = await stuck(home)
        await decide(home, thread, "t2", Action.CANCEL)
        before = home.rehearsal.count
        file = await home.reach(mission, State.CANCELLED)
        assert file.mission.reason
        assert any(">cancelled" in marker or ":cancelled" in marker for marker in outside.markers(home.thread(thread)))
        assert home.rehearsal.count == before


@pytest.mark.parametrize("calls", [0, 10])
async def test_after_an_outage_trying_again_goes_on_without_paying_again(tmp_path: Path, calls: int) -> None:
    async with house.opened(tmp_path, baton_model_deadline=2) as home:
        home.rehearsal.faults.add(Kind.STATUS, status=503, after=calls, times=None)
        thread, mission = await (running(home) if calls else asked(home))
        assert "does not answer" in await failed(home, thread, mission)
        home.rehearsal.faults.clear()
        answered = {call.digest for call in home.rehearsal.calls if call.outcome == "ok"}
        last = home.rehearsal.count
        assert len(answered) == calls
        await home.press(thread, Action.AGAIN)
        if not calls:
            await home.reach(mission, State.PLAN_GATE)
            await home.press(thread, Action.APPROVE)
        await finished(home, thread, mission)
        later = [call.digest for call in home.rehearsal.calls if call.number > last]
        assert answered.isdisjoint(later)
        assert outside.doubled(later) == []


HOPELESS = {
    Kind.UNAUTHORIZED: "baton check",
    Kind.QUOTA: "baton check",
    Kind.NO_MODEL: "baton check",
    Kind.CONTEXT: "longer than the model can read",
    Kind.REFUSAL: "declined",
    Kind.FILTER: "declined",
}


async def test_what_waiting_does_not_mend_is_told_at_once(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        for kind, words in HOPELESS.items():
            before = home.rehearsal.count
            home.rehearsal.faults.add(kind)
            thread, mission = await asked(home)
            assert words in await failed(home, thread, mission)
            assert home.rehearsal.count - before == 1
            await home.press(thread, Action.AGAIN)
            await home.reach(mission, State.PLAN_GATE)
            assert home.rehearsal.count - before == 2


async def test_a_specialist_that_goes_round_in_circles_is_stopped_and_can_be_tried_again(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        home.rehearsal.faults.add(Kind.LOOP, role="specialist", times=None)
        thread, mission = await running(home)
        await home.reach(mission, State.FAILED, State.TASK_GATE, State.RESULT_GATE)
        specialists = [call for call in home.rehearsal.calls if call.role == "specialist"]
        assert len(specialists) <= 2 * 3 * 12  # two tasks at once, three attempts, twelve turns
        file = await home.program.missions.file(mission)
        assert file.spent.calls <= 300
        home.rehearsal.faults.clear()
        if file.mission.state is State.FAILED:
            await home.press(thread, Action.AGAIN)
            await finished(home, thread, mission)


async def test_a_mission_never_makes_more_calls_than_its_department_allows(tmp_path: Path) -> None:
    ready = resources.files("agents.departments").joinpath("launch.toml").read_text("utf-8")
    (tmp_path / "teams").mkdir()
    small = ready.replace("rework_rounds = 2", "rework_rounds = 2\nmax_calls = 9")
    (tmp_path / "teams" / "launch.toml").write_text(small, "utf-8")
    async with house.opened(tmp_path / "data", baton_departments=tmp_path / "teams") as home:
        thread, mission = await running(home)
        assert "9 model calls" in await failed(home, thread, mission)
        assert home.rehearsal.count == 9
        await home.press(thread, Action.AGAIN)
        assert "9 model calls" in await failed(home, thread, mission)
        assert home.rehearsal.count == 9
