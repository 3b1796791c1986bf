"""A deliverable edited before it is approved, with the real Bolt app against the local workspace."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agents.domain import events as news
from agents.domain.evidence import Claim, Status, Verdict, status
from agents.domain.mission import State
from agents.ports import File
from bot.revising import Revising
from bot.views.actions import Action, Form
from storage.audit import AuditRows
from storage.inbox import Gesture
from tests.house import House
from tests.integration.test_listeners import POSTS, finished

CALENDAR = "Create a 30-day launch calendar for compostable coffee pods."

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _closed(home: House) -> AsyncIterator[None]:
    yield
    await home.close_windows()


def work(file: File, kind: str) -> str:
    """The delivered task that made work of that kind."""
    assert file.plan
    return next(t.id for t in file.plan.tasks if t.deliverable and t.output == kind)


async def opened(home: House, thread: str, task: str, user: str = "maya") -> list[dict[str, Any]]:
    """Presses Edit beside that work; the windows that are open then."""
    message = home.find(thread, Action.EDIT_RESULT)
    elements = [one for block in message["blocks"] for one in block.get("elements", ()) if isinstance(one, dict)]
    value = next(
        one["value"] for one in elements if one.get("action_id") == "result_edit" and one["value"].endswith(f"|{task}")
    )
    await home.workspace.press(user, "launch", message["ts"], Action.EDIT_RESULT.value, value)
    return home.workspace.open_views(user)


def fields(view: dict[str, Any]) -> dict[str, str]:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"]: block["element"].get("initial_value", "") for block in inputs}


async def save(home: House, view: dict[str, Any], **entered: str) -> dict[str, str]:
    values = fields(view) | {name.replace("_", ":"): value for name, value in entered.items()}
    return await home.workspace.submit(view["id"], {name: {"value": value} for name, value in values.items()})


async def test_an_edited_deliverable_is_kept_with_its_author_and_asked_about_anew(home: House) -> None:
    thread, mission = await finished(home, POSTS)
    before = await home.program.missions.file(mission)
    task, gate = work(before, "items"), before.gates[-1]
    assert before.result
    judged = next(claim for claim in before.claims if claim.id.startswith(f"{task}.") or claim.citations)
    (view,) = await opened(home, thread, task)
    assert view["callback_id"] == Form.EDIT_RESULT
    changed = f"{fields(view)['item:1']} It was sold 98,765 times."
    assert await save(home, view, item_1=changed) == {}
    await home.see(thread, lambda all: "was edited by" in json.dumps(all))
    await home.see(thread, lambda all: "edited by <@" in json.dumps(home.find(thread, Action.APPROVE)))
    after = await home.program.missions.file(mission)
    old, new = before.tasks[task], after.tasks[task]
    maya = home.workspace.user("maya")
    assert (new.rev, new.attempt, new.note) == (old.rev, old.attempt + 1, f"Edited by <@{maya}>.")
    assert new.artifact
    assert new.artifact.items[0].text == changed
    assert await home.program.missions.attempt(mission, task, old.rev, old.attempt) == old, "what was before is kept"
    asked = next(one for one in after.gates if one.id == gate.id)
    assert after.result
    assert asked.digest == after.result.digest != gate.digest
    texts = {c.id: c.text for c in before.claims if not c.id.startswith(f"{task}.u")}
    assert {id: c.text for c in after.claims if (id := c.id) in texts} == texts, "claims are carried over"
    assert status(judged, after.verdicts) is status(judged, before.verdicts)
    added = [c for c in after.claims if "98,765" in c.text]
    assert [status(one, after.verdicts) for one in added] == [Status.UNVERIFIED], "no edit makes a fact"
    (entry,) = [
        one
        for one in await AuditRows(home.program.database).records(home.program.gateway.team)
        if one.action == "result_edited" and one.object == gate.id
    ]
    assert (entry.who, entry.authority, entry.digest, entry.outcome) == (
        maya,
        "requester",
        asked.digest,
        f"edited {task}",
    )
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.DELIVERED)
    told = json.dumps(home.thread(thread), ensure_ascii=False)
    assert "98,765" in told, "what was edited is what is delivered"
    receipt = next(one for one in home.thread(thread) if one["text"] == "Receipt")
    assert f"by <@{maya}>" in json.dumps(receipt)
    assert "*Edited:*" in json.dumps(receipt)


async def test_buttons_and_forms_from_before_an_edit_decide_nothing_and_say_so(home: House) -> None:
    thread, mission = await finished(home, POSTS)
    file = await home.program.missions.file(mission)
    task, old = work(file, "items"), file.gates[-1]
    (form,) = await opened(home, thread, task)
    stale = home.find(thread, Action.APPROVE)
    buttons = [one for block in stale["blocks"] for one in block.get("elements", ()) if isinstance(one, dict)]
    value = next(one["value"] for one in buttons if one.get("action_id") == Action.APPROVE.value)
    elsewhere = Gesture(home.program.gateway.team, "view", "w:1", None, None, None, home.workspace.user("maya"))
    entered = fields(form) | {"item:1": "Something else."}
    await Revising(home.program.replies.control.decisions).take(elsewhere, form["private_metadata"], entered)
    assert "has changed since" in (await save(home, form, item_1="Another thing."))["item:1"]
    assert (await home.program.missions.file(mission)).tasks[task].artifact.items[0].text == "Something else."  # type: ignore[union-attr]
    seen = len(home.workspace.ephemeral("maya"))
    await home.workspace.press("maya", "launch", stale["ts"], Action.APPROVE.value, value)
    await home.workspace.wait_for(lambda: len(home.workspace.ephemeral("maya")) > seen)
    assert "has changed since" in home.workspace.ephemeral("maya")[-1]["text"]
    present = await home.program.missions.file(mission)
    assert present.mission.state is State.RESULT_GATE
    assert next(one for one in present.gates if one.id == old.id).decision is None


async def test_a_row_of_another_width_is_told_on_its_field_and_nothing_is_kept(home: House) -> None:
    thread, mission = await finished(home, CALENDAR)
    before = await home.program.missions.file(mission)
    (view,) = await opened(home, thread, work(before, "table"))
    wrong = await save(home, view, part_1="one cell")
    assert "Row 1 has 1 cell; there are" in wrong["part:1"]
    assert (await home.program.missions.file(mission)).tasks == before.tasks


async def test_only_the_missions_own_people_edit_its_result(home: House) -> None:
    thread, mission = await finished(home, POSTS)
    file = await home.program.missions.file(mission)
    assert await opened(home, thread, work(file, "items"), "jonas") == []
    seen = await home.workspace.wait_for(lambda: home.workspace.ephemeral("jonas"))
    assert "can decide about this mission" in seen[-1]["text"]
    assert not [one for one in await home.program.missions.told(mission) if isinstance(one.event, news.ResultEdited)]


async def test_what_people_and_the_sceptic_said_of_claims_survives_an_edit(home: House) -> None:
    thread, mission = await finished(home, POSTS)
    file = await home.program.missions.file(mission)
    task = work(file, "items")
    record, claim = file.tasks[task], Claim(f"{task}.c9", "Pods rot within a month.")
    said = [
        Verdict(claim.id, "person", Status.CONTESTED, "contested_by_person", "Maya: not so."),
        Verdict(claim.id, "sceptic", Status.UNVERIFIED, "no_support", "Nothing says so."),
    ]
    async with home.program.missions.change(mission) as change:
        change.save_claims(task, record.rev, record.attempt, [claim], said)
    (view,) = await opened(home, thread, task)
    assert await save(home, view, item_1=f"{fields(view)['item:1']} Really.") == {}
    after = await home.program.missions.file(mission)
    assert after.tasks[task].attempt == record.attempt + 1
    assert set(said) <= set(after.verdicts)
    assert claim in after.claims
    assert status(claim, after.verdicts) is Status.CONTESTED
