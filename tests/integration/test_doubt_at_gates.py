"""What a person meets who decides over doubted claims: both sides, a second click, a reason, quotes in context."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from agents.domain.events import TaskStuck
from agents.domain.evidence import Claim, Status, Verdict, status
from agents.domain.mission import Gate, State, TaskState
from agents.ports import File
from bot.decisions import Answer, Decisions, NeedsReason, NotNow
from bot.views import blockcheck
from bot.views.actions import Action, Form
from storage.inbox import Gesture
from tests.house import House
from tests.integration.test_listeners import POSTS, finished, submit

pytestmark = pytest.mark.asyncio(loop_scope="module")

REASON = "We asked the maker: <the old page> is wrong & will be mended."


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _closed(home: House) -> AsyncIterator[None]:
    """Each test leaves no window open."""
    yield
    await home.close_windows()


async def find(home: House, mission: str, claim: str, standing: Status, by: Any = "sceptic") -> None:
    """Adds a finding, as the department would."""
    said = "The price list says: “0.44 euros a pod”"
    async with home.program.missions.change(mission) as change:
        change.save_verdicts(f"found:{claim}:{standing}", [Verdict(claim, by, standing, "refuted", said)])


async def keyed(home: House, *, key: bool = True) -> tuple[str, str, Claim]:
    """A mission at its result in which nothing is contested: thread, id, and a claim on which the result hangs."""
    thread, mission = await finished(home, POSTS)
    file = await home.program.missions.file(mission)
    claim = next(c for c in file.claims if c.key is key and c.citations and _status(file, c.id) is not Status.CONTESTED)
    return thread, mission, claim


async def form(home: House, thread: str, action: Action) -> dict[str, Any]:
    """The window that a button opens, left open: who plays a person elsewhere fills it in at once."""
    await home.workspace.press("maya", "launch", home.find(thread, action)["ts"], action.value)
    return home.workspace.open_views("maya")[-1]


def decisions(home: House) -> Decisions:
    """The same use case, by another path than buttons and forms."""
    program = home.program
    departments, clock = program.presenter.departments, program.presenter.clock
    return Decisions(program.missions, departments, program.waiting.doorkeeper, clock, program.engine.cancel)


def _status(file: File, claim: str) -> Status | None:
    return status(next(one for one in file.claims if one.id == claim), file.verdicts)


async def told(home: House, thread: str, words: str) -> dict[str, Any]:
    """The newest message of the thread with these words, once there is one."""

    def newest(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
        return next((one for one in reversed(messages) if words in json.dumps(one, ensure_ascii=False)), None)

    return await home.see(thread, newest)


# ---- the result ----


async def test_approving_over_a_contested_key_claim_takes_a_second_click_and_a_reason(home: House) -> None:
    thread, mission, claim = await keyed(home)
    await find(home, mission, claim.id, Status.CONTESTED)
    view = await form(home, thread, Action.APPROVE)
    assert view["callback_id"] == Form.APPROVE
    shown = json.dumps(view, ensure_ascii=False)
    assert claim.citations[0].quote[:40] in shown, "the side for it"
    assert "0.44 euros a pod" in shown, "the side against it"
    assert (await home.program.missions.mission(mission)).state is State.RESULT_GATE
    assert "say why" in (await submit(home, view, note="   "))["note"]
    assert await submit(home, view, note=REASON) == {}
    file = await home.reach(mission, State.DELIVERED)
    (decision,) = [gate.decision for gate in file.gates if gate.kind == "result"]
    assert decision
    assert (decision.choice, decision.note, decision.user) == ("approve", REASON, home.workspace.user("maya"))
    escaped = REASON.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    await told(home, thread, f"Approved over a contested key claim by <@{decision.user}>: {escaped}")
    receipt = json.dumps(await told(home, thread, ":receipt:"), ensure_ascii=False)
    assert "Approved although contested" in receipt
    assert escaped in receipt


async def test_no_path_approves_over_a_contested_key_claim_without_a_reason(home: House) -> None:
    _, mission, claim = await keyed(home)
    await find(home, mission, claim.id, Status.CONTESTED)
    gesture = Gesture(home.program.gateway.team, "action", "other:1", None, None, None, home.workspace.user("maya"))
    with pytest.raises(NeedsReason) as refused:
        await decisions(home).decide(gesture, Answer(f"{mission}:result:1", "approve", " \n"))
    assert [one.id for one in refused.value.claims] == [claim.id]
    assert (await home.program.missions.mission(mission)).state is State.RESULT_GATE


async def test_a_contested_claim_on_which_nothing_hangs_does_not_ask_for_a_reason(home: House) -> None:
    thread, mission, claim = await keyed(home, key=False)
    await find(home, mission, claim.id, Status.CONTESTED)
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.DELIVERED)
    assert home.workspace.open_views("maya") == []


async def test_the_result_shows_its_evidence_before_the_buttons(home: House) -> None:
    thread, _ = await finished(home, POSTS)
    blocks = home.find(thread, Action.SEND_BACK)["blocks"]
    texts = [json.dumps(block, ensure_ascii=False) for block in blocks]
    place = {word: next(n for n, t in enumerate(texts) if word in t) for word in ("Evidence: ", "gate_approve")}
    assert place["Evidence: "] < place["gate_approve"]
    assert sum("nobody has judged the meaning" in text for text in texts) == 1


# ---- a task that is stuck ----


async def stuck(home: House) -> tuple[str, str, Gate, Claim]:
    """A mission that asks about a task with a blocked claim."""
    thread, mission, claim = await keyed(home)
    file = await home.program.missions.file(mission)
    task = claim.id.split(".")[0]
    gate = Gate(f"{mission}:task:{file.mission.rev}:{task}", mission, "task", file.mission.rev, "d", task)
    async with home.program.missions.change(mission) as change:
        change.save_verdicts(
            "blocked", [Verdict(claim.id, "rule", Status.BLOCKED, "number_not_in_quote", "Not there.")]
        )
        change.move(State.RUNNING)
        change.move(State.TASK_GATE)
        change.open_gate(gate)
        change.tell(
            TaskStuck("stuck:test", task, "writer", 2, ("Claim does not stand.",), gate.id, "It goes in circles.")
        )
    await told(home, thread, "It goes in circles.")
    return thread, mission, gate, claim


async def test_accepting_blocked_work_takes_a_reason_and_overrules_on_record(home: House) -> None:
    thread, mission, _, claim = await stuck(home)
    view = await form(home, thread, Action.ACCEPT)
    assert view["callback_id"] == Form.ACCEPT
    assert "Not there." in json.dumps(view, ensure_ascii=False)
    assert await submit(home, view, note=REASON) == {}
    file = await home.reach(mission, State.RESULT_GATE)
    person = [verdict for verdict in file.verdicts if verdict.by == "person"]
    assert {verdict.claim for verdict in person} >= {claim.id}
    assert all((v.reason, v.detail.partition(": ")[2]) == ("overruled", REASON) for v in person)
    assert all("maya" in v.detail.partition(":")[0].casefold() for v in person)
    assert _status(file, claim.id) is Status.UNVERIFIED, "a person lifts a block, and nothing more"
    await told(home, thread, "Accepted as it is by")
    view = await form(home, thread, Action.APPROVE)
    assert view["callback_id"] == Form.APPROVE, "what was overruled is not approved in passing"
    assert "overruled by" in json.dumps(view)


async def test_work_without_a_blocked_claim_is_accepted_at_once(home: House) -> None:
    thread, mission, gate, claim = await stuck(home)
    overruled = Verdict(claim.id, "person", Status.UNVERIFIED, "overruled", "Jonas: known.")
    async with home.program.missions.change(mission) as change:
        change.save_verdicts("lifted", [overruled])
    await home.press(thread, Action.ACCEPT)
    file = await home.reach(mission, State.RESULT_GATE)
    assert file.tasks[gate.task].state is TaskState.ACCEPTED


# ---- quotes in context ----


async def test_a_button_opens_each_quote_inside_its_source_with_all_that_was_found(home: House) -> None:
    thread, mission, _ = await keyed(home)
    await home.workspace.press("maya", "launch", home.find(thread, Action.SEND_BACK)["ts"], Action.EVIDENCE.value)
    (view,) = home.workspace.open_views("maya")
    assert blockcheck.check_view({name: view[name] for name in ("type", "title", "blocks", "callback_id")}) == []
    file = await home.program.missions.file(mission)
    quotes = [one["elements"][0] for one in view["blocks"] if one["type"] == "rich_text"]
    bold = {run["text"] for quote in quotes for run in quote["elements"] if run.get("style") == {"bold": True}}
    texts = [snapshot.text for snapshot in file.snapshots.values()]
    assert bold
    assert all(any(text in whole for whole in texts) for text in bold)
    assert any(len(quote["elements"]) == 3 for quote in quotes), "words of the source stand around the quote"
    assert "Rule: *traced*" in json.dumps(view)


async def test_a_person_contests_a_claim_and_all_that_rests_on_it(home: House) -> None:
    thread, mission, _ = await keyed(home)
    post = home.find(thread, Action.SEND_BACK)["ts"]
    await home.workspace.press("maya", "launch", post, Action.EVIDENCE.value)
    (window,) = home.workspace.open_views("maya")
    value = next(one["accessory"]["value"] for one in window["blocks"] if one.get("accessory"))
    claim = value.split("|")[1]
    await home.workspace.press_in_view("maya", window["id"], Action.CONTEST.value, value)
    assert await submit(home, home.workspace.open_views("maya")[-1], note=REASON) == {}
    file = await home.program.missions.file(mission)
    assert _status(file, claim) is Status.CONTESTED
    resting = {one.claim for one in file.dependencies if one.on == claim}
    assert all(_status(file, id) in (Status.CONTESTED, Status.BLOCKED) for id in resting)
    await told(home, thread, "Contested by maya")
    again = await home.workspace.wait_for(
        lambda: next((v for v in home.workspace.open_views("maya") if "Person: *contested*" in json.dumps(v)), None)
    )
    assert again["id"] == window["id"], "the window below is drawn anew"


async def test_only_who_may_decide_may_contest(home: House) -> None:
    thread, mission, claim = await keyed(home)
    await home.workspace.press("jonas", "launch", home.find(thread, Action.SEND_BACK)["ts"], Action.EVIDENCE.value)
    (view,) = home.workspace.open_views("jonas")
    assert Action.CONTEST.value not in json.dumps(view)
    gesture = Gesture(home.program.gateway.team, "view", "v:1", None, None, None, home.workspace.user("jonas"))
    with pytest.raises(NotNow, match="Only"):
        await decisions(home).contest(gesture, mission, claim.id, REASON)


async def test_a_claim_is_not_contested_without_words_or_after_the_end(home: House) -> None:
    thread, mission, claim = await keyed(home)
    gesture = Gesture(home.program.gateway.team, "view", "v:2", None, None, None, home.workspace.user("maya"))
    with pytest.raises(NotNow, match="what speaks against"):
        await decisions(home).contest(gesture, mission, claim.id, "  ")
    with pytest.raises(NotNow, match="no longer part"):
        await decisions(home).contest(gesture, mission, "t9.c9", REASON)
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.DELIVERED)
    with pytest.raises(NotNow, match="has ended"):
        await decisions(home).contest(replace(gesture, event_id="v:3"), mission, claim.id, REASON)
