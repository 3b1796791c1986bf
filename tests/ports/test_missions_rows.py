"""Missions as rows: one commit for each change, each thing once, everything read back as it was."""

import asyncio
import datetime as dt
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from agents.domain import plan as plans
from agents.domain.artifact import Artifact, Item
from agents.domain.events import GateDecided, MissionAccepted, NoteTaken, PlanProposed, RunStarted
from agents.domain.evidence import Citation, Claim, Dependency, Snapshot, Status, Verdict
from agents.domain.mission import Decision, Gate, IllegalMove, Mission, State, TaskState
from agents.domain.plan import Check, Estimate, Plan, Task
from agents.ports import (
    AlreadyDecided,
    DrainCall,
    Missions,
    Note,
    Outgoing,
    PhaseCall,
    ResultRecord,
    Spent,
    TaskRecord,
    UnknownMission,
)
from storage import tables
from storage.database import Database
from storage.errors import UnknownGate
from storage.inbox import Gesture
from storage.missions import MissionRows

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)

MISSION = Mission(
    id="m1",
    team="T1",
    channel="C1",
    thread="1.0",
    message="1.0",
    requester="U1",
    text="Research the market \N{HOT BEVERAGE}",
    department="general",
    state=State.PLANNING,
    rev=1,
    created_at=NOON,
    files=("F1", "F2"),
)
MENTION = Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1", {"text": "hi"})
CLICK = Gesture("T1", "action", "A1", "C1", "5.0", None, "U1")
PLAN = Plan(
    "Coffee",
    "A launch plan",
    (
        Task("t1", "Look", "Look around", "researcher", "text", tools=("search",), checks=(Check("items", 3, ("a",)),)),
        Task("t2", "Write", "Write it up", "writer", "items", needs=("t1",), deliverable=True, notes=("shorter",)),
    ),
    ("Europe only",),
)
ESTIMATE = Estimate((5, 20), (2, 8), (0.1, 0.5))
GATE = Gate("m1:plan:1", "m1", "plan", 1, "d" * 64, asked_at=NOON)
YES = Decision("m1:plan:1", "approve", "U1", NOON, "d" * 64, "go on")
SNAPSHOT = Snapshot("abcd", "web", "https://a.example/x", "A page", "The price is 0.42.", "2026-01-02")
CLAIM = Claim("t1.c1", "It costs 0.42.", key=True, citations=(Citation("abcd", "price is 0.42", 4, 17),))
TRACED = Verdict("t1.c1", "rule", Status.TRACED, "quote_found")
DOUBTED = Verdict("t1.c1", "sceptic", Status.CONTESTED, "other_price", "Another source says 0.39.")
RESTS = Dependency("t1.c1", "t0.c1", "detected")
TABLE = Artifact("table", "Prices", columns=("who", "price"), rows=(("A", "0.42"), ("B", "0.39")))
RECORD = TaskRecord("t1", 1, TaskState.WORKING, "x" * 64, 1, started_at=NOON)


class Desk:
    """The rows with a list of what was enqueued."""

    def __init__(self, database, clock, journal=None):
        self.started = []
        self.database = database
        self.missions: Missions = MissionRows(database, self.route, self.enqueue, clock, journal)

    def route(self, mission, event):
        row = Outgoing(f"{mission.id}:{event.key}", mission.channel, f"{mission.id}:card", "update", "card", 5)
        return [replace(row, body={"title": mission.title}), replace(row, key=f"{row.key}:dm", channel="D1")]

    def enqueue(self, session, call):
        self.started.append(call)

    async def rows(self, table):
        async with self.database.read() as session:
            return (await session.exec(select(table))).all()


@pytest.fixture
def desk(database, clock):
    return Desk(database, clock)


@pytest.fixture
async def opened(desk):
    """A desk with one mission."""
    assert await desk.missions.accept(MENTION, MISSION)
    return desk


# ---- the inbox ----


async def test_a_gesture_its_mission_its_news_and_its_phase_are_one_commit(desk):
    events = [MissionAccepted("accepted")]
    assert await desk.missions.accept(MENTION, MISSION, events, PhaseCall("plan", "m1", 1))
    assert await desk.missions.mission("m1") == MISSION
    assert [told.event for told in await desk.missions.told("m1")] == events
    assert [row.key for row in await desk.rows(tables.Outbox)] == ["m1:accepted", "m1:accepted:dm"]
    drains = [DrainCall("C1", "m1:accepted"), DrainCall("D1", "m1:accepted:dm")]
    assert desk.started == [*drains, PhaseCall("plan", "m1", 1)]
    (row,) = await desk.rows(tables.Gesture)
    assert (row.mission, row.payload, row.at) == ("m1", {"text": "hi"}, NOON)


