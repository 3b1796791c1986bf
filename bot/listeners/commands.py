"""The slash command /baton."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import inbox
from bot.listeners import scheduling
from bot.listeners.context import Context
from bot.views import home, modals

USAGE = (
    "`/baton new` opens the form for a mission, `/baton list` shows what is open, "
    "`/baton schedule every weekday at 9: ...` sets up a mission that comes back (without words it opens the form), "
    "`/baton schedules` shows them, `/baton help` shows this."
)


def register(app: AsyncApp, context: Context) -> None:
    """What /baton does; anything it does not know gets the usage."""

    @app.command("/baton")
    async def baton(ack: AsyncAck, body: dict[str, Any]) -> None:
        word = (body.get("text") or "").strip().casefold().split(" ")[0]
        if word == "new":
            await context.missions.accept(inbox.of_command(body))
            async with context.politely(body["channel_id"], body["user_id"]):
                form = modals.new_mission("", f"{body['channel_id']}|", "here")
                await context.gateway.open_view(body["trigger_id"], form)
            await ack()
        elif word == "list":
            missions = await context.missions.open_missions(body["team_id"], body["user_id"])
            await ack(home.missions_list(missions))
        elif word == "schedule":
            await scheduling.asked(context, ack, body, (body.get("text") or "").strip()[len(word) :].strip())
        elif word == "schedules":
            await scheduling.listed(context, ack, body)
        else:
            await ack(f"{home.HELP}\n{USAGE}")
