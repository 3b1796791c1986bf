"""The outbox drained into a local workspace: in order, once, at Slack's pace, and nothing of a deliverable cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from agents.departments import DepartmentFiles
from agents.domain import events as news
from agents.domain import plan as plans
from agents.domain.artifact import Artifact, Item
from agents.domain.evidence import Citation, Claim, Snapshot, Status, Verdict
from agents.domain.mission import Decision, Gate, Mission, State, TaskState
from agents.domain.plan import Estimate, Plan, Task
from agents.ports import Outgoing, ResultRecord, TaskRecord
from bot.clock import SystemClock
from bot.drain import Drain
from bot.gateway import Gateway, Tempo
from bot.local.workspace import Workspace
from bot.presenter import Presenter, route
from storage.database import Database
from storage.inbox import Gesture
from storage.missions import MissionRows
from storage.outbox import Outbox

TASKS = (
    Task("t1", "Analysis", "Compare", "analyst", "text", deliverable=True),
    Task("t2", "Calendar", "Plan days", "calendar", "table", needs=("t1",), deliverable=True),
)
PLAN = Plan("Coffee pods", "It is launched", TASKS)
LONG = "\n\n".join(f"## Part {n}\n\n" + f"Sentence {n} about pods. " * 40 for n in range(1, 31)) + " [t1.c1]"
ANALYSIS = Artifact("text", "Analysis", text=LONG)
CALENDAR = Artifact(
    "table",
    "Calendar",
    columns=("Date", "Theme"),
    rows=tuple((f"2026-12-{n:02}", f"Theme {n}") for n in range(1, 31)),
)
PAGE = Snapshot("s1", "web", "https://a.example/x", "Shop page", "A pod costs 0.42 euros.", "2026-01-02")
CLAIM = Claim("t1.c1", "A pod costs 0.42 euros.", citations=(Citation("s1", "A pod costs 0.42 euros"),))


@dataclass
class Street:
    """A mission as rows, and the thread in which it is shown."""

    workspace: Workspace
    missions: MissionRows
    outbox: Outbox
    drain: Drain
    root: str

    @property
    def channel(self) -> str:
        return self.workspace.channel("launch")

    async def tell(self, *events: news.Event, state: State | None = None, **more: Any) -> None:
        async with self.missions.change("m1") as change:
            if state:
                change.mission = replace(change.mission, state=state, **more)
            change.tell(*events)

    async def show(self) -> None:
        async with asyncio.timeout(30):
            await self.drain(self.channel)

    async def planned(self) -> None:
        async with self.missions.change("m1") as change:
            change.save_plan(1, PLAN, Estimate((3, 9), (1, 5), None))
            change.open_gate(Gate("m1:plan:1", "m1", "plan", 1, plans.digest(PLAN)))
            change.move(State.PLAN_GATE, title=PLAN.title)
            change.tell(news.PlanProposed("plan:1", 1, "m1:plan:1"))

    async def done(self, *artifacts: Artifact) -> None:
        """Each task with accepted work, the mission delivered."""
        tasks = tuple(replace(task, output=work.kind) for task, work in zip(TASKS, artifacts, strict=False))
        async with self.missions.change("m1") as change:
            change.save_plan(1, replace(PLAN, tasks=tasks), Estimate((3, 9), (1, 5), None))
            for task, work in zip(tasks, artifacts, strict=True):
                change.save_task(TaskRecord(task.id, 1, TaskState.ACCEPTED, plans.digest(task), 1, artifact=work))
            change.save_snapshot("t1", PAGE)
            change.save_claims("t1", 1, 1, [CLAIM], [Verdict("t1.c1", "rule", Status.TRACED, "traced")])
            change.save_result(ResultRecord(1, "d", "It is done.", ("Mind the year.",)))
            change.mission = replace(change.mission, state=State.DELIVERED)
            change.tell(news.MissionDelivered("delivered:1", 1, tuple(task.id for task in tasks)))

    def said(self) -> list[dict[str, Any]]:
        """The replies in the thread."""
        return self.workspace.thread("launch", self.root)[1:]

    def keys(self) -> list[str]:
        """Markers of the posts, without mission and event."""
        found = [(one.get("metadata") or {}).get("event_payload", {}).get("key", "") for one in self.said()]
        return [key.partition(">")[2] for key in found if key]

    def words(self) -> str:
        """Everything that the thread shows."""
        return "\n".join(texts(self.said()))

    def calls(self, method: str) -> list[Any]:
        return [entry.request for entry in self.workspace.traffic if entry.name == method]

    async def parked(self) -> dict[str, str]:
        """View and reason of what Slack will never take."""
        async with self.missions._database.read() as session:
            rows = await session.exec(sa.text("select view, reason from outbox where state = 'parked'"))
            return dict(tuple(row) for row in rows)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for one in value.values() if not isinstance(one, str) for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list) else []


@asynccontextmanager
async def opened(folder: Path, tempo: Tempo = Tempo(0.0, 1, 0.0, 1), **settings: Any) -> AsyncIterator[Street]:  # noqa: B008
    async with Workspace(**({"rate_limits": False} | settings)) as workspace:
        clock, team = SystemClock(), workspace.state.team_id
        database = Database.open(f"sqlite:///{folder / 'baton.db'}")
        await database.migrate()
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        gateway = Gateway(client, team=team, bot=workspace.state.bot_user, tempo=tempo)
        missions = MissionRows(database, route, lambda session, call: None, clock)
        outbox = Outbox(database, clock)
        drain = Drain(outbox, missions, Presenter(missions, DepartmentFiles.load(), clock), gateway, clock)
        root = await workspace.say("maya", "launch", "@Baton launch the pods")
        maya, channel = workspace.user("maya"), workspace.channel("launch")
        mission = Mission(
            "m1", team, channel, root, root, maya, "Launch the pods", "launch", State.PLANNING, 1, clock.now()
        )
        mention = Gesture(team, "mention", "E1", channel, root, None, maya, {})
        await missions.accept(mention, mission, [news.MissionAccepted("accepted")])
        try:
            yield Street(workspace, missions, outbox, drain, root)
        finally:
            await database.close()


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as one:
        yield one


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not answer is asked again soon."""
    monkeypatch.setattr("bot.drain.PATIENCE", (0.05, 0.05))


