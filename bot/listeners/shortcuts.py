"""Shortcuts: the form for a new mission, empty or about a message."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import inbox
from bot.listeners.context import Context
from bot.views import modals


def register(app: AsyncApp, context: Context) -> None:
    """Both open a form while their trigger is fresh."""

    @app.shortcut("new_mission")
    async def new_mission(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with context.politely(None, body["user"]["id"]):
            await context.doorkeeper.admit(inbox.of_shortcut(body), "ask", channel=None)
            await context.gateway.open_view(body["trigger_id"], modals.new_mission("", "", None))

    @app.shortcut("mission_from_message")
    async def from_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        message, channel = body["message"], body["channel"]["id"]
        text = inbox.words(message.get("text") or "", context.gateway.bot)
        place = f"{channel}|{message.get('thread_ts') or message['ts']}"
        async with context.politely(channel, body["user"]["id"]):
            await context.doorkeeper.admit(inbox.of_shortcut(body), "ask", channel=channel)
            await context.gateway.open_view(body["trigger_id"], modals.new_mission(text, place, channel))
