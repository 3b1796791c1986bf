"""What people send that is no mission, and words that break programs: one clear sentence, or taken as they are."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agents.domain.mission import State
from bot.local.rehearsal.faults import Kind
from bot.views import blockcheck
from bot.views.actions import Action
from bot.views.text import escape
from tests.fakes import adversarial
from tests.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

POSTS = "Write two social media posts about compostable coffee pods."


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _fair(home: House) -> AsyncIterator[None]:
    yield
    await home.rest()


async def shown(home: House) -> None:
    """Waits until nothing more is to come."""
    async with asyncio.timeout(20):
        while await home.program.outbox.channels_waiting():
            await home.workspace.recorder.next_change(0.1)


async def answer(home: House, text: str) -> str:
    """The one line with which a mention is answered that becomes no mission."""
    before = len(await home.program.missions.open_missions(home.program.gateway.team))
    ts = await home.workspace.say("maya", "launch", f"<@{home.workspace.state.bot_user}>{text}")
    await home.see(ts, lambda said: len(said) > 1)
    await home.workspace.settle()
    await shown(home)
    root, line = home.thread(ts)
    assert "reactions" not in root, "nothing has begun"
    assert len(await home.program.missions.open_missions(home.program.gateway.team)) == before
    assert "Traceback" not in line["text"]
    assert line["text"].endswith(".")
    return str(line["text"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "What should the department do? Mention me together with the mission, for example: "),
        (" \n\t ", "What should the department do?"),
        ("<@U0BATON0001>", "What should the department do?"),
        (" :tada: :rocket:", "I see no words in this. Please say what the department should do, for example: "),
        (" 🎉🚀👩‍👩‍👧", "I see no words in this."),
        (" ?!… —", "I see no words in this."),
        (" https://example.com/pods", "I see only a link. Please say what I should do with it, for example: "),
        (" <https://example.com/pods|pods> :point_up:", "I see only a link."),
        (" " + "word " * 7_990, "Your mission has 39,949 characters; I can take up to 12,000."),
        (" stop", "There is no mission in this thread that I could stop."),
    ],
    ids=["empty", "blank", "twice", "emoji", "unicode emoji", "signs", "link", "named link", "40,000", "stop"],
)
async def test_what_is_no_mission_gets_exactly_one_sentence_with_what_to_do(home: House, text: str, said: str) -> None:
    assert (await answer(home, text)).startswith(said)


async def test_a_direct_message_without_words_is_answered_there(home: House) -> None:
    ts = await home.workspace.say("maya", "@maya", ":wave:")
    await home.workspace.wait_for(lambda: len(home.workspace.thread("@maya", ts)) > 1)
    assert home.workspace.thread("@maya", ts)[1]["text"].startswith("I see no words in this.")


def sample() -> list[dict[str, Any]]:
    """Thirty of the naughty strings that have words in them, spread over all kinds."""
    rows = [row for row in adversarial.rows("naughty_strings") if any(c.isalnum() for c in row["text"])]
    worth = [row for row in rows if not row["text"].startswith("http") and _sendable(row["text"])]
    return worth[:: max(1, len(worth) // 30)][:30]


def _sendable(text: str) -> bool:
    """What a person's Slack would send: no halves of characters."""
    return not any(unicodedata.category(c) == "Cs" for c in text)


async def test_naughty_words_are_taken_stored_and_shown_as_they_were_written(home: House) -> None:
    home.rehearsal.faults.add(Kind.HANG, times=None)  # nobody needs to plan them
    rows = sample()
    assert len(rows) >= 25
    for row in rows:
        ts = await home.workspace.say("maya", "launch", f"@Baton Write about {row['text']} please")
        mission = await home.mission(ts)
        assert mission.state is State.PLANNING
        expected = f"Write about {row['text']} please"
        assert mission.text == expected.replace("\0", "\ufffd"), row["id"]
    await home.workspace.open_home("maya")
    last = escape(expected)[:100]

    def listed() -> list[Any] | None:
        tab = home.workspace.home("maya") or {"blocks": []}
        return tab["blocks"] if any(last in text for text in _mrkdwn(tab["blocks"])) else None

    blocks = await home.workspace.wait_for(listed)
    assert blockcheck.check_view({"type": "home", "blocks": blocks}) == []
    await home.workspace.command("maya", "launch", "/baton list")
    lines = await home.workspace.wait_for(lambda: home.workspace.ephemeral("maya"))
    assert last in lines[-1]["text"]
    assert refused(home) == []


@pytest.mark.parametrize("row", adversarial.rows("mrkdwn_injection")[::4], ids=lambda row: row["id"])
async def test_markup_in_a_mission_stays_words_all_the_way_to_its_plan(home: House, row: dict[str, Any]) -> None:
    thread = await home.ask(f"Write two posts about pods and {row['text']} please")
    mission = await home.mission(thread)
    await home.reach(mission.id, State.PLAN_GATE, State.FAILED)
    pings = [text for text in _mrkdwn(home.thread(thread)[1:]) if "<!" in text or "<@" in text or "<#" in text]
    assert pings == []
    assert refused(home) == []


def refused(home: House) -> list[str]:
    """What Slack refused, but for people who do not exist."""
    return [one for one in home.refused() if one != "users.info: user_not_found"]


def _mrkdwn(value: Any) -> list[str]:
    """The words of all blocks in which Slack would act on something between angle brackets."""
    if isinstance(value, dict):
        own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
        return own + [text for one in value.values() for text in _mrkdwn(one)]
    return [text for one in value for text in _mrkdwn(one)] if isinstance(value, list) else []


@pytest.mark.parametrize("kind", [Kind.CYCLE, Kind.UNKNOWN_SPECIALIST, Kind.PROSE, Kind.BROKEN_JSON])
async def test_a_planner_that_answers_nonsense_is_asked_again_and_the_person_sees_a_plan(
    home: House, kind: Kind
) -> None:
    home.rehearsal.faults.add(kind, times=1, role="planner")
    thread = await home.ask(POSTS)
    file = await home.reach((await home.mission(thread)).id, State.PLAN_GATE, State.FAILED)
    assert file.mission.state is State.PLAN_GATE
    assert [said["text"][:5] for said in home.thread(thread)[1:]] == ["Plan:"]


@pytest.mark.parametrize("kind", [Kind.CYCLE, Kind.PROSE])
async def test_a_planner_that_only_answers_nonsense_ends_in_one_sentence_with_a_button(home: House, kind: Kind) -> None:
    home.rehearsal.faults.add(kind, times=None, role="planner")
    thread = await home.ask(POSTS)
    await home.reach((await home.mission(thread)).id, State.FAILED)
    (said,) = home.thread(thread)[1:]
    assert said["text"] == (
        "The mission has stopped. The model's answers could not be used, even after it was asked again. "
        "Try again or use another model."
    )
    assert Action.AGAIN.value in str(said["blocks"])