# ---- order and number ----


async def test_a_mission_is_seen_at_once_and_its_plan_follows(street: Street) -> None:
    await street.planned()
    await street.show()
    root = street.workspace.thread("launch", street.root)[0]
    assert [one["name"] for one in root["reactions"]] == ["eyes"]
    (card,) = street.said()
    assert card["text"].startswith("Plan: Coffee pods")
    assert street.keys() == ["card"]
    assert street.workspace.session("launch", street.root) == {"status": "suspended", "title": "Coffee pods"}


async def test_updates_that_wait_together_become_one(street: Street) -> None:
    await street.planned()
    await street.show()
    for attempt in range(1, 9):
        started = news.TaskStarted(f"started:t1:1:{attempt}", "t1", "analyst", attempt)
        await street.tell(started, state=State.RUNNING)
    await street.show()
    assert len(street.calls("chat.update")) == 1
    assert "At work." in street.said()[0]["text"]


async def test_a_card_is_drawn_as_the_mission_stands_when_its_turn_comes(street: Street) -> None:
    await street.planned()
    await street.tell(news.RunStarted("run:1", 1), state=State.RUNNING)
    await street.show()
    assert len(street.calls("chat.postMessage")) == 1
    assert "At work." in street.said()[0]["text"]
    assert "gate_approve" not in str(street.said()[0]["blocks"])


async def test_a_newer_plan_is_posted_at_the_end_and_the_one_before_is_marked(street: Street) -> None:
    await street.planned()
    await street.show()
    await street.tell(news.PlanProposed("plan:2", 2, "m1:plan:2"), state=State.PLAN_GATE, rev=2)
    await street.show()
    old, new = street.said()
    assert old["text"] == "This plan was replaced by the one below."
    assert "gate_approve" not in str(old["blocks"])
    assert "gate_approve" in str(new["blocks"])
    await street.tell(news.RunStarted("run:2", 2), state=State.RUNNING)
    await street.show()
    assert "At work." in street.said()[1]["text"], "what follows is shown on the newer card"
    assert street.said()[0] == old


async def test_a_question_that_was_answered_shows_who_answered_in_place_of_its_buttons(street: Street) -> None:
    await street.done(ANALYSIS)
    async with street.missions.change("m1") as change:
        change.mission = replace(change.mission, state=State.RESULT_GATE)
        change.open_gate(Gate("m1:result:1", "m1", "result", 1, "d"))
        change.tell(news.ResultProposed("result:1", 1, "m1:result:1"))
    await street.show()
    maya = street.workspace.user("maya")
    async with street.missions.change("m1") as change:
        change.decide(Decision("m1:result:1", "approve", maya, SystemClock().now(), "d"))
        change.tell(news.GateDecided("decided:m1:result:1", "m1:result:1", "approve", maya))
    await street.show()
    (gate,) = [one for one in street.said() if one["text"].startswith("The result of")]
    assert f"Approved by <@{maya}>" in str(gate["blocks"])
    assert "gate_send_back" not in str(gate["blocks"])


