"""What people do in Slack and what comes of it, with the real Bolt app against the local workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agents.departments import DepartmentFiles
from agents.domain import events as news
from agents.domain.mission import Mission, State, TaskState
from agents.ports import File, ToolCall, ToolContext
from agents.tools import ToolSettings
from agents.tools import build as build_tools
from bot.conversations import SlackConversations
from bot.decisions import Answer, Decisions, NotNow
from bot.doorkeeper import Doorkeeper
from bot.local.rehearsal.faults import Kind
from bot.local.workspace.state import User
from bot.views import blockcheck
from bot.views.actions import Action
from storage.audit import AuditRows
from storage.inbox import Gesture
from tests.house import PATIENCE, House
from tests.ports.test_documents import pdf, word, workbook

pytestmark = pytest.mark.asyncio(loop_scope="module")

POSTS = "Write two social media posts about compostable coffee pods."
TABLE = "Compare two competitors for compostable pods in a table and write three posts about them."


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _fair(home: House) -> AsyncIterator[None]:
    """Each test begins in good weather and leaves nothing at work."""
    yield
    await home.rest()


async def planned(home: House, text: str = POSTS, **how: Any) -> tuple[str, str]:
    """A mission that waits at its plan: thread and id."""
    thread = await home.ask(text, **how)
    mission = (await home.mission(thread)).id
    await home.reach(mission, State.PLAN_GATE)
    return thread, mission


async def finished(home: House, text: str = POSTS) -> tuple[str, str]:
    """A mission that waits at its result."""
    thread, mission = await planned(home, text)
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.RESULT_GATE)
    return thread, mission


async def form(home: House, thread: str, action: Action, user: str = "maya") -> dict[str, Any]:
    """The window that a button opens."""
    await home.press(thread, action, user=user)
    return home.workspace.open_views(user)[-1]


async def submit(home: House, view: dict[str, Any], **values: Any) -> dict[str, str]:
    """Submits a form by its blocks: `title_t1="..."` fills the block title:t1. Returns what is wrong."""
    named = {name.replace("_t", ":t", 1) if name != "note" else name: {"value": one} for name, one in values.items()}
    return await home.workspace.submit(view["id"], named)


async def whispered(home: House, user: str) -> str:
    """The newest line that only this person sees."""
    seen = await home.workspace.wait_for(lambda: home.workspace.ephemeral(user))
    return str(seen[-1]["text"])


async def team_missions(home: House) -> list[Mission]:
    return list(await home.program.missions.open_missions(home.program.gateway.team))


async def mission_in(home: House, channel: str, thread: str) -> Mission:
    """The mission of a thread in another channel."""
    async with asyncio.timeout(PATIENCE):
        while True:
            place = home.workspace.channel(channel)
            found = await home.program.missions.mission_of_thread(home.program.gateway.team, place, thread)
            if found:
                return found
            await asyncio.sleep(0.05)


# ---- asking ----


async def test_a_mention_becomes_one_mission_in_the_words_of_the_person(home: House) -> None:
    thread, mission = await planned(home, "Write two posts about <@U0JONAS0001> & pods.")
    found = await home.program.missions.mission(mission)
    assert found.text == "Write two posts about @jonas & pods."
    assert (found.requester, found.thread, found.message) == (home.workspace.user("maya"), thread, thread)
    assert [one.id for one in await team_missions(home)] == [mission], "mention and message are one gesture"


async def test_a_direct_message_needs_no_mention(home: House) -> None:
    ts = await home.workspace.say("maya", "@maya", POSTS)
    mission = await mission_in(home, "@maya", ts)
    await home.reach(mission.id, State.PLAN_GATE)
    assert mission.text == POSTS
    (card,) = home.workspace.thread("@maya", ts)[1:]
    assert card["text"].startswith("Plan:")
    await home.workspace.press("maya", "@maya", card["ts"], Action.APPROVE.value)
    await home.reach(mission.id, State.RESULT_GATE)


async def test_a_mention_in_an_ordinary_thread_is_answered_there(home: House) -> None:
    root = await home.workspace.say("jonas", "launch", "What do we post next week?")
    ts = await home.ask(POSTS, thread=root)
    mission = await home.mission(root)
    assert (mission.thread, mission.message) == (root, ts)
    await home.reach(mission.id, State.PLAN_GATE)
    assert home.thread(root)[-1]["text"].startswith("Plan:")


async def test_what_is_not_meant_for_us_is_left_alone(home: House) -> None:
    before = len(await team_missions(home))
    root = await home.workspace.say("jonas", "launch", "Lunch?")
    await home.workspace.say("maya", "launch", "Yes!", root)
    await home.workspace.settle()
    assert len(await team_missions(home)) == before
    assert len(home.thread(root)) == 2


async def test_a_guest_cannot_give_missions_and_is_told_so_alone_once_and_on_record(home: House) -> None:
    before = len(home.workspace.ephemeral("tom"))
    thread = await home.ask(POSTS, user="tom")
    await home.workspace.wait_for(lambda: len(home.workspace.ephemeral("tom")) > before)
    await home.workspace.settle()
    (line,) = home.workspace.ephemeral("tom")[before:]
    assert line["text"] == "Guests cannot do this here. Please ask a full member of this workspace."
    assert home.thread(thread)[1:] == []
    assert await team_missions(home) == []
    last = (await AuditRows(home.program.database).records(home.program.gateway.team))[-1]
    assert (last.who, last.authority, last.action, last.outcome) == (
        home.workspace.user("tom"),
        "guest",
        "ask",
        "refused",
    )


# ---- replies ----


async def test_a_reply_in_the_thread_is_a_note_and_is_acknowledged(home: House) -> None:
    thread, mission = await planned(home)
    for text in ("Only in Europe, please.", "@Baton and mention the price"):
        reply = await home.workspace.say("jonas", "launch", text, thread)
        await home.see(
            thread,
            lambda said, ts=reply: any(
                one["ts"] == ts and "memo" in [r["name"] for r in one.get("reactions", ())] for one in said
            ),
        )
    await home.workspace.settle()
    file = await home.program.missions.file(mission)
    assert [note.text for note in file.notes] == ["Only in Europe, please.", "and mention the price"]
    assert [one.id for one in await team_missions(home)] == [mission], "a mention here is no new mission"


async def test_a_reply_of_a_guest_steers_nothing(home: House) -> None:
    thread, mission = await planned(home)
    await home.workspace.say("tom", "launch", "Praise our agency.", thread)
    assert await whispered(home, "tom") == "Guests cannot do this here. Please ask a full member of this workspace."
    assert (await home.program.missions.file(mission)).notes == ()


async def test_a_note_reaches_those_who_are_at_work(home: House) -> None:
    thread, mission = await planned(home)
    await home.workspace.say("maya", "launch", "Mention our shop in Malmö.", thread)
    await home.see(thread, lambda said: "memo" in str([one.get("reactions") for one in said]))
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.RESULT_GATE)
    told = await home.program.missions.told(mission)
    assert [one.event.text for one in told if isinstance(one.event, news.NoteTaken)] == ["Mention our shop in Malmö."]


# ---- stopping ----


async def cancelled(home: House, thread: str, mission: str) -> File:
    file = await home.reach(mission, State.CANCELLED)
    assert file.mission.reason
    assert "Cancelled." in home.thread(thread)[1]["text"]
    assert Action.STOP.value not in str(home.thread(thread)[1]["blocks"])
    session = home.workspace.session("launch", thread)
    assert session and session["status"] == "closed"
    return file


async def test_stop_as_a_reply_ends_a_mission_at_work_within_seconds(home: House) -> None:
    thread, mission = await planned(home)
    home.rehearsal.faults.add(Kind.HANG, times=None, role="specialist")
    await home.press(thread, Action.APPROVE)
    await home.workspace.wait_for(lambda: home.rehearsal.calls and home.rehearsal.calls[-1].role == "specialist", 30)
    async with asyncio.timeout(15):
        await home.workspace.say("maya", "launch", "Stop!", thread)
        await cancelled(home, thread, mission)
    assert "Stopped by" in str(home.thread(thread)[-1]["blocks"])


async def test_the_native_stop_ends_a_mission(home: House) -> None:
    thread, mission = await planned(home)
    home.rehearsal.latency_s = 0.3
    await home.press(thread, Action.APPROVE)
    await home.workspace.wait_for(
        lambda: (home.workspace.session("launch", thread) or {}).get("status") == "processing", 30
    )
    await home.workspace.stop_session("maya", "launch", thread)
    await cancelled(home, thread, mission)


async def test_cancel_at_the_plan_ends_a_mission_before_it_began(home: House) -> None:
    thread, mission = await planned(home)
    await home.press(thread, Action.CANCEL)
    file = await cancelled(home, thread, mission)
    assert file.tasks == {}


async def test_somebody_else_cannot_stop_a_mission_and_is_told_once(home: House) -> None:
    thread, mission = await planned(home)
    before = len(home.workspace.ephemeral("priya"))
    await home.workspace.say("priya", "launch", "@Baton stop", thread)
    await home.workspace.wait_for(lambda: len(home.workspace.ephemeral("priya")) > before)
    await home.workspace.settle()
    told = home.workspace.ephemeral("priya")[before:]
    assert [one["text"] for one in told] == [f"Only <@{home.workspace.user('maya')}> can decide about this mission."]
    assert (await home.program.missions.mission(mission)).state is State.PLAN_GATE


async def test_stop_where_nothing_runs_is_no_mission(home: House) -> None:
    thread = await home.ask("stop")
    await home.see(thread, lambda said: len(said) > 1)
    assert home.thread(thread)[1]["text"].startswith("There is no mission in this thread that I could stop.")
    assert await team_missions(home) == []


# ---- deciding ----


@pytest.mark.parametrize(
    ("user", "said"),
    [("jonas", "Only <@U0MAYA00001> can decide about this mission."), ("tom", "Guests cannot do this here.")],
)
async def test_the_wrong_person_is_refused_privately_and_nothing_happens(home: House, user: str, said: str) -> None:
    thread, mission = await planned(home)
    shown = len(home.thread(thread))
    for action in (Action.APPROVE, Action.CANCEL, Action.EDIT, Action.CHANGE, Action.STOP):
        if action is Action.STOP:
            home.rehearsal.faults.add(Kind.HANG, times=None, role="specialist")
            await home.press(thread, Action.APPROVE)
            await home.see(thread, lambda now: Action.STOP.value in str(now[1]["blocks"]))
            shown = len(home.thread(thread))
        before = len(home.workspace.ephemeral(user))
        await home.press(thread, action, user=user)
        await home.workspace.wait_for(lambda n=before: len(home.workspace.ephemeral(user)) > n)
        assert str(home.workspace.ephemeral(user)[-1]["text"]).startswith(said), action
        assert home.workspace.open_views(user) == []
    assert len(home.thread(thread)) == shown
    file = await home.program.missions.file(mission)
    assert file.mission.state is State.RUNNING
    assert [gate.decision.user for gate in file.gates if gate.decision] == [home.workspace.user("maya")]


async def test_somebody_who_has_left_decides_nothing(home: House) -> None:
    thread, mission = await planned(home)
    gone = User("U0GONE00001", "gone", "Gone Away", deleted=True)
    home.workspace.state.users[gone.id] = gone
    click = Gesture(home.program.gateway.team, "action", "gone:1", home.channel, "1.0", None, gone.id, {})
    program = home.program
    departments, clock = DepartmentFiles.load(), program.presenter.clock
    doorkeeper = Doorkeeper(program.gateway, program.missions, departments, clock)
    decisions = Decisions(program.missions, departments, doorkeeper, clock, program.engine.cancel)
    with pytest.raises(NotNow, match="Only members"):
        await decisions.decide(click, Answer(f"{mission}:plan:1", "approve"))
    assert (await program.missions.mission(mission)).state is State.PLAN_GATE
    assert Action.APPROVE.value in str(home.thread(thread)[-1]["blocks"])


async def test_a_late_click_is_told_who_was_first(home: House) -> None:
    thread, mission = await planned(home)
    card = home.find(thread, Action.APPROVE)["ts"]
    await home.workspace.press("maya", "launch", card, Action.APPROVE.value)
    await home.workspace.press("maya", "launch", card, Action.CANCEL.value)
    assert "has already decided this" in await whispered(home, "maya")
    await home.reach(mission, State.RESULT_GATE)


async def test_changes_asked_for_make_a_second_plan_and_mark_the_first(home: House) -> None:
    thread, mission = await planned(home)
    view = await form(home, thread, Action.CHANGE)
    assert await submit(home, view, note="Please write three posts in place of two.") == {}
    await home.see(thread, lambda said: len([m for m in said if m["text"].startswith("Plan:")]) == 1 and len(said) > 2)
    file = await home.reach(mission, State.PLAN_GATE)
    assert (file.mission.rev, file.plan_rev) == (2, 2)
    assert await home.program.missions.wishes(mission, 2) == ("Please write three posts in place of two.",)
    old, new = home.thread(thread)[1:]
    assert old["text"] == "This plan was replaced by the one below."
    assert Action.APPROVE.value not in str(old["blocks"])
    assert f"{mission}:plan:2" in str(new["blocks"])
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.RESULT_GATE)


async def test_an_edited_plan_is_asked_about_anew_with_exactly_the_changes(home: House) -> None:
    thread, mission = await planned(home, TABLE)
    before = (await home.program.missions.file(mission)).plan
    assert before
    view = await form(home, thread, Action.EDIT)
    writer = before.tasks[-1]
    assert await submit(home, view, title_t1="Look closer", who_t4="editor", title_t3="") == {}
    await home.see(thread, lambda said: f"{mission}:plan:2" in str(said[-1]["blocks"]))
    file = await home.reach(mission, State.PLAN_GATE)
    assert file.plan
    assert [task.id for task in file.plan.tasks] == ["t1", "t2", "t4"], "a cleared title drops the task"
    first, second, last = file.plan.tasks
    assert (first.title, second) == ("Look closer", before.tasks[1])
    assert (last.specialist, last.brief) == ("editor", writer.brief)
    assert "t3" not in last.needs, "what needed the dropped task no longer waits for it"
    assert set(last.tools) <= {"read_thread", "read_file"}, "nobody gets tools that are not theirs"
    assert file.gates[-1].digest != file.gates[0].digest
    assert f"{mission}:plan:2" in str(home.thread(thread)[-1]["blocks"])


async def test_an_edit_that_leaves_nothing_to_do_is_told_on_the_field(home: House) -> None:
    thread, mission = await planned(home)
    view = await form(home, thread, Action.EDIT)
    errors = await submit(home, view, title_t1="", title_t2="")
    assert list(errors) == ["title:t1"]
    assert "The plan has no tasks." in errors["title:t1"]
    assert (await home.program.missions.mission(mission)).rev == 1
    errors = await submit(home, view, title_t1="Research", title_t2="")
    assert "the requester would get nothing" in errors["given:t1"]
    assert await submit(home, view, title_t1="Research", title_t2="Posts") == {}, "mended, it is taken"


async def test_a_form_that_comes_too_late_says_so_on_the_field(home: House) -> None:
    thread, mission = await planned(home)
    view = await form(home, thread, Action.CHANGE)
    await home.press(thread, Action.APPROVE)
    errors = await submit(home, view, note="Wait!")
    assert "already decided" in errors["note"]
    await home.reach(mission, State.RESULT_GATE)


async def test_sent_back_only_the_chosen_deliverable_is_done_again(home: House) -> None:
    thread, mission = await finished(home, TABLE)
    before = await home.program.missions.file(mission)
    view = await form(home, thread, Action.SEND_BACK)
    offered = [option["value"] for option in view["blocks"][0]["element"]["options"]]
    assert offered == ["t3", "t4"]
    values = {"tasks": {"value": ["t4"]}, "note": {"value": "Shorter, please."}}
    assert await home.workspace.submit(view["id"], values) == {}
    await home.see(thread, lambda said: f"{mission}:result:2" in str(said[-1].get("blocks")))
    file = await home.reach(mission, State.RESULT_GATE)
    assert {id: record.rev for id, record in file.tasks.items()} == {"t1": 1, "t2": 1, "t3": 1, "t4": 2}
    assert file.tasks["t3"] == before.tasks["t3"]
    assert file.plan and file.plan.tasks[-1].notes == ("Shorter, please.",)
    first = next(one for one in home.thread(thread) if f"{mission}:result:1" in str(one) or "Sent back" in str(one))
    assert "Sent back by" in str(first["blocks"])
    await home.press(thread, Action.APPROVE)
    await home.reach(mission, State.DELIVERED)


async def test_a_task_that_cannot_be_accepted_is_put_before_the_requester(home: House) -> None:
    thread, mission = await planned(home)
    home.rehearsal.faults.add(Kind.NEVER_CONTENT, times=None, role="critic")
    await home.press(thread, Action.APPROVE)
    file = await home.reach(mission, State.TASK_GATE)
    assert TaskState.STUCK in {record.state for record in file.tasks.values()}
    home.rehearsal.faults.clear()
    view = await form(home, thread, Action.RETRY)
    assert await submit(home, view, note="Look into the library once more.") == {}
    file = await home.reach(mission, State.RESULT_GATE, State.TASK_GATE)
    assert file.mission.rev == 2
    assert "To be tried again by" in str([one["blocks"] for one in home.thread(thread)])


async def test_a_mission_that_failed_can_be_tried_again(home: House) -> None:
    home.rehearsal.faults.add(Kind.PROSE, times=None, role="planner")
    thread = await home.ask(POSTS)
    mission = (await home.mission(thread)).id
    file = await home.reach(mission, State.FAILED)
    assert "could not be used" in file.mission.reason
    assert file.mission.reason in home.thread(thread)[-1]["text"]
    home.rehearsal.faults.clear()
    await home.press(thread, Action.AGAIN)
    await home.reach(mission, State.PLAN_GATE)
    assert home.thread(thread)[-1]["text"].startswith("Plan:")


# ---- windows and Home ----


async def test_work_can_be_read_whole_with_its_sources(home: House) -> None:
    thread, mission = await finished(home)
    file = await home.program.missions.file(mission)
    view = await form(home, thread, Action.READ, user="jonas")
    shown = "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")
    artifact = file.tasks["t2"].artifact
    assert artifact
    assert all(item.label in shown for item in artifact.items)
    assert "Sources" in shown


async def test_home_shows_a_person_what_is_open_and_how_to_begin(home: House) -> None:
    _, mission = await planned(home)
    await home.workspace.open_home("maya")
    tab = await home.workspace.wait_for(lambda: home.workspace.home("maya"))
    title = (await home.program.missions.mission(mission)).title
    tab = await home.workspace.wait_for(lambda: found if title in str(found := home.workspace.home("maya")) else None)
    assert blockcheck.check_view({"type": "home", "blocks": tab["blocks"]}) == []
    assert "Waits for your approval." in str(tab["blocks"])
    assert "Launch department" in str(tab["blocks"])
    await home.workspace.press_in_view("maya", tab["id"], Action.NEW.value)
    assert home.workspace.open_views("maya")[-1]["callback_id"] == "new_mission"


async def test_home_of_somebody_else_is_theirs(home: House) -> None:
    await planned(home)
    await home.workspace.open_home("priya")
    tab = await home.workspace.wait_for(lambda: home.workspace.home("priya"))
    assert "No mission is open." in str(tab["blocks"])


async def test_the_messages_tab_suggests_how_to_begin(home: House) -> None:
    await home.workspace.open_home("maya", "messages")
    await home.workspace.wait_for(
        lambda: [e for e in home.workspace.traffic if e.name == "assistant.threads.setSuggestedPrompts" and e.ok]
    )


# ---- command and shortcuts ----


async def test_the_command_opens_a_form_whose_mission_gets_a_thread(home: House) -> None:
    await home.workspace.command("maya", "launch", "/baton new")
    view = home.workspace.open_views("maya")[-1]
    assert [block["block_id"] for block in view["blocks"]] == ["mission"]
    assert await home.workspace.submit(view["id"], {"mission": {"value": f"<b> & {POSTS}"}}) == {}
    root = home.workspace.messages("launch")[-1]
    mission = await home.mission(root["ts"])
    assert (mission.text, mission.requester) == (f"<b> & {POSTS}", home.workspace.user("maya"))
    assert f"Mission by <@{mission.requester}>" in str(root["blocks"])
    await home.reach(mission.id, State.PLAN_GATE)
    assert len(home.thread(root["ts"])) == 2


async def test_a_form_without_a_mission_says_so_on_the_field(home: House) -> None:
    await home.workspace.command("maya", "launch", "/baton new")
    view = home.workspace.open_views("maya")[-1]
    before = len(home.workspace.messages("launch"))
    for text, said in ((":tada:", "no words"), ("https://a.example", "only a link")):
        errors = await home.workspace.submit(view["id"], {"mission": {"value": text}})
        assert said in errors["mission"]
    assert len(home.workspace.messages("launch")) == before


async def test_a_guest_is_refused_by_every_command_and_no_form_opens(home: House) -> None:
    for text in ("/baton new", "/baton list", "/baton waiting", "/baton help", "/baton halt"):
        before = len(home.workspace.ephemeral("tom"))
        await home.workspace.command("tom", "launch", text)
        await home.workspace.wait_for(lambda n=before: len(home.workspace.ephemeral("tom")) > n)
        said = str(home.workspace.ephemeral("tom")[-1]["text"])
        assert said == "Guests cannot do this here. Please ask a full member of this workspace."
    assert home.workspace.open_views("tom") == []


async def test_the_command_lists_what_is_open_and_helps_with_the_rest(home: House) -> None:
    _, mission = await planned(home)
    title = (await home.program.missions.mission(mission)).title
    await home.workspace.command("maya", "launch", "/baton list")
    assert title in await whispered(home, "maya")
    for text in ("/baton help", "/baton", "/baton Dance with me"):
        before = len(home.workspace.ephemeral("maya"))
        await home.workspace.command("maya", "launch", text)
        await home.workspace.wait_for(lambda n=before: len(home.workspace.ephemeral("maya")) > n)
        assert "`/baton new`" in str(home.workspace.ephemeral("maya")[-1])


async def test_the_global_shortcut_asks_where_and_says_when_it_cannot_go_there(home: House) -> None:
    await home.workspace.shortcut("maya", "new_mission")
    view = await home.workspace.wait_for(lambda: home.workspace.open_views("maya"))
    (view,) = view
    values = {"mission": {"value": POSTS}, "channel": {"value": home.workspace.channel("leadership")}}
    assert await home.workspace.submit(view["id"], values) == {
        "channel": "I could not find out who can read this channel, so I did nothing. "
        "Invite me to it, or try again later."
    }
    values["channel"] = {"value": home.workspace.channel("research")}
    assert await home.workspace.submit(view["id"], values) == {}
    root = home.workspace.messages("research")[-1]
    mission = await mission_in(home, "research", root["ts"])
    await home.reach(mission.id, State.PLAN_GATE)


async def test_a_message_becomes_a_mission_in_its_own_thread(home: House) -> None:
    root = await home.workspace.say("jonas", "launch", "We need two posts about compostable coffee pods & filters.")
    await home.workspace.shortcut("maya", "mission_from_message", "launch", root)
    (view,) = await home.workspace.wait_for(lambda: home.workspace.open_views("maya"))
    element = view["blocks"][0]["element"]
    assert element["initial_value"] == "We need two posts about compostable coffee pods & filters."
    assert await home.workspace.submit(view["id"], {}) == {}
    mission = await home.mission(root)
    assert (mission.thread, mission.requester) == (root, home.workspace.user("maya"))
    await home.reach(mission.id, State.PLAN_GATE)
    assert len(home.thread(root)) == 2


# ---- files ----

FILES = {
    "notes.txt": (b"Our pods cost 0.39 euros from March.", "0.39 euros"),
    "notes.md": (b"# Prices\n\nOur pods cost 0.39 euros.", "0.39 euros"),
    "prices.csv": (b"pod,price\npaper,0.39\n", "0.39"),
    "report.pdf": (pdf("Five million pods were sold."), "Five million pods were sold."),
    "report.docx": (word(), "Five million pods were sold."),
    "sales.xlsx": (workbook([["pod", "price"], ["paper", 0.39]]), "0.39"),
}


async def read(home: House, file: str, channel: str = "launch") -> str:
    """What a specialist is shown of a file."""
    program, workspace = home.program, home.workspace
    conversations = SlackConversations(program.gateway, workspace.bot_token, workspace.api_url)
    tools = await build_tools(ToolSettings(web=False), conversations)
    clock = program.presenter.clock
    mission = Mission(
        "m0", "T1", workspace.channel(channel), "1", "1", "U1", "x", "general", State.RUNNING, 1, clock.now()
    )
    call = ToolCall("c1", "read_file", f'{{"file": "{file}"}}')
    return (await tools.use(frozenset({"read_file"}), call, ToolContext(mission, "t1", clock.today()))).text


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_came_with_a_mission_can_be_read(home: House, name: str) -> None:
    content, words = FILES[name]
    file = await home.workspace.upload("maya", "launch", name, content)
    thread = await home.workspace.say("maya", "launch", f"@Baton {POSTS}", file_ids=[file])
    mission = await home.mission(thread)
    assert mission.files == (f"{file} {name}",)
    text = await read(home, file)
    assert text.startswith("snapshot: ")
    assert words in text


async def test_a_file_that_is_not_what_its_name_says_is_told_in_one_sentence(home: House) -> None:
    for name, content, said in (
        ("report.pdf", b"just words", "report.pdf is text, not a PDF"),
        ("notes.txt", pdf("Words"), "notes.txt is a PDF, not text"),
        ("photo.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "photo.docx is a PNG image"),
    ):
        file = await home.workspace.upload("maya", "launch", name, content)
        await home.workspace.say("maya", "launch", "Look at this.", file_ids=[file])
        assert said in await read(home, file)


async def test_a_file_of_another_channel_is_not_read(home: House) -> None:
    file = await home.workspace.upload("maya", "leadership", "salaries.txt", b"Everybody earns too little.")
    await home.workspace.say("maya", "leadership", "For us only.", file_ids=[file])
    text = await read(home, file)
    assert "not shared in this channel" in text or "cannot be read" in text
    assert "earns" not in text


async def test_a_mission_of_nothing_but_a_file_works_on_the_file(home: House) -> None:
    file = await home.workspace.upload("maya", "launch", "notes.txt", b"Our compostable pods cost 0.39 euros.")
    thread = await home.workspace.say("maya", "launch", "@Baton", file_ids=[file])
    mission = await home.mission(thread)
    assert mission.text == "Work on the attached files."
    planned = await home.reach(mission.id, State.PLAN_GATE, State.FAILED)
    assert planned.mission.state is State.PLAN_GATE


async def test_nothing_that_was_sent_was_refused_by_slack(home: House) -> None:
    """Runs last: over all that the tests before it did."""
    on_purpose = ("channel_not_found", "file_not_found")
    assert [one for one in home.refused() if not one.endswith(on_purpose)] == []
    for entry in home.workspace.traffic:
        if entry.name in ("views.open", "views.publish"):
            assert blockcheck.check_view(entry.request["view"]) == []
        elif entry.name == "chat.postMessage":
            assert blockcheck.check_post(entry.request) == []
        elif entry.name in ("chat.update", "chat.postEphemeral"):
            assert blockcheck.check_message(entry.request, entry.name) == []
