"""Asking to decide in another person's place, and the answer to it."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import inbox
from bot.listeners.context import Context
from bot.views.actions import Action


def register(app: AsyncApp, context: Context) -> None:
    """Both are on record before the press is acknowledged."""

    @app.action(Action.ASK_DELEGATION.value)
    async def asked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.delegations.ask(inbox.of_click(body, action), action["value"])
        await ack()

    @app.action(Action.DELEGATE.value)
    async def given(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.delegations.answer(inbox.of_click(body, action), action["value"], yes=True)
        await ack()

    @app.action(Action.DECLINE_DELEGATION.value)
    async def declined(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*inbox.where(body)):
            await context.delegations.answer(inbox.of_click(body, action), action["value"], yes=False)
        await ack()
