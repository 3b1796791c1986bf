"""Plan, run and deliver on real rows and a real journal, with a model that follows a script."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agents.contracts import CritiqueDraft, DoubtDraft, DoubtsDraft
from agents.domain import events as news
from agents.domain import plan as plans
from agents.domain.evidence import Status, status
from agents.domain.mission import State, TaskState
from agents.phases.deliver import deliver_mission
from agents.phases.plan import plan_mission
from agents.phases.run import run_mission
from agents.ports import (
    File,
    ModelMisconfigured,
    ModelRefused,
    ModelRequest,
    ModelUnavailable,
    Note,
    PhaseCall,
    ToolResult,
)
from bot.decisions import NotNow
from tests.fakes.scripted import Line, brief_of, call, hands_over, role_of, say, uses
from tests.office import (
    CHAIN,
    NEWS,
    PAGE,
    Died,
    Mortal,
    Office,
    die_anywhere,
    draft,
    opened,
    quoting,
    researching,
    task,
)


@pytest.fixture
async def office(tmp_path: Path, clock) -> AsyncIterator[Office]:
    async with opened(tmp_path, clock) as one:
        yield one


# ---- plan ----


async def test_a_mission_becomes_a_plan_that_waits_for_a_person(office: Office) -> None:
    file = await office.planned()
    assert (file.mission.state, file.mission.title, file.plan_rev) == (State.PLAN_GATE, "A plan", 1)
    assert file.plan
    (gate,) = file.gates
    assert (gate.id, gate.digest, gate.decision) == ("m1:plan:1", plans.digest(file.plan), None)
    assert file.estimate and file.estimate.calls[0] <= file.estimate.calls[1]
    brief = brief_of(office.model.asked[0])
    assert brief["mission"] == "Find out and write it up"
    assert brief["library"] == ["A page"]
    assert [member["id"] for member in brief["team"]] == ["researcher", "writer", "editor"]
    assert office.calls == [], "nothing begins before the plan is approved"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (draft(task("t1", needs=["t2"]), task("t2", needs=["t1"])), "in a circle"),
        (draft(task("t1", "astrologer")), "not in the department"),
        (draft(task("t1", tools=["search"])), "not one of its own"),
    ],
    ids=["cycle", "unknown specialist", "foreign tool"],
)
async def test_a_plan_that_cannot_be_carried_out_is_repaired_or_ends_in_a_sentence(office: Office, bad, why) -> None:
    office.crew.says("Planner", lambda _: bad if len(office.model.asked) < 2 else CHAIN)
    file = await office.planned()
    assert file.mission.state is State.PLAN_GATE
    assert why in office.model.asked[1].messages[-1].content


@pytest.mark.parametrize("bad", [draft(task("t1", needs=["t1"])), draft(task("t1", "astrologer"))])
async def test_a_planner_that_will_not_learn_stops_the_mission_with_a_sentence(office: Office, bad) -> None:
    office.crew.says("Planner", bad)
    file = await office.planned()
    assert (file.mission.state, file.plan) == (State.FAILED, None)
    assert file.mission.reason == (
        "The model's answers could not be used, even after it was asked again. Try again or use another model."
    )
    (failed,) = await office.told(news.MissionFailed)
    assert failed.reason == file.mission.reason
    assert len(office.model.asked) == 3
    office.crew.says("Planner", CHAIN)
    await office.again()
    assert (await office.play()).mission.state is State.PLAN_GATE


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ModelUnavailable("secret host"), "try again in a while"),
        (ModelMisconfigured("sk-secret"), "`baton check`"),
        (ModelRefused("secret"), "wording"),
        (RuntimeError("secret inside"), "operator's log"),
    ],
    ids=["unavailable", "misconfigured", "refused", "a fault of ours"],
)
async def test_a_phase_that_breaks_tells_the_requester_what_to_do_and_nothing_else(office, error, remedy) -> None:
    office.crew.says("Planner", error)
    file = await office.planned()
    assert file.mission.state is State.FAILED
    assert remedy in file.mission.reason
    assert "secret" not in file.mission.reason


async def test_changes_that_were_asked_for_reach_the_planner_with_the_plan_they_are_about(office: Office) -> None:
    await office.planned()
    await office.decide("plan:1", "change", "Leave out the editor.")
    file = await office.play()
    assert (file.mission.state, file.mission.rev, file.plan_rev) == (State.PLAN_GATE, 2, 2)
    brief = brief_of(office.model.asked[-1])
    assert brief["wishes"] == ["Leave out the editor."]
    assert [one["id"] for one in brief["previous"]["tasks"]] == ["t1", "t2", "t3", "t4"]
    assert {gate.id: gate.decision is None for gate in file.gates} == {"m1:plan:1": False, "m1:plan:2": True}


async def test_wishes_outlive_a_failure_of_the_planner(office: Office) -> None:
    await office.planned()
    office.crew.says("Planner", ModelUnavailable("later"))
    await office.decide("plan:1", "change", "Leave out the editor.")
    assert (await office.play()).mission.state is State.FAILED
    office.crew.says("Planner", CHAIN)
    await office.again()
    file = await office.play()
    assert file.mission.state is State.PLAN_GATE
    assert brief_of(office.model.asked[-1])["wishes"] == ["Leave out the editor."]


@pytest.mark.parametrize("phase", [plan_mission, run_mission, deliver_mission])
async def test_a_phase_that_is_not_wanted_any_more_does_nothing(office: Office, phase) -> None:
    before = await office.planned()
    asked = len(office.model.asked)
    for rev in (0, 1, 2):
        await phase(office.desk, "m1", rev)
    await phase(office.desk, "nobody", 1)
    assert await office.file() == before
    assert len(office.model.asked) == asked


# ---- run ----


async def test_a_run_ends_with_a_result_that_waits_for_a_person(office: Office) -> None:
    file = await office.carried_out()
    assert file.mission.state is State.RESULT_GATE
    assert {id: record.state for id, record in file.tasks.items()} == dict.fromkeys(
        ["t1", "t2", "t3", "t4"], TaskState.ACCEPTED
    )
    assert file.result and file.result.summary == "It is done."
    gate = next(gate for gate in file.gates if gate.kind == "result")
    assert (gate.id, gate.digest) == ("m1:result:1", file.result.digest)


async def test_tasks_get_the_accepted_work_that_they_need_and_no_other(office: Office) -> None:
    await office.carried_out()
    briefs = {brief_of(one)["task"]: brief_of(one) for one in office.model.asked if role_of(one) == "Specialist"}
    assert {id: [m["task"] for m in brief["materials"]] for id, brief in briefs.items()} == {
        "t1": [],
        "t2": ["t1"],
        "t3": [],
        "t4": ["t2", "t3"],
    }
    assert briefs["t2"]["materials"][0]["work"] == "Work of t1, first attempt."
    manager = next(brief_of(one) for one in office.model.asked if role_of(one) == "Manager")
    assert [m["task"] for m in manager["materials"]] == ["t2", "t3", "t4"], "research is material, not a deliverable"


async def test_ready_tasks_start_at_once_and_no_more_than_the_department_allows(tmp_path, clock) -> None:
    many = draft(*[task(f"t{n}") for n in range(1, 8)])
    async with opened(tmp_path, clock, many, parallel=3) as office:
        await office.planned()
        await office.decide("plan:1", "approve")
        office.model.opened.clear()
        running = asyncio.create_task(office.play())
        await office.model.until_busy(3)
        for _ in range(20):
            await asyncio.sleep(0.005)
            assert office.model.busy <= 3
        office.model.opened.set()
        file = await running
    assert file.mission.state is State.RESULT_GATE
    assert office.model.most_busy == 3
    first = [task for role, task in office.asked() if role == "Specialist"][:3]
    assert sorted(first) == ["t1", "t2", "t3"], "in the plan's order"


async def test_work_goes_back_with_its_points_and_comes_again(office: Office) -> None:
    verdicts = iter([CritiqueDraft(verdict="rework", points=["Name the year."]), CritiqueDraft(verdict="accept")])
    office.crew.says("Critic t3", lambda _: next(verdicts))
    file = await office.carried_out()
    assert (file.tasks["t3"].state, file.tasks["t3"].attempt) == (TaskState.ACCEPTED, 2)
    first, second = [
        brief_of(one) for one in office.model.asked if (role_of(one), brief_of(one).get("task")) == ("Specialist", "t3")
    ]
    assert (first["points"], first["previous"]) == ([], "")
    assert second["points"] == ["Name the year."]
    assert "Work of t3, first attempt." in second["previous"]
    assert [(e.task, e.by, e.points) for e in await office.told(news.ReworkAsked)] == [
        ("t3", "critic", ("Name the year.",))
    ]


async def test_checks_send_back_before_the_critic_is_asked(tmp_path, clock) -> None:
    plan = draft(task("t1", checks=[{"kind": "min_words", "number": 50}]))
    async with opened(tmp_path, clock, plan) as office:
        long = hands_over(text="word " * 60)
        short = hands_over(text="too short")
        office.crew.says("Specialist", lambda asked: long if brief_of(asked)["points"] else short)
        file = await office.carried_out()
        assert file.tasks["t1"].attempt == 2
        (back,) = await office.told(news.ReworkAsked)
        assert (back.by, office.model.times("Critic")) == ("checks", 1)
        assert "at least 50 are needed" in back.points[0]


async def stuck(office: Office) -> File:
    """Task t2 cannot be accepted."""
    office.crew.says("Critic t2", CritiqueDraft(verdict="rework", points=["Still wrong."]))
    return await office.carried_out()


async def test_rework_is_bounded_and_then_a_person_decides(office: Office) -> None:
    file = await stuck(office)
    assert file.mission.state is State.TASK_GATE
    assert "t2" in file.mission.reason
    assert (file.tasks["t2"].state, file.tasks["t2"].attempt) == (TaskState.STUCK, 2)
    assert file.tasks["t2"].artifact, "the work is there to be looked at"
    assert file.tasks["t3"].state is TaskState.ACCEPTED, "what does not depend on it is finished first"
    assert "t4" not in file.tasks
    (event,) = await office.told(news.TaskStuck)
    assert (event.gate, event.points) == ("m1:task:1:t2", ("Still wrong.",))


async def test_work_that_a_person_accepts_as_it_is_is_built_upon(office: Office) -> None:
    await stuck(office)
    before = len(office.model.asked)
    await office.decide("task:1:t2", "accept")
    file = await office.play()
    assert (file.mission.state, file.tasks["t2"].state) == (State.RESULT_GATE, TaskState.ACCEPTED)
    assert office.asked()[before:] == [("Specialist", "t4"), ("Critic", "t4"), ("Manager", "")]
    assert "Work of t2, second attempt." in str(brief_of(office.model.asked[before])["materials"])


async def test_a_task_that_a_person_dropped_is_said_to_be_dropped_and_not_delivered(office: Office) -> None:
    await stuck(office)
    before = len(office.model.asked)
    await office.decide("task:1:t2", "drop")
    file = await office.play()
    assert (file.mission.state, file.tasks["t2"].state) == (State.RESULT_GATE, TaskState.DROPPED)
    materials = {m["task"]: m["work"] for m in brief_of(office.model.asked[before])["materials"]}
    assert materials["t2"] == "This task was dropped; work without it and say so."
    assert brief_of(office.model.asked[-1])["dropped"] == ["Task t2"]
    await office.decide("result:2", "approve")
    assert (await office.play()).mission.state is State.DELIVERED
    (delivered,) = await office.told(news.MissionDelivered)
    assert delivered.tasks == ("t3", "t4")


async def test_a_task_to_be_tried_again_is_tried_with_what_the_person_said(office: Office) -> None:
    await stuck(office)
    before = len(office.model.asked)
    office.crew.says("Critic t2", CritiqueDraft(verdict="accept"))
    await office.decide("task:1:t2", "retry", "Ask the shop.")
    file = await office.play()
    assert (file.mission.state, file.mission.rev) == (State.RESULT_GATE, 2)
    assert [task for role, task in office.asked()[before:] if role == "Specialist"] == ["t2", "t4"]
    assert "Ask the shop." in brief_of(office.model.asked[before])["notes"]


async def test_a_run_waits_until_every_stuck_task_has_its_decision(office: Office) -> None:
    office.crew.says("Critic t3", CritiqueDraft(verdict="rework", points=["Wrong, too."]))
    await stuck(office)
    await office.decide("task:1:t2", "retry", "Ask the shop.")
    assert office.calls == []
    office.crew.says("Critic", CritiqueDraft(verdict="accept"))
    office.crew.says("Critic t2", CritiqueDraft(verdict="accept"))
    await office.decide("task:1:t3", "drop")
    file = await office.play()
    assert file.mission.state is State.RESULT_GATE
    assert {id: record.state for id, record in file.tasks.items()} == {
        "t1": TaskState.ACCEPTED,
        "t2": TaskState.ACCEPTED,
        "t3": TaskState.DROPPED,
        "t4": TaskState.ACCEPTED,
    }


async def test_sent_back_only_the_chosen_work_and_what_builds_on_it_is_done_again(office: Office) -> None:
    await office.carried_out()
    before = len(office.model.asked)
    await office.decide("result:1", "send_back", "Shorter, please.", ("t2",))
    office.crew.says("Specialist t2", hands_over(text="Short."))
    file = await office.play()
    assert (file.mission.state, file.mission.rev) == (State.RESULT_GATE, 2)
    again = office.asked()[before:]
    assert [task for role, task in again if role == "Specialist"] == ["t2", "t4"]
    assert "Shorter, please." in brief_of(office.model.asked[before])["notes"]
    assert {id: record.rev for id, record in file.tasks.items()} == {"t1": 1, "t2": 2, "t3": 1, "t4": 2}
    fourth = next(brief_of(one) for one in office.model.asked[before:] if brief_of(one).get("task") == "t4")
    assert "Short." in str(fourth["materials"])
    assert {gate.id for gate in file.gates if gate.decision is None} == {"m1:result:2"}


async def test_what_builds_on_work_that_was_done_again_may_quote_what_it_finds_itself(tmp_path, clock) -> None:
    """Done again, a task is not held to the sources that were known when it was done before."""
    plan = draft(task("t1"), task("t2", "researcher", tools=["search"], needs=["t1"]))
    async with opened(tmp_path, clock, plan) as office:

        def second(asked: ModelRequest) -> Line:
            page = NEWS if "New words" in str(brief_of(asked)["materials"]) else PAGE
            office.tools._results["search"] = ToolResult("found it", "search: 1 result", (page,))
            if len(asked.messages) == 2:
                return uses(call("search", query="price"))
            quote = page.text.removesuffix(".")
            claim = {"text": page.text, "citations": [{"snapshot": page.id, "quote": quote}]}
            return hands_over(text=f"{quote} [t2.c1].", claims=[claim])

        office.crew.says("Specialist t2", second)
        first = await office.carried_out()
        assert (first.mission.state, first.tasks["t2"].attempt) == (State.RESULT_GATE, 1)
        office.crew.says("Specialist t1", hands_over(text="New words."))
        await office.decide("result:1", "send_back", "Newer, please.", ("t1",))
        file = await office.play()
        assert file.mission.state is State.RESULT_GATE
        assert (file.tasks["t2"].rev, file.tasks["t2"].attempt) == (2, 1)
        (claim,) = [claim for claim in file.claims if claim.id == "t2.c1"]
        assert claim.citations[0].snapshot == NEWS.id
        assert status(claim, file.verdicts) is Status.TRACED


async def test_a_claim_with_a_quote_that_is_not_there_goes_back_to_its_author(office: Office) -> None:
    invented = {"text": "It costs 9.", "citations": [{"snapshot": PAGE.id, "quote": "a pod costs 9 euros"}]}

    def first(asked: ModelRequest) -> Line:
        if brief_of(asked)["points"]:
            return quoting(PAGE, "In 2026 a pod costs 0.42 euros in the shop.")
        if len(asked.messages) == 2:
            return uses(call("search", query="price"))
        return hands_over(text="It costs 9 [t1.c1].", claims=[invented])

    office.crew.says("Specialist t1", first)
    file = await office.carried_out()
    (back,) = await office.told(news.ReworkAsked)
    assert (back.by, "t1.c1 does not stand (quote not in snapshot)" in back.points[0]) == ("checks", True)
    assert file.tasks["t1"].attempt == 2
    (claim,) = file.claims
    assert (claim.text, status(claim, file.verdicts)) == ("In 2026 a pod costs 0.42 euros in the shop.", Status.TRACED)


async def test_a_claim_that_the_sceptic_refutes_by_a_quote_is_contested_for_all_that_build_on_it(office) -> None:
    office.tools._results["search"] = ToolResult("found both", "search: 2 results", (PAGE, NEWS))
    office.crew.says("Specialist t1", researching(PAGE, "In 2026 a pod costs 0.42 euros in the shop."))
    refuted = DoubtDraft(claim="t1.c1", answer="refuted", snapshot=NEWS.id, quote="a pod costs 0.55 euros")
    office.crew.says("Sceptic", DoubtsDraft(findings=[refuted]))
    file = await office.carried_out()
    (doubted,) = await office.told(news.ClaimDoubted)
    assert (doubted.claim, doubted.status) == ("t1.c1", "contested")
    assert status(file.claims[0], file.verdicts) is Status.CONTESTED
    second = next(brief_of(one) for one in office.model.asked if brief_of(one).get("task") == "t2")
    assert second["materials"][0]["claims"][0]["status"] == "contested"
    manager = next(brief_of(one) for one in office.model.asked if role_of(one) == "Manager")
    assert [claim["id"] for claim in manager["doubted"]] == ["t1.c1"]


async def test_a_specialist_may_use_no_tool_that_the_plan_did_not_give_it(office: Office) -> None:
    office.crew.says(
        "Specialist t3",
        lambda asked: hands_over(text="Done.") if len(asked.messages) > 2 else uses(call("search", query="x")),
    )
    await office.carried_out()
    assert ("t3", "search") in [(task, tool) for task, tool, _ in office.tools.used]
    assert frozenset() in office.tools.allowed
    assert await office.told(news.ToolUsed)
    assert PAGE.id not in (await office.file()).snapshots


async def test_a_reply_in_the_thread_reaches_the_next_question_of_a_specialist(office: Office) -> None:
    async def reply() -> None:
        async with office.missions.change("m1") as change:
            change.save_note(Note("5.0", "U2", "Only Europe, please."))

    heard: list[str] = []

    def third(asked: ModelRequest) -> Line:
        heard.append(asked.messages[-1].content)
        return hands_over(text="Done.") if len(asked.messages) > 3 else uses(call("search", query="x"))

    office.crew.says("Specialist t3", third)
    await office.planned()
    await office.decide("plan:1", "approve")
    office.model.opened.clear()
    running = asyncio.create_task(office.play())
    await office.model.until_busy(2)
    await reply()
    office.model.opened.set()
    assert (await running).mission.state is State.RESULT_GATE
    assert heard[1] == "A note from the thread: Only Europe, please."
    fourth = next(brief_of(one) for one in office.model.asked if brief_of(one).get("task") == "t4")
    assert fourth["notes"] == ["Only Europe, please."]


async def test_a_mission_that_has_used_its_calls_stops_with_a_sentence_and_keeps_its_work(tmp_path, clock) -> None:
    async with opened(tmp_path, clock, max_calls=5) as office:
        file = await office.carried_out()
        assert file.mission.state is State.FAILED
        assert "used its 5 model calls" in file.mission.reason
        assert len(office.model.asked) == 5
        assert any(record.state is TaskState.ACCEPTED for record in file.tasks.values())


async def test_a_run_that_failed_for_want_of_a_model_goes_on_without_asking_anything_again(office: Office) -> None:
    office.crew.says("Specialist t2", ModelUnavailable("later"))
    file = await office.carried_out()
    assert file.mission.state is State.FAILED
    assert file.tasks["t3"].state is TaskState.ACCEPTED, "what was under way is let finish"
    before = len(office.model.asked)
    office.crew.says("Specialist t2", hands_over(text="Now."))
    await office.again()
    file = await office.play()
    assert file.mission.state is State.RESULT_GATE
    assert office.asked()[before:] == [
        ("Specialist", "t2"),
        ("Critic", "t2"),
        ("Specialist", "t4"),
        ("Critic", "t4"),
        ("Manager", ""),
    ]


async def test_after_answers_that_could_not_be_used_the_same_questions_are_asked_anew(office: Office) -> None:
    office.crew.says("Specialist t2", lambda _: say("I would rather not."))
    assert (await office.carried_out()).mission.state is State.FAILED
    asked = office.model.times("Specialist", "t2")
    office.crew.says("Specialist t2", hands_over(text="Now."))
    await office.again()
    file = await office.play()
    assert (file.mission.state, file.mission.reason) == (State.RESULT_GATE, "")
    assert office.model.times("Specialist", "t2") == asked + 1
    assert office.model.times("Specialist", "t1") == 1, "accepted work is not asked for again"


async def test_what_a_person_stopped_stays_stopped(office: Office) -> None:
    await office.planned()
    await office.decide("plan:1", "approve")
    office.model.opened.clear()
    running = asyncio.create_task(office.play())
    await office.model.until_busy(1)
    async with office.missions.change("m1") as change:
        change.move(State.CANCELLED, reason="Stopped by a person.")
    office.model.opened.set()
    file = await running
    assert (file.mission.state, file.result) == (State.CANCELLED, None)
    assert [gate.kind for gate in file.gates] == ["plan"]


# ---- a phase that is carried out again ----


async def test_a_run_that_dies_at_any_change_ends_the_same_way_and_pays_nothing_twice(tmp_path, clock) -> None:
    plan = draft(task("t1", "researcher", tools=["search"], deliverable=False), task("t2", needs=["t1"]), task("t3"))

    def crew(office: Office) -> None:
        office.crew.says("Specialist t1", researching(PAGE, "In 2026 a pod costs 0.42 euros in the shop."))
        office.crew.says(
            "Critic t3",
            lambda asked: CritiqueDraft(
                verdict="accept" if brief_of(asked)["round"] > 1 else "rework", points=["More."]
            ),
        )

    (tmp_path / "approved").mkdir()
    async with opened(tmp_path / "approved", clock, plan) as office:
        await office.planned()
        await office.decide("plan:1", "approve")

    @asynccontextmanager
    async def ready(folder: Path) -> AsyncIterator[Office]:
        async with opened(folder, clock, plan) as office:
            crew(office)
            yield office

    clean, deaths = await die_anywhere(tmp_path, ready, 30)
    assert clean.mission.state is State.RESULT_GATE
    assert deaths >= 6


async def test_a_plan_phase_that_dies_before_its_last_commit_proposes_the_same_plan_unpaid(office: Office) -> None:
    await office.accept()
    mortal = Mortal(office.missions, 1, after=False)
    with pytest.raises(Died):
        await plan_mission(replace(office.desk, missions=mortal), "m1", 1)  # type: ignore[arg-type]
    assert (await office.file()).mission.state is State.PLANNING
    file = await office.play()
    assert (file.mission.state, len(office.model.asked)) == (State.PLAN_GATE, 1)


# ---- deliver ----


async def test_an_approved_result_is_delivered_once_with_its_accepted_deliverables_in_order(office: Office) -> None:
    await office.carried_out()
    await office.decide("result:1", "approve")
    file = await office.play()
    assert file.mission.state is State.DELIVERED
    await deliver_mission(office.desk, "m1", 1)
    (delivered,) = await office.told(news.MissionDelivered)
    assert delivered.tasks == ("t2", "t3", "t4")


async def test_a_question_is_answered_once_and_only_while_it_is_open(office: Office) -> None:
    await office.planned()
    await office.decide("plan:1", "change", "Shorter.")
    with pytest.raises(NotNow, match="already decided"):
        await office.decide("plan:1", "approve")
    await office.play()
    await office.decide("plan:2", "approve")
    assert office.calls == [PhaseCall("run", "m1", 2)]
    with pytest.raises(NotNow):
        await office.decide("result:2", "approve")
    with pytest.raises(NotNow, match="not stopped"):
        await office.again()


async def test_times_of_a_task_come_from_the_clock(office: Office, clock) -> None:
    clock.tick(90)
    file = await office.carried_out()
    assert file.tasks["t1"].started_at == dt.datetime(2026, 11, 23, 12, 1, 30, tzinfo=dt.UTC)
