"""The seed mission from the mention to the receipt, through every layer, as the person in the thread sees it."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agents.domain import events as news
from agents.domain.evidence import Status, status
from agents.domain.mission import State, TaskState
from agents.ports import File, Told
from bot.commands import report
from bot.views import blockcheck, work
from bot.views.actions import Action
from bot.views.marks import without
from tests import house
from tests.house import SEED, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Played:
    """A mission that was played to its end."""

    home: House
    thread: str
    file: File
    told: list[Told]
    seen_at_plan: list[dict[str, Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """One person asks, approves the plan, approves the result."""
    async with house.opened(tmp_path_factory.mktemp("house")) as home:
        thread = await home.ask(SEED)
        mission = (await home.mission(thread)).id
        await home.reach(mission, State.PLAN_GATE)
        seen = copy.deepcopy(home.thread(thread))
        await home.press(thread, Action.APPROVE)
        await home.reach(mission, State.RESULT_GATE)
        await home.press(thread, Action.APPROVE)
        file = await home.reach(mission, State.DELIVERED)
        yield Played(home, thread, file, list(await home.program.missions.told(mission)), seen)


def names(played: Played) -> list[str]:
    return [type(one.event).__name__ for one in played.told]


async def test_a_mention_is_answered_with_a_reaction_and_a_plan_that_waits(played: Played) -> None:
    root, card = played.seen_at_plan
    assert [reaction["name"] for reaction in root["reactions"]] == ["eyes"]
    assert [button["text"]["text"] for button in card["blocks"][-1]["elements"]] == [
        "Approve",
        "Edit",
        "Ask for changes",
        "Cancel",
    ]
    plan = next(block for block in card["blocks"] if block["type"] == "plan")
    assert len(plan["tasks"]) >= 5
    assert "Estimate" in str(card["blocks"])


async def test_nothing_begins_before_the_plan_is_approved(played: Played) -> None:
    order = names(played)
    assert order.index("GateDecided") < order.index("TaskStarted")


async def test_at_least_four_specialists_work_and_two_tasks_at_the_same_time(played: Played) -> None:
    body = report.as_json(played.file, played.told, [])
    assert len(body["specialists"]) >= 4
    assert body["at_the_same_time"] >= 2


async def test_each_specialist_posts_under_its_own_name_and_icon(played: Played) -> None:
    personas = {
        (message["username"], message["icons"]["emoji"])
        for message in played.home.thread(played.thread)
        if message.get("username")
    }
    assert {("Market Researcher", ":mag:"), ("Competitive Analyst", ":bar_chart:")} <= personas
    assert {("Calendar Keeper", ":calendar:"), ("Social Writer", ":pencil2:")} <= personas


async def test_work_that_fails_its_check_goes_back_and_comes_again(played: Played) -> None:
    back = [one.event for one in played.told if isinstance(one.event, news.ReworkAsked)]
    assert back
    assert {event.by for event in back} <= {"checks", "critic", "ledger"}
    for event in back:
        assert played.file.tasks[event.task].attempt > event.attempt
    assert any(message.get("username") == "Critic" for message in played.home.thread(played.thread))


async def test_a_disagreement_between_sources_is_shown_as_contested(played: Played) -> None:
    doubted = [claim for claim in played.file.claims if status(claim, played.file.verdicts) is Status.CONTESTED]
    assert doubted
    names_of_doubt = {work.SCEPTIC[0], work.EVIDENCE[0]}  # whichever had found it when the post was drawn
    posts = [m for m in played.home.thread(played.thread) if m.get("username") in names_of_doubt]
    assert posts
    assert any("contested" in str(m["blocks"]).lower() for m in played.home.thread(played.thread)[-8:])


async def test_a_planted_falsehood_is_contested_where_it_enters_and_what_rests_on_it_becomes_unknown(
    played: Played,
) -> None:
    planted = next(claim for claim in played.file.claims if "24.6%" in claim.text)
    true = next(claim for claim in played.file.claims if "market share of 14.6%" in claim.text)
    assert planted.id.startswith("t1.")
    for claim in (planted, true):
        assert status(claim, played.file.verdicts) is Status.CONTESTED
    back = [one.event for one in played.told if isinstance(one.event, news.ReworkAsked)]
    (fallen,) = [event for event in back if event.by == "ledger"]
    assert fallen.task == "t3"
    assert true.id in fallen.points[0]
    assert "“Dunmarrow reached a market share of 24.6% in 2025" in fallen.points[0]
    analysis = played.file.tasks["t3"]
    assert analysis.artifact
    assert "Unknown, because what it rested on is contested: By market share the order is" in analysis.artifact.text
    assert not [
        claim
        for claim in played.file.claims
        if claim.id.startswith("t3.") and status(claim, played.file.verdicts) is Status.CONTESTED
    ]


async def test_both_approvals_are_on_record_with_person_and_digest(played: Played) -> None:
    decided = [gate.decision for gate in played.file.gates]
    assert all(decided)
    assert {(gate.kind, gate.decision.choice) for gate in played.file.gates if gate.decision} == {
        ("plan", "approve"),
        ("result", "approve"),
    }
    assert all(gate.decision and gate.decision.digest == gate.digest for gate in played.file.gates)


async def test_every_figure_of_the_analysis_leads_to_a_quote_in_a_source(played: Played) -> None:
    assert played.file.plan
    task = next(task for task in played.file.plan.tasks if task.specialist == "analyst")
    artifact = played.file.tasks[task.id].artifact
    assert artifact
    claims = {claim.id: claim for claim in played.file.claims}
    lines = [line for line in artifact.text.splitlines() if re.search(r"\d", re.sub(r"\[t\d+\.c\d+\]", "", line))]
    assert lines
    for line in lines:
        for cell in line.split("|"):
            bare = re.sub(r"\[t\d+\.c\d+\]", "", cell)
            if re.search(r"\d", bare):
                assert re.search(r"\[t\d+\.c\d+\]", cell), cell
    for id in re.findall(r"\[(t\d+\.c\d+)\]", artifact.text):
        assert _quotes(claims, id), id


def _quotes(claims: dict[str, Any], id: str) -> list[str]:
    claim = claims[id]
    own = [citation.quote for citation in claim.citations]
    return own or [quote for parent in claim.derived_from for quote in _quotes(claims, parent)]


async def test_the_calendar_has_thirty_days_as_table_csv_and_ics(played: Played, tmp_path: Path) -> None:
    written = {path.suffix: path for path in _written(played, tmp_path) if "calendar" in path.name}
    rows = list(csv.DictReader(io.StringIO(written[".csv"].read_text("utf-8-sig"))))
    days = [dt.date.fromisoformat(row["Date"]) for row in rows]
    assert days == [days[0] + dt.timedelta(n) for n in range(30)]
    assert written[".ics"].read_text().count("BEGIN:VEVENT") == 30
    assert written[".md"].read_text().count("\n| 20") == 30


async def test_the_five_posts_keep_within_their_limit(played: Played) -> None:
    assert played.file.plan
    task = next(task for task in played.file.plan.tasks if task.specialist == "writer")
    artifact = played.file.tasks[task.id].artifact
    assert artifact
    assert len(artifact.items) == 5
    limit = next(check.number for check in task.checks if check.kind == "max_chars")
    assert limit
    assert max(len(without(item.text)) for item in artifact.items) <= limit


async def test_the_result_is_delivered_in_full_with_its_files_and_a_receipt(played: Played) -> None:
    thread = played.home.thread(played.thread)
    files = {file["name"] for message in thread for file in message.get("files") or ()}
    assert {name.rpartition(".")[2] for name in files} >= {"csv", "ics"}
    assert "Receipt" in thread[-1]["text"] or any("Receipt" in message["text"] for message in thread[-3:])
    assert all(record.state is TaskState.ACCEPTED for record in played.file.tasks.values())
    root = thread[0]
    assert {"eyes", "white_check_mark"} <= {reaction["name"] for reaction in root["reactions"]}


async def test_the_card_shows_the_end_and_has_no_buttons_left(played: Played) -> None:
    card = played.home.thread(played.thread)[1]
    assert "Delivered" in card["text"]
    assert "actions" not in {block["type"] for block in card["blocks"]}
    plan = next(block for block in card["blocks"] if block["type"] == "plan")
    assert {task["status"] for task in plan["tasks"]} == {"complete"}


async def test_every_payload_that_left_keeps_slacks_limits(played: Played) -> None:
    sent = [entry for entry in played.home.workspace.traffic if entry.name in ("chat.postMessage", "chat.update")]
    assert len(sent) > 15
    for entry in sent:
        check = blockcheck.check_post if entry.name == "chat.postMessage" else blockcheck.check_message
        assert check(entry.request) == [], entry.name
    assert played.home.refused() == []


def _written(played: Played, folder: Path) -> list[Path]:
    return report.write_deliverables(folder, played.file, played.told, dt.datetime.now(dt.UTC))