async def test_a_line_that_belongs_to_no_mission_is_posted_as_it_is(street: Street) -> None:
    line = Outgoing("line:1", street.channel, "line:1", "post", "line", 0, {"text": "a < b & c", "thread": street.root})
    other = Gesture(street.workspace.state.team_id, "mention", "E2", street.channel, "9.9", None, "U1", {})
    await street.missions.accept(other, show=[line])
    await street.show()
    (said,) = street.said()
    assert said["blocks"][0]["text"]["text"] == "a &lt; b &amp; c"


# ---- bad days ----


async def test_slacks_wish_to_wait_is_honoured_and_the_post_comes_once(street: Street) -> None:
    await street.planned()
    street.workspace.faults.storm("chat.postMessage", 1, 1)
    await street.show()
    assert street.keys() == ["card"]
    tries = [entry for entry in street.workspace.traffic if entry.name == "chat.postMessage"]
    assert len(tries) == 2
    assert tries[1].at - tries[0].at >= 1.0, "not before Slack's second has passed"


async def test_a_post_whose_answer_was_lost_is_looked_for_and_not_repeated(street: Street) -> None:
    await street.planned()
    street.workspace.faults.lose_answer("chat.postMessage")
    await street.show()
    assert street.keys() == ["card"]
    assert len(street.calls("chat.postMessage")) == 1


async def test_an_outage_loses_nothing(street: Street) -> None:
    street.workspace.faults.break_down("*", 6)
    await street.planned()
    await street.show()
    assert street.keys() == ["card"]
    assert street.workspace.thread("launch", street.root)[0]["reactions"]


async def test_posts_do_not_wait_for_signs_of_life(street: Street) -> None:
    street.workspace.faults.break_down("reactions.add", 1000)
    street.workspace.faults.storm("agents.sessions.setStatus", 1000, 5)
    await street.planned()
    draining = asyncio.create_task(street.drain(street.channel))
    await street.workspace.wait_for(lambda: street.keys() == ["card"])
    street.workspace.faults.clear()
    async with asyncio.timeout(20):
        await draining
    assert street.workspace.thread("launch", street.root)[0]["reactions"]


async def test_what_slack_will_never_take_does_not_hold_up_the_rest(street: Street) -> None:
    await street.planned()
    street.workspace.faults.refuse("reactions.add", "message_not_found")
    await street.show()
    assert street.keys() == ["card"]
    assert await street.parked() == {"eyes": "message_not_found"}


async def test_a_view_that_breaks_does_not_hold_up_the_rest(street: Street) -> None:
    stuck = news.TaskStuck("stuck:t9:1:3", "t9", "analyst", 3, ("Wrong.",), "m1:task:1:t9")
    await street.planned()
    async with street.missions.change("m1") as change:
        change.open_gate(Gate("m1:task:1:t9", "m1", "task", 1, "d", "t9"))
        change.tell(stuck)
    await street.show()
    assert street.keys() == ["card"]
    assert await street.parked() == {"stuck": "The view stuck broke: KeyError."}


async def test_a_deliverable_in_parts_that_is_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    methods = {"auth.test", "chat.postMessage", "chat.update", "conversations.replies", "reactions.add"}
    async with opened(tmp_path, methods=methods) as street:
        await street.done(ANALYSIS)
        posts = iter([None, "lose", None, "storm", "lose", None])
        whole = street.drain.gateway.post

        async def post(payload: dict[str, Any], key: str) -> str:
            fault = next(posts, None)
            if fault == "lose":
                street.workspace.faults.lose_answer("chat.postMessage")
            elif fault == "storm":
                street.workspace.faults.storm("chat.postMessage", 1, 1)
            return await whole(payload, key)

        street.drain.gateway.post = post  # type: ignore[method-assign]
        await street.show()
        keys = street.keys()
        assert len(keys) == len(set(keys)), "nothing twice"
        assert [key for key in keys if key.startswith("deliverable")] == [
            "deliverable:1:t1",
            "deliverable:1:t1#2",
            "deliverable:1:t1#3",
        ]
        _assert_whole(street)


def _assert_whole(street: Street) -> None:
    shown = " ".join(street.words().split())
    for number in range(1, 31):
        assert " ".join((f"Sentence {number} about pods. " * 40).split()) in shown
    assert "A pod costs 0.42 euros" in shown


async def test_files_of_a_deliverable_are_shared_once_though_slack_stumbles(street: Street) -> None:
    await street.done(replace(ANALYSIS, text="Short."), CALENDAR)
    workspace = street.workspace
    workspace.faults.storm("files.completeUploadExternal", 1, 1)
    await street.show()
    names = [file["name"] for one in street.said() for file in one.get("files") or ()]
    assert sorted(names) == ["calendar.csv", "calendar.ics"]
    keys = street.keys()
    assert len(keys) == len(set(keys))


