"""Authority in rows: refusals on record, quorums by real decisions, mandates, and an audit that takes no change."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import count, product
from typing import Any, get_args

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from agents.departments import DepartmentFiles
from agents.domain import plan as plans
from agents.domain import results
from agents.domain.artifact import Artifact
from agents.domain.authority import Action, Delegation, Policy
from agents.domain.department import Department, Specialist
from agents.domain.events import GateDecided, MissionAccepted, RunStarted, VoteCast
from agents.domain.mission import Gate, Mission, State, TaskState
from agents.domain.plan import Check, Estimate, Plan, Task
from agents.ports import NotAsShown, PhaseCall, ResultRecord, TaskRecord
from bot.decisions import Answer, Decisions, NotNow
from bot.delegation import Delegations
from bot.doorkeeper import Denied, Doorkeeper
from bot.presenter import route
from storage import plain, tables
from storage.audit import AuditRows
from storage.database import Database
from storage.inbox import Gesture
from storage.missions import MissionRows
from tests.fakes.people import ACTORS, APPROVER, REQUESTER, STATES, People, allowed

ACTIONS: tuple[Action, ...] = get_args(Action)
PLAN = Plan(
    "Posts",
    "Two posts",
    (
        Task("t1", "Look", "Look around", "writer", "text", checks=(Check("count", 2, ("a",)),)),
        Task("t2", "Write", "Write it up", "writer", "text", needs=("t1",), tools=("search",), deliverable=True),
    ),
)
ESTIMATE = Estimate((5, 20), (2, 8), None)
TEAM = Department(
    "general",
    "General",
    "Everything.",
    (Specialist("writer", "Writer", ":pencil2:", "Writes.", ("search",)),),
    approvers=(APPROVER,),
)


@dataclass
class Office:
    """Rows, the real decisions on them, and a workspace of made-up people."""

    database: Database
    clock: Any
    team: Department = TEAM
    people: People = field(default_factory=People)
    started: list[Any] = field(default_factory=list[Any])
    halted: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.missions = MissionRows(self.database, route, lambda _, call: self.started.append(call), self.clock)
        self.audit = AuditRows(self.database)
        self.found(self.team)

    def found(self, team: Department) -> None:
        """Another department in its place."""
        departments = DepartmentFiles({"general": team})
        self.doorkeeper = Doorkeeper(self.people, self.missions, departments, self.clock)
        self.decisions = Decisions(self.missions, departments, self.doorkeeper, self.clock, self.halt)
        self.delegations = Delegations(self.missions, self.doorkeeper, self.clock)

    async def halt(self, mission: str) -> None:
        self.halted.append(mission)

    def click(self, user: str = APPROVER, team: str = "T1") -> Gesture:
        return Gesture(team, "action", f"A{next(self.numbers)}", "C1", "2.0", None, user, {})

    async def planned(self, id: str, requester: str = REQUESTER, plan: Plan = PLAN) -> Gate:
        """A mission that waits at its plan; the gate."""
        now = self.clock.now()
        mission = Mission(id, "T1", "C1", id, id, requester, "Write", "general", State.PLANNING, 1, now)
        said = Gesture("T1", "mention", f"E{id}", "C1", id, None, requester, {})
        assert await self.missions.accept(said, mission, [MissionAccepted("accepted")], PhaseCall("plan", id, 1))
        gate = Gate(f"{id}:plan:1", id, "plan", 1, plans.digest(plan))
        async with self.missions.change(id) as change:
            change.save_plan(1, plan, ESTIMATE)
            change.open_gate(gate)
            change.move(State.PLAN_GATE)
        return gate

    async def say(self, gate: str, choice: str, user: str = APPROVER) -> str:
        """Presses a button; what the person is told, or nothing."""
        try:
            await self.decisions.decide(self.click(user), Answer(gate, choice))
        except NotNow as error:
            return str(error)
        return ""

    async def run_again(self, rev: int, plan: Plan | None = None) -> None:
        """Begins another revision of the run, with the plan that there is or another."""
        async with self.missions.change("m1") as change:
            if plan:
                change.save_plan(rev, plan, ESTIMATE)
            change.move(State.RUNNING, rev=rev)
            change.start(PhaseCall("run", "m1", rev))

    async def break_off(self, gate: str) -> None:
        """A commit that fails at its end."""
        async with self.missions.change("m1") as change:
            change.tell(GateDecided("decided:x", gate, "approve", "U1"))
            raise RuntimeError

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.read() as session:
            return list(await session.exec(select(table)))

    async def told(self, mission: str, kind: Any) -> list[Any]:
        return [one.event for one in await self.missions.told(mission) if isinstance(one.event, kind)]


@pytest_asyncio.fixture
async def office(database: Database, clock: Any) -> Office:
    return Office(database, clock)


@pytest_asyncio.fixture
async def quick(migrated_sqlite_url: str, clock: Any) -> AsyncIterator[Office]:
    """On SQLite alone, for what goes through very many clicks."""
    database = Database.open(migrated_sqlite_url)
    yield Office(database, clock)
    await database.close()


# ---- refusals ----


async def test_only_the_cells_of_the_policy_pass_and_each_refusal_is_on_record(
    quick: Office,
) -> None:
    gate = await quick.planned("m1")
    mission = await quick.missions.mission("m1")
    refused: list[tuple[str, str]] = []
    told: list[tuple[bool, str]] = []
    for (kind, (actor, inside)), action, state in product(ACTORS.items(), ACTIONS, STATES):
        quick.people.known = {actor.id: actor}
        quick.people.outside = set() if inside else {("C1", actor.id)}
        asked = gate if action == "decide" else None
        try:
            ruling = await quick.doorkeeper.admit(quick.click(actor.id), action, replace(mission, state=state), asked)
        except Denied as error:
            refused.append((actor.id, action))
            told.append((error.first, str(error)[-1]))
            passed = False
        else:
            passed = bool(ruling)
        assert passed is allowed(kind, action, state), (kind, action, state)
    records = [one for one in await quick.audit.records("T1") if one.outcome == "refused"]
    assert [(one.who, one.action) for one in records] == refused
    assert all(one.authority for one in records)
    assert len(refused) > 500
    assert set(told) == {(True, ".")}, "each is told once, in a sentence"
    assert await quick.audit.faults("T1") == []


async def test_a_gesture_told_of_twice_is_turned_away_and_put_on_record_once(office: Office) -> None:
    gate = await office.planned("m1")
    click = office.click("UBYSTANDER")
    firsts = []
    for _ in range(3):
        with pytest.raises(Denied) as denied:
            await office.decisions.decide(click, Answer(gate.id, "approve"))
        firsts.append(denied.value.first)
    assert firsts == [True, False, False]
    assert [one.outcome for one in await office.audit.records("T1")].count("refused") == 1


@pytest.mark.parametrize("shared", [None, True])
async def test_where_others_may_read_or_nothing_is_known_nobody_decides(office: Office, shared: bool | None) -> None:
    gate = await office.planned("m1")
    office.people.shares = {"C1": shared}
    assert "organisation" in await office.say(gate.id, "approve") or shared is None
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE


async def test_a_group_of_which_slack_says_nothing_decides_nothing(office: Office) -> None:
    office.found(replace(TEAM, approvers=("@S012ABC",)))
    gate = await office.planned("m1")
    office.people.groups = {"S012ABC": None}
    assert await office.say(gate.id, "approve", "U5")
    office.people.groups = {"S012ABC": frozenset({"U5"})}
    assert await office.say(gate.id, "approve", "U5") == ""
    (record,) = [one for one in await office.audit.records("T1") if one.action == "gate_decided"]
    assert (record.who, record.authority, record.digest) == ("U5", "group:S012ABC", gate.digest)


# ---- quorum ----

TWO = replace(TEAM, policies=(("plan", Policy(("U1", "U2", "U3"), 2)),))


async def test_two_of_three_have_to_say_yes_and_a_repeated_click_is_no_second_voice(office: Office) -> None:
    office.found(TWO)
    gate = await office.planned("m1")
    assert await office.say(gate.id, "approve", "U1") == ""
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE
    assert await office.say(gate.id, "approve", "U1") == "You have said so already; one more person has to."
    assert [(one.user, one.choice) for one in (await office.missions.gate(gate.id)).votes] == [("U1", "approve")]
    assert await office.say(gate.id, "approve", "U3") == ""
    assert (await office.missions.mission("m1")).state is State.RUNNING
    assert await office.say(gate.id, "cancel", "U2") == "<@U3> has already decided this."
    assert len(await office.told("m1", VoteCast)) == 1
    assert office.started[-1] == PhaseCall("run", "m1", 1)


async def test_a_yes_counts_for_what_was_shown_and_can_be_said_again_of_what_is_shown_by_then(office: Office) -> None:
    office.found(TWO)
    gate = await office.planned("m1")
    assert await office.say(gate.id, "approve", "U1") == ""
    plan = replace(PLAN, goal="Three posts")
    changed = replace(gate, digest=plans.digest(plan))
    async with office.missions.change("m1") as change:
        change.save_plan(1, plan, ESTIMATE)
        change.open_gate(changed)
    assert await office.say(gate.id, "approve", "U2") == "", "one of two, for the first was about something else"
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE
    assert await office.say(gate.id, "approve", "U1") == ""
    assert (await office.missions.mission("m1")).state is State.RUNNING
    said = (await office.missions.gate(gate.id)).votes
    assert {(one.user, one.digest) for one in said} == {("U1", changed.digest), ("U2", changed.digest)}


async def test_one_no_decides_whatever_was_said_before(office: Office) -> None:
    office.found(TWO)
    gate = await office.planned("m1")
    await office.say(gate.id, "approve", "U1")
    assert await office.say(gate.id, "cancel", "U2") == ""
    assert (await office.missions.mission("m1")).state is State.CANCELLED
    assert office.halted == ["m1"]


async def test_random_clicks_on_rows_never_pass_below_the_quorum_and_never_decide_twice(quick: Office) -> None:
    chance = random.Random(33)
    people = ["U1", "U2", "U3", REQUESTER, "UBYSTANDER"]
    quick.found(TWO)
    approved = 0
    for number in range(40):
        gate = await quick.planned(f"m{number}")
        said: list[tuple[str, str]] = []
        for _ in range(chance.randint(1, 8)):
            user, choice = chance.choice(people), chance.choice(["approve"] * 6 + ["cancel", "change"])
            if not await quick.say(gate.id, choice, user):
                said.append((user, choice))
        decided = await quick.told(gate.mission, GateDecided)
        assert len(decided) <= 1
        runs = [one for one in quick.started if isinstance(one, PhaseCall) and one.mission == gate.mission]
        assert len([one for one in runs if one.phase == "run"]) <= 1
        if decided and decided[0].choice == "approve":
            assert len({user for user, choice in said if choice == "approve"} & {"U1", "U2", "U3"}) == 2
            approved += 1
    assert approved > 5
    assert await quick.audit.faults("T1") == []


async def test_fifty_questions_at_once_and_every_click_lands_on_its_own(quick: Office) -> None:
    chance = random.Random(15)
    gates = [await quick.planned(f"m{number}") for number in range(50)]
    wanted = {gate.id: chance.choice(["approve", "cancel"]) for gate in gates}
    clicks = [gate.id for gate in gates] * 3
    chance.shuffle(clicks)
    for id in clicks:
        await quick.say(id, wanted[id])
    for gate in gates:
        (decided,) = await quick.told(gate.mission, GateDecided)
        assert (decided.gate, decided.choice) == (gate.id, wanted[gate.id])


# ---- what was approved is what is done ----


async def test_a_press_on_something_that_has_changed_since_decides_nothing(office: Office) -> None:
    gate = await office.planned("m1")
    assert "has changed since" in await office.say(f"{gate.id}@0123456789abcdef", "approve")
    assert await office.say(f"{gate.id}@{gate.digest[:16]}", "approve") == ""


async def test_a_yes_to_what_was_shown_before_does_not_count_for_what_is_shown_now(office: Office) -> None:
    office.found(TWO)
    gate = await office.planned("m1")
    await office.say(gate.id, "approve", "U1")
    other = replace(PLAN, goal="Three posts")
    async with office.missions.change("m1") as change:
        change.save_plan(1, other, ESTIMATE)
        change.open_gate(replace(gate, digest=plans.digest(other)))
    assert await office.say(gate.id, "approve", "U2") == ""
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE, "one yes was to another plan"
    assert await office.say(gate.id, "approve", "U3") == ""
    assert (await office.missions.mission("m1")).state is State.RUNNING


async def test_a_plan_changed_behind_peoples_backs_is_not_approved(office: Office) -> None:
    gate = await office.planned("m1")
    async with office.database.write() as session:
        await session.exec(sa.update(tables.Plan).values(plan={**_packed(PLAN), "goal": "Send it to all customers"}))
    assert "has changed since" in await office.say(gate.id, "approve")
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE
    assert not any(getattr(one, "phase", "") == "run" for one in office.started)


async def test_another_plan_cannot_be_slipped_in_when_a_run_is_begun_again(office: Office) -> None:
    gate = await office.planned("m1")
    await office.say(gate.id, "approve")
    async with office.database.write() as session:
        await session.exec(sa.update(tables.Plan).values(plan={**_packed(PLAN), "goal": "Send it to all customers"}))
    with pytest.raises(NotAsShown):
        await office.run_again(2)
    with pytest.raises(NotAsShown):
        await office.run_again(2, replace(PLAN, goal="Send it to all customers", title="Noted"))
    assert await office.missions.mandate("m1", "run", 2) is None
    assert await office.missions.mandate("m1", "run", 1) == gate.digest


def _packed(plan: Plan) -> dict[str, Any]:
    return plain.pack(plan)


TEXT = Artifact("text", "Posts", text="Two posts.")


async def resulted(office: Office) -> Gate:
    """A mission that waits at its result."""
    gate = await office.planned("m1")
    await office.say(gate.id, "approve")
    digest = plans.digest(PLAN.tasks[1])
    result = ResultRecord(1, results.digest("Done.", ("Old.",), [TEXT]), "Done.", ("Old.",))
    last = Gate("m1:result:1", "m1", "result", 1, result.digest)
    async with office.missions.change("m1") as change:
        change.spend()
        change.tell(RunStarted("run:1", 1))
        change.save_task(TaskRecord("t2", 1, TaskState.ACCEPTED, digest, 1, artifact=TEXT))
        change.save_result(result)
        change.open_gate(last)
        change.move(State.RESULT_GATE)
    return last


@pytest.mark.parametrize(
    "change",
    [
        sa.update(tables.Result).values(summary="Done!"),
        sa.update(tables.Result).values(caveats=[]),
        sa.update(tables.Attempt).values(state="dropped"),
        sa.update(tables.Attempt).values(
            artifact={"kind": "text", "title": "Posts", "text": "Three posts.", "columns": [], "rows": [], "items": []}
        ),
    ],
    ids=["summary", "caveats", "left out", "work"],
)
async def test_a_result_changed_behind_peoples_backs_is_not_delivered(office: Office, change: Any) -> None:
    gate = await resulted(office)
    async with office.database.write() as session:
        await session.exec(change)
    assert "has changed since" in await office.say(gate.id, "approve")
    assert (await office.missions.mission("m1")).state is State.RESULT_GATE


async def test_an_answer_is_spent_only_when_its_phase_has_really_begun(office: Office) -> None:
    gate = await office.planned("m1")
    assert (await office.missions.gate(gate.id)).state == "requested"
    async with office.database.write() as session:
        await session.exec(sa.update(tables.Gate).values(delivered_at=office.clock.now()))
    assert (await office.missions.gate(gate.id)).state == "delivered"
    await office.say(gate.id, "approve")
    assert (await office.missions.gate(gate.id)).state == "decided"
    async with office.missions.change("m1") as change:
        change.spend()
    assert (await office.missions.gate(gate.id)).state == "resumed"


def _mutants(chance: random.Random, plan: Plan) -> Plan:
    """The plan with one thing about it changed."""
    at = chance.randrange(len(plan.tasks))
    task = plan.tasks[at]
    name = chance.choice(["title", "brief", "specialist", "output", "needs", "tools", "checks", "notes", "checkpoint"])
    value = getattr(task, name)
    new: Any
    if isinstance(value, str):
        new = value + chance.choice(" .x\u200b") if name != "output" else chance.choice(["table", "items"])
    elif name == "checks":
        new = (*value, Check("count", chance.randint(1, 9)))
    else:
        new = (*value, f"t{chance.randint(3, 99)}")
    tasks = [*plan.tasks[:at], replace(task, **{name: new}), *plan.tasks[at + 1 :]]
    kind = chance.randrange(6)
    if kind == 0:
        tasks = list(reversed(plan.tasks))
    elif kind == 1:
        tasks = [*plan.tasks, replace(task, id=f"t{chance.randint(3, 99)}")]
    elif kind == 2:
        return replace(plan, goal=plan.goal + chance.choice(" .x"))
    return replace(plan, tasks=tuple(tasks))


async def test_of_ten_thousand_changes_to_what_was_approved_none_is_carried_out(quick: Office) -> None:
    """Through the comparison that every phase begins with; a hundred of them through rows and a commit."""
    gate = await quick.planned("m1")
    await quick.say(gate.id, "approve")
    mandate = await quick.missions.mandate("m1", "run", 1)
    chance = random.Random(14)
    executed = sum(plans.digest(_mutants(chance, PLAN)) == mandate for _ in range(10_000))
    assert executed == 0
    for number in range(100):
        changed = _packed(_mutants(chance, PLAN))
        async with quick.database.write() as session:
            await session.exec(sa.update(tables.Plan).values(plan=changed))
        with pytest.raises(NotAsShown):
            await quick.run_again(number + 2)
    assert [one for one in quick.started if isinstance(one, PhaseCall) and one.phase == "run"] == [
        PhaseCall("run", "m1", 1)
    ]


# ---- delegation ----


async def test_a_delegate_decides_until_the_delegation_runs_out_and_all_of_it_is_on_record(office: Office) -> None:
    gate = await office.planned("m1")
    await office.delegations.ask(office.click("U7"), gate.id)
    await office.delegations.answer(office.click(), f"{gate.id}|U7", yes=True)
    office.clock.tick(8 * 24 * 3600)
    assert "can decide" in await office.say(gate.id, "approve", "U7"), "it has run out"
    await office.delegations.answer(office.click(), f"{gate.id}|U7", yes=True)
    assert await office.say(gate.id, "approve", "U7") == ""
    told = [(one.who, one.action, one.authority) for one in await office.audit.records("T1")][1:]
    assert told == [
        ("U7", "delegation_asked", "member"),
        (APPROVER, "authority_delegated", "named"),
        ("U7", "decide", "not_named"),
        (APPROVER, "authority_delegated", "named"),
        ("U7", "gate_decided", f"delegate:{APPROVER}"),
    ]


async def test_nobody_delegates_to_themselves_or_to_somebody_from_outside(office: Office) -> None:
    gate = await office.planned("m1")
    for to in (APPROVER, "USTRANGER", "USINGLE"):
        office.people.known = {actor.id: actor for kind, (actor, _) in ACTORS.items() if kind != "deactivated"}
        with pytest.raises(NotNow):
            await office.delegations.answer(office.click(), f"{gate.id}|{to}", yes=True)
    with pytest.raises(Denied):
        await office.delegations.answer(office.click("UBYSTANDER"), f"{gate.id}|UBYSTANDER", yes=True)
    assert await office.rows(tables.Delegation) == []


async def test_of_a_delegate_and_the_one_who_delegated_only_one_voice_counts(office: Office) -> None:
    office.found(TWO)
    gate = await office.planned("m1")
    until = office.clock.now() + dt.timedelta(days=1)
    async with office.missions.change("m1") as change:
        change.delegate(Delegation("m1", "U1", "U7", until))
    await office.say(gate.id, "approve", "U1")
    await office.say(gate.id, "approve", "U7")
    assert (await office.missions.mission("m1")).state is State.PLAN_GATE
    await office.say(gate.id, "approve", "U2")
    assert (await office.missions.mission("m1")).state is State.RUNNING


# ---- the audit ----


async def test_what_a_mission_saw_is_in_one_chain_with_who_authority_and_digest(office: Office) -> None:
    gate = await resulted(office)
    await office.say(gate.id, "approve")
    records = await office.audit.records("T1")
    plan = plans.digest(PLAN)
    assert [(one.who, one.authority, one.action, one.outcome) for one in records] == [
        (REQUESTER, "member", "mission_accepted", "accepted"),
        (APPROVER, "named", "gate_decided", "approve"),
        ("department", "gate:m1:plan:1", "run_started", "done"),
        (APPROVER, "named", "gate_decided", "approve"),
    ]
    assert [one.digest for one in records[1:]] == [plan, plan, gate.digest]
    assert await office.audit.faults("T1") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'U666'",
        "DELETE FROM audit WHERE seq = 1",
        "UPDATE audit SET outcome = 'cancel' WHERE seq = 2",
    ],
)
async def test_the_database_refuses_to_change_what_was_audited(office: Office, statement: str) -> None:
    gate = await office.planned("m1")
    await office.say(gate.id, "approve")
    with pytest.raises(DBAPIError, match="only ever added"):
        async with office.database.write() as session:
            await session.exec(sa.text(statement))  # type: ignore[call-overload]
    assert await office.audit.faults("T1") == []


async def test_a_row_slipped_in_is_found_though_the_database_took_it(office: Office) -> None:
    gate = await office.planned("m1")
    await office.say(gate.id, "approve")
    last = (await office.audit.records("T1"))[-1]
    async with office.database.write() as session:
        session.add(tables.Audit(**(vars(last) | {"seq": last.seq + 1, "who": "U666", "prev": last.hash})))
    assert len(await office.audit.faults("T1")) == 2


async def test_a_change_that_is_rolled_back_leaves_no_trace_in_the_audit(office: Office) -> None:
    gate = await office.planned("m1")
    before = await office.audit.head("T1")
    with pytest.raises(RuntimeError):
        await office.break_off(gate.id)
    assert await office.audit.head("T1") == before