@pytest.mark.parametrize(
    "again",
    [
        replace(MENTION, ts="9.9", client_msg_id="M9"),  # the same event
        replace(MENTION, kind="message", event_id="E2", client_msg_id=None),  # the same message as the other event
        replace(MENTION, kind="message", event_id="E2", ts="9.9"),  # the same words sent once, under another ts
        replace(MENTION, user="U9", payload={}),
    ],
    ids=["event", "ts", "client_msg_id", "all"],
)
async def test_a_gesture_seen_before_under_any_key_changes_nothing(opened, again):
    assert not await opened.missions.accept(again, replace(MISSION, id="m2"), [], PhaseCall("plan", "m2", 1))
    assert [row.id for row in await opened.rows(tables.Mission)] == ["m1"]
    assert len(await opened.rows(tables.Gesture)) == 1
    assert opened.started == []


@pytest.mark.parametrize(
    "other",
    [
        replace(MENTION, event_id="E2", ts="2.0", client_msg_id="M2"),
        replace(MENTION, team="T2"),
        replace(MENTION, event_id=None, ts=None, client_msg_id=None),
        replace(MENTION, kind="edit", event_id="E2"),  # edits name the message they change, by ts and client_msg_id
        replace(MENTION, kind="reaction", event_id="E2", client_msg_id=None),
    ],
    ids=["other message", "other workspace", "no keys", "edit", "reaction"],
)
async def test_another_gesture_is_another_gesture(opened, other):
    assert await opened.missions.accept(other, replace(MISSION, id="m2"))
    assert len(await opened.rows(tables.Mission)) == 2


async def test_gestures_without_any_key_never_collide(desk):
    bare = Gesture("T1", "home", None, None, None, None, "U1")
    assert [await desk.missions.accept(bare), await desk.missions.accept(bare)] == [True, True]


async def test_fifty_deliveries_of_one_mention_at_once_are_one_mission(desk):
    kinds = ("mention", "message")
    deliveries = [replace(MENTION, kind=kinds[n % 2], event_id=f"E{n % 2}") for n in range(50)]
    missions = [replace(MISSION, id=f"m{n}") for n in range(50)]
    pairs = zip(deliveries, missions, strict=True)
    answers = await asyncio.gather(*(desk.missions.accept(one, mission) for one, mission in pairs))
    assert answers.count(True) == 1
    assert len(await desk.rows(tables.Mission)) == 1


async def test_an_answer_without_a_mission_is_shown_once(desk):
    reply = Outgoing("empty:1.0", "C1", "empty:1.0", "post", "empty_mention", 1)
    assert await desk.missions.accept(MENTION, show=[reply])
    assert not await desk.missions.accept(MENTION, show=[reply])
    (row,) = await desk.rows(tables.Outbox)
    assert (row.team, row.mission, row.view) == ("T1", None, "empty_mention")
    assert desk.started == [DrainCall("C1", "empty:1.0")]


async def test_news_needs_a_mission(desk):
    with pytest.raises(ValueError, match="belong to a mission"):
        await desk.missions.accept(MENTION, None, [MissionAccepted("a")])
    assert await desk.rows(tables.Gesture) == []


async def test_a_missions_id_is_used_once(opened):
    with pytest.raises(ValueError, match="There is a mission m1 already"):
        await opened.missions.accept(replace(MENTION, event_id="E2", ts="2.0", client_msg_id="M2"), MISSION)
    assert len(await opened.rows(tables.Gesture)) == 1


async def test_a_click_its_decision_its_move_and_the_next_phase_are_one_commit(opened):
    shown = replace(GATE, digest=plans.digest(PLAN))
    async with opened.missions.change("m1") as change:
        change.save_plan(1, PLAN, ESTIMATE)
        change.open_gate(shown)
        change.move(State.PLAN_GATE, title="Coffee")
    async with opened.missions.receive(CLICK, "m1") as change:
        change.decide(YES)
        change.move(State.RUNNING)
        change.tell(GateDecided("decided:1", GATE.id, "approve", "U1"))
        change.start(PhaseCall("run", "m1", 1))
    file = await opened.missions.file("m1")
    assert (file.mission.state, file.gates) == (State.RUNNING, (replace(shown, decision=YES),))
    assert opened.started[-1] == PhaseCall("run", "m1", 1)
    assert (await opened.rows(tables.Outbox))[0].body == {"title": "Coffee"}


