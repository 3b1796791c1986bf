"""The window with quotes in context: opened, paged, and a claim contested from it."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from agents.domain.mission import ENDED
from agents.ports import File, UnknownMission
from bot import inbox
from bot.decisions import NotNow
from bot.gateway import SlackError
from bot.listeners.context import Context
from bot.views import modals, quotes
from bot.views.actions import Action, Form


def register(app: AsyncApp, context: Context) -> None:
    """`value` is `mission|what|page`; what is `result`, `doubted` or `task:rev:attempt`."""

    @app.action(Action.EVIDENCE.value)
    async def opened(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        channel, user, thread = inbox.where(body)
        async with context.politely(channel, user, thread):
            file = await context.missions.file(action["value"].split("|")[0])
            if file.mission.channel != channel:  # who sees the thread may read its evidence
                raise UnknownMission
            await context.doorkeeper.admit(inbox.of_click(body, action), "read", file.mission)
            await context.gateway.open_view(body["trigger_id"], await _window(context, body, file, action["value"]))
        await ack()

    @app.action(re.compile(f"^{Action.PAGE}_"))
    async def turned(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(None, body["user"]["id"]):
            mission = await context.missions.mission(action["value"].split("|")[0])
            await context.doorkeeper.admit(inbox.of_click(body, action), "read", mission)
            await _redraw(context, body, body["view"]["id"], action["value"])
        await ack()

    @app.action(Action.CONTEST.value)
    async def contest(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        mission, _, id = action["value"].partition("|")
        async with context.politely(None, body["user"]["id"]):
            file = await context.missions.file(mission)
            await context.doorkeeper.admit(inbox.of_click(body, action), "decide", file.mission)
            claim = next((claim for claim in file.claims if claim.id == id), None)
            if claim is None:
                raise NotNow("This claim is no longer part of the work.")
            about = f"{action['value']}|{body['view'].get('private_metadata') or ''}"
            await context.gateway.push_view(body["trigger_id"], quotes.contest(claim, about))
        await ack()

    @app.view(Form.CONTEST.value)
    async def contested(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        values = modals.values(view["state"])
        mission, claim, where = view["private_metadata"].split("|", 2)
        try:
            await context.decisions.contest(inbox.of_form(body, values), mission, claim, str(values["note"]))
        except (NotNow, UnknownMission) as error:
            await ack(response_action="errors", errors={"note": str(error) or "This mission is no longer known here."})
            return
        await ack()
        try:
            await _redraw(context, body, view.get("previous_view_id") or "", where)
        except SlackError:
            return  # the window below was closed; what was said is on record


async def _redraw(context: Context, body: dict[str, Any], view: str, value: str) -> None:
    if view and value:
        file = await context.missions.file(value.split("|")[0])
        await context.gateway.update_view(view, await _window(context, body, file, value))


async def _window(context: Context, body: dict[str, Any], file: File, value: str) -> modals.View:
    """The page that the value names."""
    what, _, page = value.rpartition("|")
    listing = await _listing(context, file, what.partition("|")[2])
    department = context.departments.get(file.mission.department)
    contest = await _may_contest(context, body, file)
    return quotes.window(file, department, listing, what, int(page), contest=contest)


async def _listing(context: Context, file: File, what: str) -> quotes.Listing:
    if what == "result":
        return quotes.of_result(file)
    if what == "doubted":
        return quotes.of_doubts(file)
    task, rev, attempt = what.rsplit(":", 2)
    record = await context.missions.attempt(file.mission.id, task, int(rev), int(attempt))
    if record is None:
        raise NotNow("This work is no longer on record.")
    return quotes.of_work(file, record)


async def _may_contest(context: Context, body: dict[str, Any], file: File) -> bool:
    if file.mission.state in ENDED:
        return False
    gesture = inbox.of_click(body, {"action_id": Action.CONTEST.value})
    return bool(await context.doorkeeper.ruling(gesture, "decide", file.mission))
