"""Buttons: decisions at gates, and windows that open."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from agents.ports import File, UnknownMission
from bot import inbox
from bot.decisions import Answer, NeedsReason, NotNow
from bot.listeners.context import Context
from bot.views import evidence, modals, outcome, planform, quotes
from bot.views.actions import Action
from storage.inbox import Gesture

DECIDES = {
    Action.APPROVE: "approve",
    Action.CANCEL: "cancel",
    Action.ACCEPT: "accept",
    Action.DROP: "drop",
    Action.REFUSE: "refuse",
    Action.RAISE: "raise",
    Action.FINISH: "finish",
}
OPENS = (Action.CHANGE, Action.EDIT, Action.SEND_BACK, Action.RETRY)


def register(app: AsyncApp, context: Context) -> None:
    """Decisions are on record before the press is acknowledged; windows are opened while the trigger is fresh."""

    for action, choice in DECIDES.items():
        app.action(action.value)(_decider(context, choice))
    for action in OPENS:
        app.action(action.value)(_opener(context, action))

    @app.action(Action.AGAIN.value)
    async def again(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.decisions.again(inbox.of_click(body, action), action["value"])
        await ack()

    @app.action(Action.READ.value)
    async def read(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            gesture = inbox.of_click(body, action)
            await context.gateway.open_view(body["trigger_id"], await _work(context, gesture, action["value"]))
        await ack()

    @app.action(Action.EDIT_RESULT.value)
    async def edit_result(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            view = await context.revising.form(inbox.of_click(body, action), action["value"])
            await context.gateway.open_view(body["trigger_id"], view)
        await ack()

    @app.action(Action.NEW.value)
    async def new(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.doorkeeper.admit(inbox.of_click(body, action), "ask")
            await context.gateway.open_view(body["trigger_id"], modals.new_mission("", "", None))
        await ack()

    @app.action(re.compile("^open_canvas$"))
    async def followed(ack: AsyncAck) -> None:
        await ack()  # a link; Slack only wants to know that we saw it


def _decider(context: Context, choice: str) -> Any:
    async def decided(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            try:
                await context.decisions.decide(inbox.of_click(body, action), Answer(action["value"], choice))
            except NeedsReason as need:
                await context.gateway.open_view(body["trigger_id"], _with_reason(context, need))
        await ack()

    return decided


def _with_reason(context: Context, need: NeedsReason) -> modals.View:
    """The second click: a form that shows what is in doubt and asks why it is to count all the same."""
    department = context.departments.get(need.file.mission.department)
    doubted = evidence.contested(need.file, department, need.claims)
    form = quotes.approve_anyway if need.answer.choice == "approve" else quotes.accept_anyway
    return form(need.answer.gate, doubted)


def _opener(context: Context, action: Action) -> Any:
    async def opened(ack: AsyncAck, body: dict[str, Any], payload: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            file = await context.decisions.allowed(inbox.of_click(body, payload), payload["value"])
            view = _form(context, action, file, payload["value"])
            await context.gateway.open_view(body["trigger_id"], view)
        await ack()

    return opened


def _form(context: Context, action: Action, file: File, gate: str) -> modals.View:
    """The form that belongs to the button."""
    match action:
        case Action.EDIT:
            return planform.edit_plan(gate, file, context.departments.get(file.mission.department))
        case Action.SEND_BACK:
            return modals.send_back(gate, file)
        case Action.RETRY:
            return modals.retry_task(gate)
        case _:
            return modals.change_plan(gate)


async def _work(context: Context, gesture: Gesture, value: str) -> modals.View:
    """A piece of work to be read. Only where the mission is: who sees its thread may read its work."""
    mission, task, rev, attempt = value.split("|")
    file = await context.missions.file(mission)
    if file.mission.channel != gesture.channel:
        raise UnknownMission
    await context.doorkeeper.admit(gesture, "read", file.mission)
    record = await context.missions.attempt(mission, task, int(rev), int(attempt))
    if record is None or record.artifact is None:
        raise NotNow("This work is no longer on record.")
    document = outcome.document(file, record.artifact, task)
    return modals.read_work(record.artifact.title, document, outcome.source_hosts(file))