async def test_a_second_delivery_of_a_click_yields_nothing_to_change(opened):
    async with opened.missions.receive(CLICK, "m1") as first:
        assert first
    async with opened.missions.receive(CLICK, "m1") as second:
        assert second is None
    assert len(await opened.rows(tables.Gesture)) == 2


async def test_a_click_that_fails_can_be_delivered_again(opened):
    async def click() -> None:
        async with opened.missions.receive(CLICK, "m1") as change:
            assert change
            change.decide(YES)

    for _ in range(2):
        with pytest.raises(UnknownGate, match=r"no question m1:plan:1"):
            await click()


# ---- changing ----


async def test_an_unknown_mission_cannot_be_changed_or_read(desk):
    async def change() -> None:
        async with desk.missions.change("m9"):
            pass

    with pytest.raises(UnknownMission, match="no mission m9"):
        await change()
    with pytest.raises(UnknownMission):
        await desk.missions.mission("m9")
    with pytest.raises(UnknownMission):
        await desk.missions.file("m9")
    assert await desk.missions.gate("nothing") is None


async def test_a_move_that_is_not_in_the_table_is_refused_and_leaves_nothing(opened):
    async def change() -> None:
        async with opened.missions.change("m1") as change:
            change.tell(MissionAccepted("a"))
            change.move(State.DELIVERED)

    with pytest.raises(IllegalMove):
        await change()
    assert await opened.missions.told("m1") == []
    assert await opened.missions.mission("m1") == MISSION


async def test_moves_carry_title_reason_and_revision(opened):
    async with opened.missions.change("m1") as change:
        change.move(State.PLANNING, title="Coffee", rev=2)
        change.move(State.FAILED, reason="The model is away.")
        assert change.mission.state is State.FAILED
    present = await opened.missions.mission("m1")
    assert (present.state, present.title, present.reason, present.rev) == (
        State.FAILED,
        "Coffee",
        "The model is away.",
        2,
    )
    async with opened.missions.change("m1") as change:
        change.move(State.FAILED)
        assert change.mission.reason == "The model is away."
        change.move(State.PLANNING, rev=3)
    present = await opened.missions.mission("m1")
    assert (present.title, present.reason, present.rev) == ("Coffee", "", 3)


async def test_an_event_told_twice_happened_once_and_is_shown_once(opened, clock):
    async with opened.missions.change("m1") as change:
        change.tell(RunStarted("run:1", 1), RunStarted("run:1", 7))
    clock.tick(60)
    async with opened.missions.change("m1") as change:
        change.tell(RunStarted("run:1", 9), PlanProposed("plan:1", 1, "m1:plan:1"))
    told = await opened.missions.told("m1")
    assert [(one.event, one.at) for one in told] == [
        (RunStarted("run:1", 1), NOON),
        (PlanProposed("plan:1", 1, "m1:plan:1"), NOON + dt.timedelta(seconds=60)),
    ]
    assert len(await opened.rows(tables.Outbox)) == 4
    assert opened.started == [DrainCall("C1", "m1:run:1"), DrainCall("D1", "m1:run:1:dm")]
    assert [one.event for one in await opened.missions.told("m1", told[0].seq)] == [told[1].event]


async def test_a_drain_is_started_only_where_nothing_waits(opened):
    async with opened.missions.change("m1") as change:
        change.tell(RunStarted("run:1", 1))
    async with opened.missions.change("m1") as change:
        change.tell(RunStarted("run:2", 2))
    assert opened.started == [DrainCall("C1", "m1:run:1"), DrainCall("D1", "m1:run:1:dm")]
    async with opened.database.write() as session:
        await session.exec(sa.update(tables.Outbox).where(tables.Outbox.channel == "C1").values(state="sent"))
    async with opened.missions.change("m1") as change:
        change.tell(RunStarted("run:3", 3))
    assert opened.started[2:] == [DrainCall("C1", "m1:run:3")]


