"""Submitted forms."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from agents.domain import checks
from agents.ports import UnknownMission
from bot import inbox
from bot.decisions import Answer, NotNow, edited
from bot.gateway import SlackError
from bot.listeners.context import Context
from bot.views import modals
from bot.views.actions import Form
from bot.views.post import Post, section
from bot.views.text import escape


def register(app: AsyncApp, context: Context) -> None:
    """A form closes when its content is on record; what is wrong is said on the field."""

    @app.view(Form.CHANGE.value)
    async def change(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _decide(context, ack, body, view, "change", "note")

    @app.view(Form.RETRY.value)
    async def retry(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _decide(context, ack, body, view, "retry", "note")

    @app.view(Form.APPROVE.value)
    async def approve(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _decide(context, ack, body, view, "approve", "note")

    @app.view(Form.ACCEPT.value)
    async def accept(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _decide(context, ack, body, view, "accept", "note")

    @app.view(Form.SEND_BACK.value)
    async def send_back(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _decide(context, ack, body, view, "send_back", "note")

    @app.view(Form.EDIT.value)
    async def edit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _edit(context, ack, body, view)

    @app.view(Form.NEW.value)
    async def new(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _new(context, ack, body, view)


async def _decide(
    context: Context, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], choice: str, field: str
) -> None:
    values = modals.values(view["state"])
    answer = Answer(view["private_metadata"], choice, str(values["note"]), tuple(values.get("tasks") or ()))
    await _take(context, ack, body, values, answer, field)


async def _take(
    context: Context, ack: AsyncAck, body: dict[str, Any], values: dict[str, Any], answer: Answer, field: str
) -> None:
    try:
        await context.decisions.decide(inbox.of_form(body, values), answer)
    except NotNow as error:
        await ack(response_action="errors", errors={field: str(error)})
    except UnknownMission:
        await ack(response_action="errors", errors={field: "This mission is no longer known here."})
    else:
        await ack()


async def _edit(context: Context, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
    values, gate = modals.values(view["state"]), view["private_metadata"]
    first = next((block["block_id"] for block in view["blocks"] if block["type"] == "input"), "note")
    try:
        file = await context.decisions.allowed(body["user"]["id"], inbox.team(body), gate)
    except (NotNow, UnknownMission) as error:
        await ack(response_action="errors", errors={first: str(error) or "This mission is no longer known here."})
        return
    plan, faults = edited(file, context.departments.get(file.mission.department), values, list(checks.KINDS))
    if faults:
        await ack(response_action="errors", errors={first: " ".join(faults)[:500]})
        return
    await _take(context, ack, body, values, Answer(gate, "edit", plan=plan), first)


async def _new(context: Context, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
    """From a form: the mission gets a thread under a message that says who asked, or under the message it is about."""
    values, user = modals.values(view["state"]), body["user"]["id"]
    text, about = str(values["mission"]), view["private_metadata"]
    if wrong := await context.intake.refused(user, inbox.team(body), text, files=False):
        await ack(response_action="errors", errors={"mission": wrong})
        return
    channel, _, thread = about.partition("|")
    channel = channel or str(values.get("channel") or "")
    try:
        ts = thread or await _root(context, channel, user, text, view["id"])
    except SlackError:
        where = "channel" if "channel" in values else "mission"
        await ack(response_action="errors", errors={where: "I cannot post there. Invite me to the channel first."})
        return
    await context.intake.ask(inbox.of_request(body, channel, ts, text), thread or ts)
    await ack()


async def _root(context: Context, channel: str, user: str, text: str, view: str) -> str:
    quoted = "\n".join(f">{line}" for line in escape(text).splitlines())
    post = Post(f"A mission from a form: {text}"[:3000], [section(f"Mission by <@{user}>\n{quoted}"[:3000])])
    return await context.gateway.post(post.payload(channel, None), f"form:{view}")
