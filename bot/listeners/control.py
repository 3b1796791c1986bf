"""Buttons that interrupt a mission and let it go on, and the answers to questions and to changed plans."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import inbox
from bot.decisions import Answer, NotNow
from bot.listeners.context import Context
from bot.views import questions
from bot.views.actions import Action, Form
from storage.inbox import Gesture

Act = Callable[[Gesture, str], Awaitable[None]]


def register(app: AsyncApp, context: Context) -> None:
    """What is done is on record before the press is acknowledged."""
    control = context.intake.replies.control
    for action, act in ((Action.STOP, control.stop), (Action.PAUSE, control.pause), (Action.RESUME, control.resume)):
        app.action(action.value)(_presser(context, act))
    for action, choice in ((Action.DEFAULTS, "defaults"), (Action.KEEP, "keep"), (Action.TAKE_OVER, "approve")):
        app.action(action.value)(_presser(context, _decide(context, choice)))

    @app.action(Action.REPLY.value)
    async def reply(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.decisions.allowed(inbox.of_click(body, action), action["value"])
            proposal = await context.missions.proposal(action["value"].partition("@")[0])
            if proposal:
                await context.gateway.open_view(body["trigger_id"], questions.form(action["value"], proposal))
        await ack()

    @app.view(Form.QUESTIONS.value)
    async def answered(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        values = questions.values(view)
        proposal = await context.missions.proposal(view["private_metadata"].partition("@")[0])
        said = questions.told(proposal, values) if proposal else ""
        answer = Answer(view["private_metadata"], "answer", said)
        try:
            await context.decisions.decide(inbox.of_form(body, values), answer)
        except NotNow as error:
            await ack(response_action="errors", errors={"q:0": str(error)})
        else:
            await ack()


def _presser(context: Context, act: Act) -> Any:
    async def pressed(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await act(inbox.of_click(body, action), action["value"])
        await ack()

    return pressed


def _decide(context: Context, choice: str) -> Act:
    async def decided(gesture: Gesture, gate: str) -> None:
        await context.decisions.decide(gesture, Answer(gate, choice))

    return decided
