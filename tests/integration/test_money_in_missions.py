"""Money in whole missions: runaways end at the budget with what there is, and nobody is surprised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agents.contracts import CritiqueDraft, PlanDraft
from agents.departments import DepartmentFiles
from agents.domain import events as news
from agents.domain.authority import Ruling, Standing
from agents.domain.department import Limits
from agents.domain.mission import Mission, State, TaskState
from agents.domain.money import Ceilings, Limit, Terms
from agents.llm.prices import Price, Prices
from agents.phases.deliver import deliver_mission
from agents.phases.desk import Desk
from agents.phases.plan import plan_mission
from agents.phases.run import run_mission
from agents.ports import Attempt, File, ModelRequest, PhaseCall, ToolResult, Usage
from bot.decisions import Answer, Decisions
from bot.presenter import Presenter
from storage.inbox import Gesture
from storage.missions import MissionRows
from tests.fakes.scripted import Line, ScriptedModel, Tools, brief_of, call, hands_over, uses
from tests.office import PAGE, TEAM, Crew, draft, stored, task

DEAR = Price(Decimal(0), Decimal(100), Decimal(0))  # 500 tokens of answer cost 0.05
CHEAP = Price(Decimal(0), Decimal(1), Decimal(0))
CALL = Decimal("0.05")  # what every answer really costs
REWORK = CritiqueDraft(verdict="rework", points=["Still wrong."])
ONE = draft(task("t1"))
EIGHT = draft(*[task(f"t{number}", "researcher", tools=["search"]) for number in range(1, 9)])


def budget(usd: str = "1.00", **more: Any) -> Terms:
    return Terms(Limit.of(Decimal(usd)), **more)


class Till:
    """A model whose answers all cost the same, whatever the price list expects."""

    def __init__(self, crew: Crew, cost: Decimal | None) -> None:
        self.script = ScriptedModel(script=crew)
        self.cost = cost
        self.models: list[str] = []

    async def ask(self, request: ModelRequest) -> Any:
        reply = await self.script.ask(request)
        self.models.append(request.model)
        cost = self.cost if request.model == "a-model" or self.cost is None else self.cost / 10
        return replace(reply, attempts=(Attempt(request.model, "ok", Usage(100, 0, 400), cost, 0.1),))


class Open:
    """A door that lets everybody in."""

    async def admit(self, *_: Any, **__: Any) -> Ruling:
        return Ruling(True, "requester")

    async def standing(self, *_: Any) -> Standing:
        return Standing()


@dataclass
class Shop:
    """Rows, journal and desk with wallets; phases are enqueued into `calls` and played by the test."""

    missions: MissionRows
    desk: Desk
    journal: Any
    model: Till
    crew: Crew
    calls: list[PhaseCall]
    decisions: Decisions
    presenter: Presenter
    gestures: Any

    async def play(self) -> File:
        play = {"plan": plan_mission, "run": run_mission, "deliver": deliver_mission}
        while self.calls:
            phase = self.calls.pop(0)
            async with asyncio.timeout(20):
                await play[phase.phase](self.desk, phase.mission, phase.rev)
        return await self.missions.file("m1")

    async def planned(self) -> File:
        mention = Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1", {})
        body: dict[str, Any] = {"text": "Find out", "rev": 1, "created_at": self.desk.clock.now()}
        mission = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", department="general", state=State.PLANNING, **body)
        start = PhaseCall("plan", "m1", 1)
        assert await self.missions.accept(mention, mission, [news.MissionAccepted("accepted")], start)
        return await self.play()

    async def carried_out(self) -> File:
        file = await self.planned()
        assert file.mission.state is State.PLAN_GATE, file.mission.reason
        return await self.decide("plan:1", "approve")

    async def decide(self, gate: str, choice: str) -> File:
        click = Gesture("T1", "action", f"A{next(self.gestures)}", "C1", "2.0", None, "U1", {})
        await self.decisions.decide(click, Answer(f"m1:{gate}", choice))
        return await self.play()

    async def told(self, kind: type[news.Event]) -> list[Any]:
        return [one.event for one in await self.missions.told("m1") if isinstance(one.event, kind)]

    async def wallet(self) -> Any:
        purse = await self.desk.purse(await self.missions.mission("m1"), self.desk.departments.get("general"))
        assert purse
        return await purse.mission()


@asynccontextmanager
async def opened(
    folder: Path,
    clock: Any,
    plan: PlanDraft,
    terms: Terms,
    *,
    price: Price | None = CHEAP,
    cost: Decimal | None = CALL,
    ceilings: Ceilings | None = None,
    url: str = "",
    **department: Any,
) -> AsyncIterator[Shop]:
    loop = tuple(replace(member, limits=Limits(60, 200, 500)) for member in TEAM.specialists)
    team = DepartmentFiles({"general": replace(TEAM, specialists=loop, terms=terms, **department)})
    crew = Crew(plan)
    model = Till(crew, cost)
    tools = Tools({"search": ToolResult("found it", "search: 1 result", (PAGE,))})
    names = dict.fromkeys(("planner", "specialist", "critic", "sceptic", "manager"), "a-model")
    prices = Prices({"a-model": price, "a-small-model": CHEAP} if price else {})
    limits = ceilings or Ceilings()
    async with stored(url or f"sqlite:///{folder / 'baton.db'}", clock) as (missions, journal, calls):
        desk = Desk(missions, journal, model, names, tools, team, clock, journal.wallets, prices, limits)

        async def halt(_: str) -> None:
            calls.clear()

        decisions = Decisions(missions, team, Open(), clock, halt)  # type: ignore[arg-type]
        presenter = Presenter(missions, team, clock)
        yield Shop(missions, desk, journal, model, crew, calls, decisions, presenter, count(1))


def searches_for_ever() -> Callable[[ModelRequest], Line]:
    number = count(1)
    return lambda _: uses(call("search", query=f"more {next(number)}"))


def tool_loop(crew: Crew) -> None:
    crew.says("Specialist", searches_for_ever())


def critic_never_satisfied(crew: Crew) -> None:
    number = count(1)
    crew.says("Specialist", lambda _: hands_over(text=f"Work {next(number)}."))
    crew.says("Critic", lambda _: CritiqueDraft(verdict="rework", points=[wish(next(number))]))


def wish(number: int) -> str:
    """Another point each time: one that repeats itself is cut short before money is."""
    return " ".join(f"{word}{number}" for word in ("missing", "price", "source", "tone", "order"))


def nested(crew: Crew) -> None:
    """Every task searches, hands over, is sent back and searches again; none is ever good."""
    number = count(1)

    def works(request: ModelRequest) -> Line:
        tried = sum(message.role == "tool" for message in request.messages)
        wish = uses(call("search", query=f"{next(number)}"))
        return wish if tried < 2 else hands_over(text=f"Work {next(number)} of {brief_of(request)['task']}.")

    crew.says("Specialist", works)
    crew.says("Critic", REWORK)


RUNAWAYS = {
    "tool loop": (draft(task("t1", "researcher", tools=["search"])), tool_loop),
    "fan-out of 8": (EIGHT, tool_loop),
    "critic never satisfied": (ONE, critic_never_satisfied),
    "nested": (EIGHT, nested),
}


@pytest.mark.parametrize("price", [DEAR, CHEAP, None], ids=["price right", "price far too low", "no price"])
@pytest.mark.parametrize(("plan", "script"), RUNAWAYS.values(), ids=RUNAWAYS)
async def test_a_runaway_ends_at_its_budget_with_what_there_is_and_says_why(tmp_path, clock, plan, script, price):
    """At most one call beyond the budget, even where every answer costs more than it could by the price list."""
    cost = CALL if price else None
    terms = budget() if price else Terms(Limit.of(Decimal("1.00"), 20_000))
    async with opened(tmp_path, clock, plan, terms, price=price, cost=cost, parallel=8, rework_rounds=50) as shop:
        script(shop.crew)
        file = await shop.carried_out()
        wallet = await shop.wallet()
        if price:
            assert wallet.spent.usd == file.spent.cost_usd <= Decimal("1.00") + CALL
        else:
            assert wallet.spent.tokens <= 20_000 + 500
        assert not wallet.reserved
        (short,) = await shop.told(news.BudgetRanShort) or [None]
        if file.mission.state is State.RESULT_GATE:
            assert file.result and short
            assert "The mission's budget of" in " ".join(file.result.caveats)
            assert "Nothing was accepted. Handed over, but not accepted: Task t" in file.result.summary
        else:
            assert file.mission.state is State.FAILED
            assert "The mission's budget of" in file.mission.reason


async def test_a_fan_out_of_eight_holds_on_a_shared_database_as_well(tmp_path, clock, migrated_postgres_url):
    async with opened(tmp_path, clock, EIGHT, budget(), price=DEAR, url=migrated_postgres_url, parallel=8) as shop:
        tool_loop(shop.crew)
        file = await shop.carried_out()
        wallet = await shop.wallet()
        assert wallet.spent.usd == file.spent.cost_usd <= Decimal("1.00")
        assert not wallet.reserved
        assert "The mission's budget of $1.00" in file.mission.reason


@pytest.fixture
async def five(tmp_path: Path, clock) -> AsyncIterator[Shop]:
    """Five tasks one after another, and money for about three of them."""
    chain = draft(*[task(f"t{n}", needs=[f"t{n - 1}"] if n > 1 else []) for n in range(1, 6)])
    async with opened(tmp_path, clock, chain, budget("0.40"), price=CHEAP) as shop:
        yield shop


async def test_what_was_accepted_before_the_money_ended_is_delivered_with_the_reason(five: Shop):
    file = await five.carried_out()
    assert file.mission.state is State.RESULT_GATE
    states = [file.tasks[f"t{n}"].state for n in range(1, 6)]
    assert states == [TaskState.ACCEPTED] * 3 + [TaskState.DROPPED] * 2
    assert file.result
    assert file.result.summary.startswith("The budget did not last for the whole mission; this is what there is.")
    assert "Accepted: Task t1; Task t2; Task t3." in file.result.summary
    assert "Handed over, but not accepted: Task t4." in file.result.summary
    assert "Not done: Task t5." in file.result.summary
    file = await five.decide("result:1", "approve")
    (delivered,) = await five.told(news.MissionDelivered)
    assert (file.mission.state, delivered.tasks) == (State.DELIVERED, ("t1", "t2", "t3"))


async def test_people_are_told_once_when_most_of_the_budget_is_spent(five: Shop):
    await five.carried_out()
    (nearly,) = await five.told(news.BudgetNearlySpent)
    assert nearly.said == "The mission's budget is 87% spent: $0.35 of $0.40."


async def test_answers_on_record_cost_nothing_again_and_the_saving_is_kept(five: Shop):
    file = await five.carried_out()
    assert file.mission.state is State.RESULT_GATE
    before, asked = (await five.wallet()).spent, len(five.model.models)
    async with five.missions.change("m1") as change:
        change.move(State.RUNNING)
    await run_mission(five.desk, "m1", 1)
    assert ((await five.wallet()).spent, len(five.model.models)) == (before, asked)
    saved = await five.desk.wallets.saved("m1")  # type: ignore[union-attr]
    assert saved.calls == 0, "accepted work is carried over without asking the journal"


async def test_a_phase_that_runs_again_saves_what_is_on_record(tmp_path, clock):
    async with opened(tmp_path, clock, ONE, budget()) as shop:
        await shop.planned()
        spent = (await shop.wallet()).spent
        async with shop.missions.change("m1") as change:
            change.move(State.PLANNING)
        await plan_mission(shop.desk, "m1", 1)
        assert (await shop.wallet()).spent == spent
        saved = await shop.desk.wallets.saved("m1")  # type: ignore[union-attr]
        assert (saved.calls, saved.cost_usd) == (1, CALL)


async def test_a_person_is_asked_and_a_raise_lets_the_run_go_on(tmp_path, clock):
    chain = draft(*[task(f"t{n}", needs=[f"t{n - 1}"] if n > 1 else []) for n in range(1, 6)])
    async with opened(tmp_path, clock, chain, budget("0.40", on_shortage="ask")) as shop:
        file = await shop.carried_out()
        assert file.mission.state is State.TASK_GATE
        gate = next(gate for gate in file.gates if gate.kind == "budget")
        assert gate.shown == (
            "The mission's budget of $0.40 does not cover another call ($0.40 spent). "
            "Not finished: Task t4, Task t5. A raise adds $0.40."
        )
        asked = len(shop.model.models)
        file = await shop.decide("budget:1", "raise")
        assert file.mission.state is State.RESULT_GATE
        assert {record.state for record in file.tasks.values()} == {TaskState.ACCEPTED}
        assert (await shop.wallet()).limit.usd == Decimal("0.80")
        assert len(shop.model.models) - asked == 4, "the critic of t4, both of t5, the manager: nothing twice"


async def test_a_person_who_does_not_raise_the_budget_gets_what_there_is(tmp_path, clock):
    chain = draft(*[task(f"t{n}", needs=[f"t{n - 1}"] if n > 1 else []) for n in range(1, 6)])
    async with opened(tmp_path, clock, chain, budget("0.40", on_shortage="ask")) as shop:
        await shop.carried_out()
        file = await shop.decide("budget:1", "finish")
        assert file.mission.state is State.RESULT_GATE
        assert file.result and "Accepted: Task t1; Task t2; Task t3." in file.result.summary
        assert (await shop.wallet()).spent.usd <= Decimal("0.40") + CALL


async def test_cheaper_models_take_over_once_and_the_mission_ends_as_planned(tmp_path, clock):
    terms = budget("0.40", on_shortage="cheaper", cheaper=(("a-model", "a-small-model"),))
    chain = draft(*[task(f"t{n}", needs=[f"t{n - 1}"] if n > 1 else []) for n in range(1, 5)])
    async with opened(tmp_path, clock, chain, terms, price=Price(Decimal(0), Decimal(6), Decimal(0))) as shop:
        file = await shop.carried_out()
        assert file.mission.state is State.RESULT_GATE
        assert {record.state for record in file.tasks.values()} == {TaskState.ACCEPTED}
        assert await shop.told(news.BudgetNearlySpent) == [], "it is said once"
        (short,) = await shop.told(news.BudgetRanShort)
        assert (short.how, short.said) == (
            "cheaper",
            "The mission's budget is 87% spent: $0.35 of $0.40. From here on a-small-model works for a-model.",
        )
        change = shop.model.models.index("a-small-model")
        assert set(shop.model.models[change:]) == {"a-small-model"}
        assert (await shop.wallet()).spent.usd <= Decimal("0.40")


async def test_a_narrower_scope_keeps_the_deliverables_that_can_still_be_reached(tmp_path, clock):
    """Material of the second deliverable is left out together with it; the first is kept."""
    done = [task(f"t{n}", needs=[f"t{n - 1}"] if n > 1 else []) for n in range(1, 6)]
    material = task("t6", "researcher", needs=["t5"], deliverable=False)
    plan = draft(*done, material, task("t7", needs=["t6"]), task("t8", needs=["t5"]))
    async with opened(tmp_path, clock, plan, budget("0.68", on_shortage="narrower"), parallel=1) as shop:
        file = await shop.carried_out()
        states = {id: record.state for id, record in file.tasks.items()}
        assert states == {f"t{n}": TaskState.ACCEPTED for n in (1, 2, 3, 4, 5, 8)} | {
            f"t{n}": TaskState.DROPPED for n in (6, 7)
        }
        (narrowed,) = await shop.told(news.BudgetRanShort)
        assert narrowed.how == "narrower"
        assert narrowed.said.endswith("Left out: “Task t6”, “Task t7”.")
        assert file.result and narrowed.said in file.result.caveats


async def test_a_task_that_used_up_its_own_budget_ends_alone(tmp_path, clock):
    plan = draft(task("t1", "researcher", tools=["search"]), task("t2"))
    async with opened(tmp_path, clock, plan, budget("2.00", task=Limit.of(Decimal("0.25")))) as shop:
        shop.crew.says("Specialist t1", searches_for_ever())
        file = await shop.carried_out()
        assert (file.tasks["t1"].state, file.tasks["t2"].state) == (TaskState.DROPPED, TaskState.ACCEPTED)
        assert file.result and file.result.summary == "It is done."
        assert any("The budget of one task of $0.25" in caveat for caveat in file.result.caveats)


@pytest.mark.parametrize(
    ("ceilings", "month", "whose"),
    [
        (Ceilings(Limit.of(Decimal("0.30"))), Limit(), "The workspace's budget for this month"),
        (Ceilings(channels={"C1": Limit.of(Decimal("0.30"))}), Limit(), "This channel's budget for this month"),
        (Ceilings(), Limit.of(Decimal("0.30")), "The department's budget for this month"),
    ],
    ids=["workspace", "channel", "department"],
)
async def test_a_month_that_is_used_up_holds_and_says_when_it_begins_anew(tmp_path, clock, ceilings, month, whose):
    terms = budget("5.00", month=month, on_shortage="ask")
    async with opened(tmp_path, clock, EIGHT, terms, ceilings=ceilings, parallel=1) as shop:
        file = await shop.carried_out()
        assert file.mission.state is State.RESULT_GATE, "nobody here can raise a month, so nobody is asked"
        assert file.result
        assert f"{whose} of $0.30" in " ".join(file.result.caveats)
        assert "full again on 2026-12-01" in " ".join(file.result.caveats)
        assert (await shop.wallet()).spent.usd <= Decimal("0.30") + CALL


async def test_no_call_is_made_while_the_wallets_cannot_be_read(tmp_path, clock):
    async with opened(tmp_path, clock, ONE, budget()) as shop:

        class Unreachable:
            async def reserve(self, *_: Any) -> Any:
                raise OSError("secret host")

        desk, shop.desk = shop.desk, replace(shop.desk, wallets=Unreachable())  # type: ignore[arg-type]
        file = await shop.planned()
        assert file.mission.state is State.FAILED
        assert file.mission.reason.startswith("It could not be read how much money is left, so no model was asked.")
        assert "secret" not in file.mission.reason
        assert shop.model.models == []
        shop.desk = desk


async def test_a_call_that_is_cut_off_is_booked_and_leaves_nothing_set_aside(tmp_path, clock):
    async with opened(tmp_path, clock, ONE, budget()) as shop:
        shop.model.script.opened.clear()
        planning = asyncio.create_task(shop.planned())
        await shop.model.script.until_busy(1)
        planning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await planning
        assert not (await shop.wallet()).reserved
        assert (await shop.journal.spent("m1")).calls == 1


async def test_a_budget_that_a_person_set_in_the_plan_takes_the_department_s_place(tmp_path, clock):
    async with opened(tmp_path, clock, EIGHT, budget("5.00"), parallel=1) as shop:
        file = await shop.planned()
        assert file.plan and file.estimate
        async with shop.missions.change("m1") as change:
            change.save_plan(1, replace(file.plan, budget_usd=0.3), file.estimate)
        assert (await shop.wallet()).limit == Limit.of(Decimal("0.3"))


async def test_branches_wait_for_calls_under_way_instead_of_giving_up(tmp_path, clock):
    """Two reviews at once could cost more than there is; one after the other they cost next to nothing."""
    three = draft(*[task(f"t{number}") for number in range(1, 4)])
    async with opened(tmp_path, clock, three, budget(), price=DEAR, cost=Decimal("0.001"), parallel=3) as shop:
        file = await shop.carried_out()
        assert file.mission.state is State.RESULT_GATE
        assert {record.state for record in file.tasks.values()} == {TaskState.ACCEPTED}
        assert await shop.told(news.BudgetRanShort) == []


async def test_a_call_that_breaks_leaves_nothing_set_aside(tmp_path, clock):
    async with opened(tmp_path, clock, ONE, budget()) as shop:
        shop.crew.says("Critic", RuntimeError("a fault of ours"))
        assert (await shop.carried_out()).mission.state is State.FAILED
        assert not (await shop.wallet()).reserved


async def test_a_delivered_mission_teaches_the_next_estimate(tmp_path, clock):
    three = draft(*[task(f"t{number}") for number in range(1, 4)])
    async with opened(tmp_path, clock, three, budget("9.00")) as shop:
        before = (await shop.carried_out()).estimate
        await shop.decide("result:1", "approve")
        assert before and before.basis.usual == () and before.cost_usd
        basis = await shop.desk.basis(await shop.missions.mission("m1"), shop.desk.departments.get("general"))
        writer = next(one for one in basis.usual if one.specialist == "writer")
        assert (writer.calls, writer.tasks, writer.cost_usd) == ((2, 2), 3, (0.1, 0.1))
        rest = next(one for one in await shop.missions.past_tasks("T1", "general") if one.specialist == "")
        assert (rest.calls, rest.cost_usd) == (2, CALL * 2)