async def test_one_gate_has_one_decision(opened):
    async with opened.missions.change("m1") as change:
        change.open_gate(GATE)
        change.decide(YES)
        with pytest.raises(AlreadyDecided, match="already answered by U1: approve"):
            change.decide(replace(YES, user="U2"))
    async with opened.missions.change("m1") as change:
        with pytest.raises(AlreadyDecided) as told:
            change.decide(replace(YES, choice="cancel", user="U2"))
    assert told.value.decision == YES
    assert await opened.missions.gate(GATE.id) == replace(GATE, decision=YES)


async def test_of_two_people_who_click_at_once_one_decides(opened):
    async with opened.missions.change("m1") as change:
        change.open_gate(GATE)

    async def click(user: str) -> str:
        try:
            async with opened.missions.receive(replace(CLICK, event_id=user, user=user), "m1") as change:
                change.decide(replace(YES, user=user))
        except AlreadyDecided as error:
            return f"{user} after {error.decision.user}"
        return user

    answers = await asyncio.gather(*(click(f"U{n}") for n in range(8)))
    (winner,) = [answer for answer in answers if "after" not in answer]
    assert sum(answer.endswith(f"after {winner}") for answer in answers) == 7


async def test_a_gate_asked_again_is_bound_to_what_is_shown_now_until_it_is_answered(opened):
    for digest in ("a" * 64, "b" * 64):
        async with opened.missions.change("m1") as change:
            change.open_gate(replace(GATE, digest=digest))
    assert (await opened.missions.gate(GATE.id)).digest == "b" * 64
    async with opened.missions.change("m1") as change:
        change.decide(YES)
    async with opened.missions.change("m1") as change:
        change.open_gate(replace(GATE, digest="c" * 64))
    assert (await opened.missions.gate(GATE.id)).digest == "b" * 64


async def test_a_phase_that_runs_again_does_not_take_back_what_was_reached(opened, clock):
    later = NOON + dt.timedelta(hours=1)
    accepted = replace(RECORD, state=TaskState.ACCEPTED, artifact=TABLE, note="Done.", ended_at=NOON, started_at=None)
    for record in (RECORD, accepted, replace(RECORD, started_at=later), replace(accepted, ended_at=later)):
        async with opened.missions.change("m1") as change:
            change.save_task(record)
    (record,) = (await opened.missions.file("m1")).tasks.values()
    assert record == replace(accepted, started_at=NOON)


async def test_an_attempt_goes_through_its_states_in_their_order(opened):
    reviewing = replace(RECORD, state=TaskState.REVIEWING, artifact=TABLE)
    path = [
        replace(RECORD, state=TaskState.REWORKING, points=("Say more.",)),  # a second attempt begins with points
        reviewing,
        replace(reviewing, state=TaskState.STUCK, points=("Still too short.",)),
        replace(reviewing, state=TaskState.DROPPED),
    ]
    for record in path:
        async with opened.missions.change("m1") as change:
            change.save_task(record)
        assert (await opened.missions.file("m1")).tasks["t1"].state is record.state


async def test_earlier_attempts_are_kept(opened):
    second = replace(RECORD, attempt=2, artifact=TABLE, state=TaskState.ACCEPTED)
    third = replace(RECORD, rev=2, attempt=1)
    async with opened.missions.change("m1") as change:
        for record in (third, second, RECORD):
            change.save_task(record)
    assert await opened.missions.attempts("m1") == (RECORD, second, third)
    assert (await opened.missions.file("m1")).tasks == {"t1": third}


async def test_claims_and_verdicts_are_those_of_the_newest_attempt(opened):
    other = replace(CLAIM, text="It costs 0.39.")
    async with opened.missions.change("m1") as change:
        change.save_task(RECORD)
        change.save_claims("t1", 1, 1, [CLAIM, replace(CLAIM, id="t1.c2")], ())
        change.save_claims("t1", 1, 1, [CLAIM, replace(CLAIM, id="t1.c2")], [TRACED, DOUBTED])
    file = await opened.missions.file("m1")
    assert (file.claims, file.verdicts) == ((CLAIM, replace(CLAIM, id="t1.c2")), (TRACED, DOUBTED))
    async with opened.missions.change("m1") as change:
        change.save_task(replace(RECORD, attempt=2))
        change.save_claims("t1", 1, 2, [other], [TRACED])
    file = await opened.missions.file("m1")
    assert (file.claims, file.verdicts) == ((other,), (TRACED,))
    assert len(await opened.rows(tables.Verdict)) == 3


