"""No way in without the doorkeeper: every listener turns a guest away, privately and on record, through real Bolt."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from agents.domain.mission import State
from agents.domain.schedule import Schedule, Timing
from bot import listeners
from bot.listeners.commands import COMMANDS
from bot.views.actions import Action, Form
from storage.audit import AuditRows
from storage.inbox import Gesture
from tests.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = count(1)
SCHEDULE = "s0000000001"
PAGES, PAGED = f"re.compile('^{Action.PAGE}_')", f"{Action.PAGE}_on"  # one listener for both ways to turn
ABOUT = {  # what the forms carry, where it is not the question that they answer
    Form.NEW: "{channel}|",
    Form.CONTEST: "{mission}|t1.c1|",
    Form.SCHEDULE: "new|",
    Form.HAND_OVER: "{schedule}",
    Form.EDIT_RESULT: "{mission}|t1|1|1",
}
LINK = "action re.compile('^open_canvas$')"  # only a link: Slack wants to know that we saw it, and nothing is done


class Routes:
    """Stands in Bolt's place and keeps the names of what is registered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getattr__(self, kind: str) -> Any:
        def register(name: Any) -> Any:
            self.names.append(f"{kind} {name}")
            return lambda function: function

        return register


class Anything:
    """A context to register with; nothing of it is used before something is pressed."""

    def __getattr__(self, _: str) -> Anything:
        return Anything()


def routes() -> list[str]:
    app = Routes()
    listeners.register(cast(Any, app), cast(Any, Anything()))
    return app.names


async def test_every_listener_turns_a_guest_away_on_record_and_nothing_else_happens(home: House) -> None:
    thread = await home.ask("Write two social media posts about compostable coffee pods.")
    mission = (await home.mission(thread)).id
    before = await home.reach(mission, State.PLAN_GATE)
    await scheduled(home)
    names = routes()
    assert LINK in names
    assert len(names) > 25
    open_to_all: list[str] = []
    for name in names:
        for body in bodies(home, name, mission, thread):
            if not await refused(home, body):
                open_to_all.append(f"{name}: {body.get('command')} {body.get('text')}")
    assert open_to_all == [], "\n".join(open_to_all)
    after = await home.program.missions.file(mission)
    assert (after.mission, after.plan, after.notes) == (before.mission, before.plan, before.notes)
    assert [(gate.decision, gate.votes) for gate in after.gates] == [(None, ())]
    assert home.workspace.open_views("tom") == []
    assert [one.id for one in await home.program.missions.open_missions(home.program.gateway.team)] == [mission]
    assert await AuditRows(home.program.database).faults(home.program.gateway.team) == []


async def scheduled(home: House) -> None:
    """A schedule of Maya's, to try the doors on."""
    now, maya = home.program.presenter.clock.now(), home.workspace.user("maya")
    timing = Timing("cron", "UTC", cron="0 9 * * 1-5")
    team, where = home.program.gateway.team, home.channel
    given = Schedule(SCHEDULE, maya, team, where, "Compare pods", "general", timing, created_at=now, seen=now)
    asked = Gesture(team, "action", "schedule:1", where, None, None, maya, {})
    assert await home.program.schedules.accept(asked, given)


async def refused(home: House, body: dict[str, Any]) -> bool:
    """Whether the gesture adds exactly one refusal to the audit."""
    audit, team = AuditRows(home.program.database), home.program.gateway.team
    seen = len(await audit.records(team))
    await home.program.bolt.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    for _ in range(200):  # events are acknowledged before their body has run
        new = (await audit.records(team))[seen:]
        if new:
            return [(one.who, one.authority, one.outcome) for one in new] == [
                (home.workspace.user("tom"), "guest", "refused")
            ]
        await home.workspace.settle()
    return False


def bodies(home: House, name: str, mission: str, thread: str) -> list[dict[str, Any]]:
    """What Slack sends when the guest does this; the link apart, which does nothing."""
    kind, _, what = name.partition(" ")
    team, user, channel = home.program.gateway.team, home.workspace.user("tom"), home.channel
    number, gate = next(NUMBERS), f"{mission}:plan:1"
    person = {"user": {"id": user, "team_id": team}, "team": {"id": team}, "trigger_id": f"1.{number}"}
    where = {"channel": {"id": channel}, "message": {"ts": thread, "thread_ts": thread}}
    match kind:
        case "action" if name == LINK:
            return []
        case "action":
            what = PAGED if what == PAGES else what
            view = {"view": {"id": f"V{number}", "private_metadata": ""}}
            where |= view if what in (PAGED, Action.CONTEST) else {}
            pressed = {"action_id": what, "value": _value(what, mission, gate), "action_ts": f"5.{number}"}
            return [{"type": "block_actions", **person, **where, "actions": [pressed | {"type": "button"}]}]
        case "view":
            about = ABOUT.get(what, gate).format(channel=channel, mission=mission, schedule=SCHEDULE)
            fields = {"note": {"value": _typed("Shorter")}, "mission": {"value": _typed("Write a post")}}
            view = {"id": f"V{number}", "type": "modal", "callback_id": what, "private_metadata": about, "blocks": []}
            return [{"type": "view_submission", **person, "view": view | {"state": {"values": fields}}}]
        case "shortcut":
            sort = "message_action" if what == "mission_from_message" else "shortcut"
            said = where | {"message": {"ts": thread, "text": "Write a post"}}
            return [{"type": sort, "callback_id": what, **person, **(said if sort == "message_action" else {})}]
        case "command":
            command = {"command": what, "team_id": team, "user_id": user, "channel_id": channel}
            texts = [*COMMANDS, "help", "retry t1", "skip t1", f"stop {mission}"]
            return [command | {"text": text, "trigger_id": f"2.{number}.{n}"} for n, text in enumerate(texts)]
        case _:
            return [_event(home, what, number, thread)]


def _typed(text: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": text}


def _value(action: str, mission: str, gate: str) -> str:
    if action == Action.READ:
        return f"{mission}|t1|1|1"
    if action == Action.EVIDENCE or action.startswith("evidence_page"):
        return f"{mission}|result|0"
    if action == Action.CONTEST:
        return f"{mission}|t1.c1"
    if action.startswith("schedule_"):
        return "general|" if action == Action.SCHEDULE_NEW else SCHEDULE
    if action == Action.REPEAT:
        return mission
    if action in (Action.DELEGATE, Action.DECLINE_DELEGATION):
        return f"{gate}|U0JONAS0001"
    return mission if action.startswith("mission_") else gate


def _event(home: House, kind: str, number: int, thread: str) -> dict[str, Any]:
    user, ts = home.workspace.user("tom"), f"9{number}.000100"
    event: dict[str, Any] = {"type": kind, "user": user, "channel": home.channel, "ts": ts, "event_ts": ts}
    if kind in ("app_mention", "message"):
        event["text"] = f"<@{home.program.gateway.bot}> Write a post"
    if kind == "app_home_opened":
        event |= {"tab": "home"}
    if kind == "agent_session_stopped":
        event |= {"thread_ts": thread, "channel_id": home.channel}
    return {"type": "event_callback", "team_id": home.program.gateway.team, "event_id": f"Ev{number}", "event": event}