async def test_a_replaced_card_that_cannot_be_marked_now_brings_no_second_card(street: Street) -> None:
    await street.planned()
    await street.show()
    await street.tell(news.PlanProposed("plan:2", 2, "m1:plan:2"), state=State.PLAN_GATE, rev=2)
    street.workspace.faults.storm("chat.update", 1, 1)
    await street.show()
    old, new = street.said()
    assert old["text"] == "This plan was replaced by the one below."
    assert "gate_approve" in str(new["blocks"])


async def test_a_card_that_was_deleted_does_not_stop_the_next_one(street: Street) -> None:
    await street.planned()
    await street.show()
    street.workspace.faults.refuse("chat.update", "message_not_found")
    await street.tell(news.PlanProposed("plan:2", 2, "m1:plan:2"), state=State.PLAN_GATE, rev=2)
    await street.show()
    assert len(street.said()) == 2
    assert await street.parked() == {}


# ---- deliverables ----


async def test_a_long_text_comes_as_a_canvas_with_its_beginning_and_a_button(street: Street) -> None:
    await street.done(ANALYSIS)
    await street.show()
    (post,) = [one for one in street.said() if one["text"] == "Deliverable: Analysis"]
    opener = next(e for block in post["blocks"] if block["type"] == "actions" for e in block["elements"])
    (canvas,) = street.workspace.state.canvases.values()
    for number in range(1, 31):
        assert f"Sentence {number} about pods. " * 39 in str(canvas.markdown)
    assert "A pod costs 0.42 euros" in str(canvas.markdown)
    assert opener["url"].startswith("http")


async def test_without_canvases_a_long_text_comes_as_a_file(street: Street) -> None:
    street.workspace.faults.refuse("canvases.create", "canvas_disabled_user_team", 9)
    await street.done(ANALYSIS)
    await street.show()
    (file,) = [file for one in street.said() for file in one.get("files") or ()]
    assert file["name"] == "analysis.md"
    content = street.workspace.state.files[file["id"]].content.decode()
    assert all(f"Sentence {number} about pods. " * 39 in content for number in range(1, 31))
    assert "The whole text is in analysis.md." in street.words()


async def test_without_canvases_and_files_a_deliverable_comes_whole_in_messages(tmp_path: Path) -> None:
    methods = {"auth.test", "chat.postMessage", "chat.update", "conversations.replies"}
    async with opened(tmp_path, methods=methods) as street:
        await street.done(ANALYSIS, CALENDAR)
        await street.show()
        _assert_whole(street)
        shown = street.words()
        for row in CALENDAR.rows:
            assert row[0] in shown and row[1] in shown
        assert "BEGIN:VCALENDAR" in shown, "what cannot be attached is told"
        keys = street.keys()
        assert len(keys) == len(set(keys))
        assert keys[-2:] == ["receipt:1", "card"]


async def test_pieces_come_each_as_they_will_be_read(street: Street) -> None:
    items = Artifact("items", "Posts", items=tuple(Item(f"Day {n}", f"Post number {n}!") for n in range(1, 61)))
    await street.done(items)
    await street.show()
    shown = street.words()
    assert all(f"Post number {n}!" in shown and f"Day {n}" in shown for n in range(1, 61))


async def test_what_is_delivered_comes_in_order_and_the_receipt_last(street: Street) -> None:
    await street.done(replace(ANALYSIS, text="Short."), CALENDAR)
    await street.show()
    assert street.keys() == [
        "opening:1",
        "deliverable:1:t1",
        "deliverable:1:t2",
        "receipt:1",
        "card",
    ]


# ---- plainer servers ----


async def test_a_server_that_knows_no_plan_blocks_gets_the_same_plan_as_lines(street: Street) -> None:
    await street.planned()
    street.workspace.faults.refuse("chat.postMessage", "invalid_blocks")
    await street.show()
    (card,) = street.said()
    assert "plan" not in {block["type"] for block in card["blocks"]}
    assert "*t1 Analysis*" in str(card["blocks"])
    assert "gate_approve" in str(card["blocks"])
    street.workspace.faults.refuse("chat.update", "invalid_blocks")
    await street.tell(news.RunStarted("run:1", 1), state=State.RUNNING)
    await street.show()
    assert "At work." in street.said()[0]["text"]


async def test_posts_of_a_channel_keep_slacks_pace(tmp_path: Path) -> None:
    async with opened(tmp_path, Tempo(0.15, 2, 0.0, 1)) as street:
        await street.done(replace(ANALYSIS, text="Short."), CALENDAR)
        await street.show()
        at = [entry.at for entry in street.workspace.traffic if entry.name == "chat.postMessage"]
        assert len(at) >= 4
        for first, third in zip(at, at[2:], strict=False):
            assert third - first >= 0.14, "two at once, then one by one"