async def test_everything_comes_back_as_it_was(database, clock):
    class Account:
        async def spent(self, mission):
            return Spent(calls=3, cost_usd=Decimal("0.5"))

    desk = Desk(database, clock, Account())
    await desk.missions.accept(MENTION, MISSION)
    items = Artifact("items", "Posts", items=(Item("Instagram", "Sip \N{HOT BEVERAGE}"), Item("", "Slow")))
    done = replace(RECORD, state=TaskState.ACCEPTED, artifact=items, open_points=("price",), ended_at=NOON)
    result = ResultRecord(1, "e" * 64, "All done.", ("One price is contested.",), "It costs 0.42.", ("t1.c1",), "But.")
    async with desk.missions.change("m1") as change:
        change.save_wishes(2, ("shorter", "in French"))
        change.save_plan(1, replace(PLAN, title="Old"), ESTIMATE)
        change.save_plan(2, PLAN, ESTIMATE)
        change.save_task(done)
        change.save_snapshot("t1", SNAPSHOT)
        change.save_snapshot("t1", replace(SNAPSHOT, title="The same text again"))
        change.save_claims("t1", 1, 1, [CLAIM], [TRACED])
        change.save_result(result)
        change.save_note(Note("2.0", "U2", "Only Europe"))
        change.save_note(Note("3.0", "U1", "And Asia"))
        change.save_note(Note("2.0", "U2", "Only Europe, please"))
        change.open_gate(GATE)
    file = await desk.missions.file("m1")
    assert file.mission == MISSION
    assert (file.plan, file.plan_rev, file.estimate) == (PLAN, 2, ESTIMATE)
    assert file.tasks == {"t1": done}
    assert (file.claims, file.verdicts) == ((CLAIM,), (TRACED,))
    assert file.snapshots == {"abcd": SNAPSHOT}
    assert file.gates == (GATE,)
    assert file.result == result
    assert file.authors == {"t1.c1": "researcher"}
    assert file.notes == (Note("2.0", "U2", "Only Europe, please"), Note("3.0", "U1", "And Asia"))
    assert await desk.missions.notes("m1") == file.notes
    assert file.spent == Spent(calls=3, cost_usd=Decimal("0.5"))
    assert await desk.missions.wishes("m1", 2) == ("shorter", "in French")
    assert await desk.missions.wishes("m1", 1) == ()


@pytest.mark.parametrize("text", ["null \0 byte", "half \ud83d of a pair", "'; drop table mission; --", "\u202e\u0000"])
async def test_text_of_any_kind_is_stored(opened, text):
    note = TaskRecord("t1", 1, TaskState.WORKING, "d", 1, note=text, artifact=Artifact("text", text, text=text))
    async with opened.missions.change("m1") as change:
        change.save_task(note)
        change.save_snapshot("t1", replace(SNAPSHOT, text=text))
        change.tell(NoteTaken("n", "U1", "2.0", text))
    file = await opened.missions.file("m1")
    whole = text.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    assert file.tasks["t1"].note == file.tasks["t1"].artifact.text == file.snapshots["abcd"].text == whole


async def test_a_thread_knows_its_newest_mission(opened):
    newer = replace(MISSION, id="m0", created_at=NOON + dt.timedelta(seconds=1))
    await opened.missions.accept(replace(MENTION, event_id="E2", ts="2.0", client_msg_id="M2"), newer)
    assert await opened.missions.mission_of_thread("T1", "C1", "1.0") == newer
    assert await opened.missions.mission_of_thread("T2", "C1", "1.0") is None
    assert await opened.missions.mission_of_thread("T1", "C1", "9.0") is None


async def test_open_missions_are_those_that_have_not_ended(opened):
    for number, (state, user) in enumerate([(State.FAILED, "U1"), (State.DELIVERED, "U1"), (State.RUNNING, "U2")], 2):
        mission = replace(MISSION, id=f"m{number}", state=state, requester=user)
        gesture = Gesture("T1", "mention", f"E{number}", "C1", f"{number}.0", None, user)
        await opened.missions.accept(gesture, mission)
    assert [mission.id for mission in await opened.missions.open_missions("T1")] == ["m4", "m2", "m1"]
    assert [mission.id for mission in await opened.missions.open_missions("T1", "U1")] == ["m2", "m1"]
    assert await opened.missions.open_missions("T2") == []


