"""Which messages an event touches, how many, and in which order they go out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain import events as news
from agents.domain.mission import Mission, State
from agents.ports import Outgoing
from bot.presenter import PROGRESS, RESULT, URGENT, WORK, route

MISSION = Mission(
    "m1",
    "T1",
    "C1",
    "1.0",
    "1.0",
    "U1",
    "Find out",
    "general",
    State.RUNNING,
    2,
    dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
)
POINTS = ("Name the year.",)


def doubted(claim: str = "t1.c1", attempt: int = 1, by: str = "sceptic", status: str = "contested") -> news.Event:
    key = f"doubt:{claim}:2:{attempt}:refuted"
    return news.ClaimDoubted(key, "t1", attempt, claim, by, status, "refuted", "Another page says 0.55.")


def handed(attempt: int = 1) -> news.Event:
    return news.WorkHandedOver(f"handed:t1:2:{attempt}", "t1", "writer", attempt)


def rows(event: news.Event) -> list[tuple[str, str, str, int]]:
    """Operation, message, view and priority of each row."""
    return [(one.op, one.target.removeprefix("m1:"), one.view, one.priority) for one in route(MISSION, event)]


CARD = ("update", "card", "card", PROGRESS)
TABLE: dict[str, tuple[news.Event, list[tuple[str, str, str, int]]]] = {
    "accepted": (
        news.MissionAccepted("accepted"),
        [("react", "eyes", "eyes", URGENT), ("session", "session", "processing", PROGRESS)],
    ),
    "plan proposed": (
        news.PlanProposed("plan:2", 2, "m1:plan:2"),
        [("post", "card", "card", URGENT), ("session", "session", "suspended", PROGRESS)],
    ),
    "plan decided": (
        news.GateDecided("decided:m1:plan:2", "m1:plan:2", "approve", "U1"),
        [("update", "card", "card", URGENT)],
    ),
    "run started": (news.RunStarted("run:2", 2), [CARD, ("session", "session", "processing", PROGRESS)]),
    "task started": (news.TaskStarted("started:t1:2:1", "t1", "writer", 1), [CARD]),
    "tool used": (news.ToolUsed("tool:1", "t1", "writer", "search", "search: pods"), []),
    "handed over": (handed(), [("post", "work:t1:2:1", "work", WORK), CARD]),
    "rework": (
        news.ReworkAsked("rework:t1:2:1", "t1", "writer", 1, "critic", POINTS),
        [("post", "rework:t1:2:1", "critique", WORK), CARD],
    ),
    "accepted work": (news.TaskAccepted("accepted:t1:2:1", "t1", "writer", 1), [CARD]),
    "doubted by the sceptic": (doubted(), [("post", "doubt:t1:2:1", "doubt", WORK)]),
    "not judged": (
        news.ClaimsNotJudged("unjudged:t1:1", "t1", 1, ("t1.c1",), "No usable answer."),
        [("post", "unjudged:t1:1", "unjudged", WORK)],
    ),
    "doubted by a person": (doubted(by="person"), []),
    "doubted by a rule": (doubted(by="rule", status="blocked"), []),
    "stuck": (
        news.TaskStuck("stuck:t1:2:3", "t1", "writer", 3, POINTS, "m1:task:2:t1"),
        [
            ("post", "gate:m1:task:2:t1", "stuck", WORK),
            CARD,
            ("session", "session", "suspended", PROGRESS),
        ],
    ),
    "task decided": (
        news.GateDecided("decided:m1:task:2:t1", "m1:task:2:t1", "drop", "U1"),
        [("update", "gate:m1:task:2:t1", "stuck", URGENT), ("update", "card", "card", URGENT)],
    ),
    "result proposed": (
        news.ResultProposed("result:2", 2, "m1:result:2"),
        [
            ("post", "gate:m1:result:2", "result", WORK),
            CARD,
            ("session", "session", "suspended", PROGRESS),
        ],
    ),
    "result decided": (
        news.GateDecided("decided:m1:result:2", "m1:result:2", "approve", "U1"),
        [("update", "gate:m1:result:2", "result", URGENT), ("update", "card", "card", URGENT)],
    ),
    "delivered": (
        news.MissionDelivered("delivered:2", 2, ("t1", "t3")),
        [
            ("post", "opening:2", "opening", RESULT),
            ("deliver", "deliverable:2:t1", "deliverable", RESULT),
            ("deliver", "deliverable:2:t3", "deliverable", RESULT),
            ("post", "receipt:2", "receipt", RESULT),
            ("react", "done", "white_check_mark", PROGRESS),
            CARD,
            ("session", "session", "closed", PROGRESS),
        ],
    ),
    "cancelled": (
        news.MissionCancelled("cancelled", "U1", ""),
        [("post", "cancelled", "interrupted", URGENT), CARD, ("session", "session", "closed", PROGRESS)],
    ),
    "failed": (
        news.MissionFailed("failed:running:2", "running", "Try again."),
        [("post", "failed:running:2", "failed", URGENT), CARD, ("session", "session", "suspended", PROGRESS)],
    ),
    "budget nearly spent": (
        news.BudgetNearlySpent("nearly", "Most of it is spent."),
        [("post", "line:nearly", "said", WORK), CARD],
    ),
    "budget short": (
        news.BudgetRanShort("short", "narrower", "Task two is left out."),
        [("post", "line:short", "said", WORK), CARD],
    ),
    "budget asked about": (
        news.BudgetRanShort("budget:2", "ask", "It is used up.", "m1:budget:2"),
        [("post", "gate:m1:budget:2", "budget", URGENT), CARD, ("session", "session", "suspended", PROGRESS)],
    ),
    "budget decided": (
        news.GateDecided("decided:m1:budget:2", "m1:budget:2", "raise", "U1"),
        [("update", "gate:m1:budget:2", "budget", URGENT), ("update", "card", "card", URGENT)],
    ),
    "one yes of two": (
        news.VoteCast("vote:m1:result:2:approve:U1", "m1:result:2", "approve", "U1"),
        [("update", "gate:m1:result:2", "result", URGENT), ("update", "card", "card", URGENT)],
    ),
    "one yes of two to the plan": (
        news.VoteCast("vote:m1:plan:2:approve:U1", "m1:plan:2", "approve", "U1"),
        [("update", "card", "card", URGENT)],
    ),
    "a contested result decided": (
        news.GateDecided("decided:m1:contested:2", "m1:contested:2", "approve", "U1"),
        [("update", "gate:m1:contested:2", "result", URGENT), ("update", "card", "card", URGENT)],
    ),
    "a checkpoint": (
        news.CheckpointReached("asked:m1:named:2:t1:1", "m1:named:2:t1:1", "t1"),
        [
            ("post", "gate:m1:named:2:t1:1", "checkpoint", WORK),
            CARD,
            ("session", "session", "suspended", PROGRESS),
        ],
    ),
    "a call allowed": (
        news.GateDecided("decided:m1:tool:2:t1:ab", "m1:tool:2:t1:ab", "approve", "U1"),
        [("update", "gate:m1:tool:2:t1:ab", "checkpoint", URGENT), ("update", "card", "card", URGENT)],
    ),
    "an effect": (news.EffectMade("effect:ab", "m1:tool:2:t1:ab", "t1", "send"), []),
    "delegation asked": (
        news.DelegationAsked("delegation:m1:plan:2:U2", "m1:plan:2", "U2"),
        [("post", "delegation:m1:plan:2:U2", "delegation", URGENT)],
    ),
    "delegated": (
        news.AuthorityDelegated("delegated:1", "m1:plan:2", "U1", "U2", "2026-12-01T00:00:00+00:00"),
        [("update", "delegation:m1:plan:2:U2", "delegation", URGENT)],
    ),
    "paused": (
        news.MissionPaused("paused:1", "U1"),
        [("post", "paused:1", "interrupted", URGENT), CARD, ("session", "session", "suspended", PROGRESS)],
    ),
    "resumed": (
        news.MissionResumed("resumed:1", "U1", 3, "paused:1"),
        [("update", "paused:1", "interrupted", URGENT), CARD, ("session", "session", "processing", PROGRESS)],
    ),
    "a task skipped": (
        news.TaskSkipped("skipped:t1", "t1", "U1"),
        [("post", "line:skipped:t1", "said", WORK), CARD, ("session", "session", "processing", PROGRESS)],
    ),
    "a task retried": (
        news.TaskRetried("retried:t1", "t1", "U1", "Shorter"),
        [("post", "line:retried:t1", "said", WORK), CARD, ("session", "session", "processing", PROGRESS)],
    ),
    "a reply with its line": (
        news.NoteTaken("note:6.0", "U2", "6.0", "approve", "decision", "Please press the button."),
        [("react", "note:6.0", "point_up", WORK), ("post", "line:note:6.0", "said", WORK)],
    ),
    "a reply edited": (
        news.NoteChanged("note:5.0:E1", "U2", "5.0", "All of Europe"),
        [("react", "note:5.0", "pencil2", WORK)],
    ),
    "a reply deleted": (
        news.NoteChanged("note:5.0:E2", "U2", "5.0", ""),
        [("post", "line:note:5.0:E2", "said", WORK)],
    ),
    "the request edited": (
        news.RequestChanged("request:E1", "U2", "Only two posts"),
        [("react", "request:E1", "pencil2", WORK), ("post", "line:request:E1", "said", WORK)],
    ),
    "the request deleted": (news.RequestChanged("request:E2", "U2", ""), []),
    "questions": (
        news.QuestionsAsked("questions:1", "m1:questions:1"),
        [("post", "gate:m1:questions:1", "questions", URGENT), ("session", "session", "suspended", PROGRESS)],
    ),
    "a change proposed": (
        news.ChangeProposed("change:5", "m1:change:5"),
        [("post", "gate:m1:change:5", "change", URGENT)],
    ),
    "a change that cannot be": (
        news.ChangeNotPossible("no-change:5", "It is in the plan."),
        [("post", "line:no-change:5", "said", WORK)],
    ),
    "a result edited": (
        news.ResultEdited("edited:t1:2:4", "t1", "U1", 2, 4),
        [("post", "edited:t1:2:4", "edited", URGENT)],
    ),
    "a reminder": (
        news.Reminded("reminder:m1:plan:2", "m1:plan:2", "reminder", ("U1",)),
        [("post", "reminder:m1:plan:2", "reminder", URGENT)],
    ),
    "nobody answered": (
        news.Unanswered("unanswered:m1:plan:2", "m1:plan:2", "hold"),
        [("post", "unanswered:m1:plan:2", "unanswered", URGENT)],
    ),
    "a note": (news.NoteTaken("note:5.0", "U2", "5.0", "Only Europe"), [("react", "note:5.0", "memo", WORK)]),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_event_is_shown_where_the_table_says(name: str) -> None:
    event, expected = TABLE[name]
    assert rows(event) == expected


def test_the_table_tells_of_everything_that_can_happen() -> None:
    assert {type(event) for event, _ in TABLE.values()} == set(news.KINDS.values())


def test_waiting_people_are_served_before_work_and_work_before_progress() -> None:
    assert URGENT < RESULT < WORK < PROGRESS


@pytest.mark.parametrize("name", TABLE)
def test_rows_are_plain_data_with_keys_of_their_own(name: str) -> None:
    event, _ = TABLE[name]
    made = route(MISSION, event)
    assert len({one.key for one in made}) == len(made)
    assert route(MISSION, event) == made, "the same event makes the same rows"
    for one in made:
        assert one.channel == "C1"
        assert one.key.startswith("m1:")
        assert one.target.startswith("m1:")


def history() -> list[news.Event]:
    """Two tasks; the first is reworked once and has three claims contested."""
    return [
        TABLE["accepted"][0],
        TABLE["plan proposed"][0],
        TABLE["plan decided"][0],
        TABLE["run started"][0],
        *[news.TaskStarted(f"started:{t}:2:1", t, "writer", 1) for t in ("t1", "t2")],
        *[news.ToolUsed(f"tool:{n}", "t1", "writer", "search", "search") for n in range(20)],
        handed(1),
        news.ReworkAsked("rework:t1:2:1", "t1", "writer", 1, "checks", POINTS),
        news.TaskStarted("started:t1:2:2", "t1", "writer", 2),
        handed(2),
        *[doubted(f"t1.c{n}", 2) for n in (1, 2, 3)],
        news.TaskAccepted("accepted:t1:2:2", "t1", "writer", 2),
        news.WorkHandedOver("handed:t2:2:1", "t2", "writer", 1),
        news.TaskAccepted("accepted:t2:2:1", "t2", "writer", 1),
        TABLE["result proposed"][0],
        TABLE["result decided"][0],
        TABLE["delivered"][0],
    ]


def unique(events: list[news.Event]) -> list[Outgoing]:
    """What the outbox keeps: each key once."""
    return list({one.key: one for event in events for one in route(MISSION, event)}.values())


def test_the_noise_of_a_mission_keeps_to_its_budget() -> None:
    posts = Counter(one.view for one in unique(history()) if one.op in ("post", "deliver"))
    assert posts == {
        "card": 1,  # one live message
        "work": 3,  # one for each hand-over
        "critique": 1,  # one for each time work goes back
        "doubt": 1,  # one for all that the sceptic contests in a hand-over
        "result": 1,
        "opening": 1,
        "deliverable": 2,
        "receipt": 1,
    }


def test_all_progress_is_told_on_one_card_and_one_status() -> None:
    updates = {one.target for one in unique(history()) if one.op == "update"}
    assert updates == {"m1:card", "m1:gate:m1:result:2"}
    assert {one.target for one in unique(history()) if one.op == "session"} == {"m1:session"}


def test_a_doubt_in_another_attempt_is_another_post() -> None:
    targets = {one.target for event in (doubted(attempt=1), doubted(attempt=2)) for one in route(MISSION, event)}
    assert targets == {"m1:doubt:t1:2:1", "m1:doubt:t1:2:2"}


def any_of(kind: type[news.Event]) -> st.SearchStrategy[news.Event]:
    made: dict[str, Any] = {"str": st.text(max_size=8), "int": st.integers(0, 3), "tuple[str, ...]": st.just(("t1",))}
    return st.builds(kind, **{field.name: made[str(field.type)] for field in fields(kind)})


@given(st.sampled_from(list(news.KINDS.values())).flatmap(any_of))
def test_whatever_happens_can_be_routed_and_at_most_one_message_waits_for_a_person(event: news.Event) -> None:
    made = route(MISSION, event)
    assert all(one.op in ("post", "update", "react", "session", "deliver") for one in made)
    assert sum(one.op == "post" and one.priority == URGENT for one in made) <= 1
