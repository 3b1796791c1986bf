"""Mentions, messages, the opened Home, the native Stop."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot import inbox
from bot.doorkeeper import Denied
from bot.listeners.context import Context
from bot.views import home, waits

PROMPTS = (
    {"title": "Plan a launch", "message": "Plan the launch of our next product: competitors, calendar, first posts."},
    {"title": "Compare competitors", "message": "Compare our three main competitors and say what it means for us."},
)
CARRIED = frozenset({None, "file_share", "thread_broadcast"})  # message subtypes that are somebody's words

CHANGES = frozenset({"message_changed", "message_deleted"})


def register(app: AsyncApp, context: Context) -> None:
    """Events. Bolt acknowledges them before the body runs, so their rows are written first of all."""

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        context.gateway.learn(body)
        if not body["event"].get("bot_id"):
            await context.intake.said(inbox.of_event(body, "mention"), addressed=True)

    @app.event("message")
    async def message(body: dict[str, Any]) -> None:
        context.gateway.learn(body)
        event = body["event"]
        if event.get("subtype") in CHANGES:
            await _changed(context, body)
            return
        if event.get("subtype") not in CARRIED or event.get("bot_id") or not event.get("user"):
            return
        direct = event.get("channel_type") == "im"
        if direct or event.get("thread_ts") or f"<@{context.gateway.bot}>" in (event.get("text") or ""):
            addressed = direct or f"<@{context.gateway.bot}>" in (event.get("text") or "")
            await context.intake.said(inbox.of_event(body, "message"), addressed=addressed)

    @app.event("app_home_opened")
    async def opened(body: dict[str, Any]) -> None:
        event = body["event"]
        async with context.politely(None, event["user"]):
            try:
                await context.doorkeeper.admit(inbox.of_event(body, "home"), "read", channel=None)
            except Denied as denied:
                await context.gateway.publish_home(event["user"], home.closed(str(denied)))
                return
            if event.get("tab") == "messages":
                await context.gateway.suggest(event["channel"], PROMPTS)
            else:
                await context.gateway.publish_home(event["user"], await _home(context, event["user"]))

    @app.event("agent_session_stopped")
    async def stopped(body: dict[str, Any]) -> None:
        event = body["event"]
        channel, thread = event["channel"], event["thread_ts"]
        mission = await context.missions.mission_of_thread(inbox.of_event(body, "stop").team, channel, thread)
        if mission:
            async with context.politely(channel, event["user"], thread):
                await context.intake.replies.control.stop(inbox.of_event(body, "stop"), mission.id)


async def _home(context: Context, user: str) -> dict[str, Any]:
    """The Home tab of a person as things stand."""
    team = context.gateway.team
    missions = await context.missions.open_missions(team, user)
    mine = [(one.mission, one.gate) for one in await context.waiting.mine(user, team)]
    waiting = waits.lines(mine, context.intake.clock.now(), home.WAITING_SHOWN)
    return home.home(missions, context.departments.all, waiting)


async def _changed(context: Context, body: dict[str, Any]) -> None:
    """An edit or a deletion of what somebody said: it counts where it belongs to a mission."""
    if found := inbox.of_change(body):
        gesture, ts, text = found
        async with context.politely(gesture.channel, gesture.user):
            await context.intake.replies.edited(gesture, ts, text)