async def test_changes_of_one_mission_at_once_lose_nothing(opened):
    async def change(number: int) -> None:
        async with opened.missions.change("m1") as change:
            change.move(State.PLANNING, rev=change.mission.rev + 1)
            change.tell(RunStarted(f"run:{number}", number))

    await asyncio.gather(*(change(number) for number in range(25)))
    assert (await opened.missions.mission("m1")).rev == 26
    assert len(await opened.missions.told("m1")) == 25


# ---- any order, any repetition ----

CHANGES = {
    "plan": lambda c: c.save_plan(1, PLAN, ESTIMATE),
    "wishes": lambda c: c.save_wishes(1, ("shorter",)),
    "began": lambda c: c.save_task(RECORD),
    "handed": lambda c: c.save_task(replace(RECORD, state=TaskState.REVIEWING, artifact=TABLE)),
    "sent back": lambda c: c.save_task(replace(RECORD, state=TaskState.REWORKING, artifact=TABLE, points=("p",))),
    "began again": lambda c: c.save_task(replace(RECORD, state=TaskState.REWORKING, attempt=2, points=("p",))),
    "accepted": lambda c: c.save_task(replace(RECORD, state=TaskState.ACCEPTED, attempt=2, artifact=TABLE)),
    "snapshot": lambda c: c.save_snapshot("t1", SNAPSHOT),
    "claims": lambda c: c.save_claims("t1", 1, 1, [CLAIM], [TRACED]),
    "doubts": lambda c: c.save_claims("t1", 1, 1, [CLAIM], [DOUBTED]),
    "verdicts": lambda c: c.save_verdicts("review:t2:1:1", [DOUBTED], {"t1": (1, 1)}),
    "dependencies": lambda c: c.save_dependencies("review:t1:1:1", [RESTS], {"t1": (1, 1)}),
    "other claims": lambda c: c.save_claims("t1", 1, 2, [replace(CLAIM, text="other")], [TRACED]),
    "result": lambda c: c.save_result(ResultRecord(1, "e", "s", ())),
    "note": lambda c: c.save_note(Note("2.0", "U2", "Only Europe")),
    "gate": lambda c: c.open_gate(GATE),
    "told": lambda c: c.tell(RunStarted("run:1", 1)),
    "told more": lambda c: c.tell(PlanProposed("plan:1", 1, GATE.id), RunStarted("run:1", 1)),
}
KEPT = [
    tables.Plan,
    tables.Wishes,
    tables.Attempt,
    tables.Source,
    tables.Snapshot,
    tables.Capture,
    tables.Claim,
    tables.Citation,
    tables.Dependency,
    tables.Verdict,
    tables.Result,
    tables.Note,
    tables.Gate,
    tables.Event,
    tables.Outbox,
]


NUMBERED = (tables.Citation, tables.Dependency, tables.Verdict, tables.Event, tables.Outbox)


async def everything(desk: Desk) -> dict[str, list[str]]:
    """All rows, without the numbers that say in which order they came."""
    return {table.__name__: sorted(map(spelt, await desk.rows(table))) for table in KEPT}


def spelt(row: tables.Row) -> str:
    return json.dumps(
        row.model_dump(exclude={"id", "seq"} if isinstance(row, NUMBERED) else None), sort_keys=True, default=str
    )


async def carried_out(database: Database, clock, names) -> dict[str, list[str]]:
    desk = Desk(database, clock)
    await desk.missions.accept(MENTION, MISSION)
    for name in names:
        async with desk.missions.change("m1") as change:
            CHANGES[name](change)
    return await everything(desk)


@asynccontextmanager
async def copy_of(template: Path) -> AsyncIterator[Database]:
    """A database of its own, thrown away at the end."""
    with TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/baton.db")
        database = Database.open(f"sqlite:///{folder}/baton.db")
        try:
            yield database
        finally:
            await database.close()


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
async def test_any_order_and_any_repetition_of_the_same_changes_gives_the_same_rows(sqlite_template, clock, data):
    repeated = data.draw(st.lists(st.sampled_from(list(CHANGES)), max_size=12))
    order = data.draw(st.permutations([*CHANGES, *repeated]))
    async with copy_of(sqlite_template) as plain, copy_of(sqlite_template) as shuffled:
        assert await carried_out(shuffled, clock, order) == await carried_out(plain, clock, CHANGES)


async def test_both_databases_hold_the_same_rows(sqlite_template, database, clock):
    async with copy_of(sqlite_template) as other:
        assert await carried_out(database, clock, reversed(CHANGES)) == await carried_out(other, clock, CHANGES)
