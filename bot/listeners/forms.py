"""Submitted forms."""

from __future__ import annotations

from typing import Any, cast

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from agents.ports import UnknownMission
from bot import editing, inbox
from bot.decisions import Answer, NotNow
from bot.doorkeeper import Denied
from bot.gateway import SlackError
from bot.intake import fault
from bot.listeners.context import Context
from bot.revising import Wrong
from bot.views import modals
from bot.views.actions import Form
from bot.views.post import Post, section
from bot.views.text import escape
from storage.inbox import Gesture

PLACE = ("unknown_place", "shared", "not_in_channel")  # reasons that lie in the channel


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

    @app.view(Form.EDIT_RESULT.value)
    async def edit_result(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        values = modals.values(view["state"])
        try:
            await context.revising.take(inbox.of_form(body, values), view["private_metadata"], values)
        except Wrong as wrong:
            await ack(response_action="errors", errors=dict(wrong.errors))
        except (NotNow, UnknownMission) as error:
            said = str(error) if isinstance(error, NotNow) else "This mission is no longer known here."
            await ack(response_action="errors", errors={_first(view): said})
        else:
            await ack()

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
    first = _first(view)
    try:
        file = await context.decisions.allowed(inbox.of_form(body, values), gate)
    except (NotNow, UnknownMission) as error:
        await ack(response_action="errors", errors={first: str(error) or "This mission is no longer known here."})
        return
    assert file.plan
    entered = editing.edited(file.plan, context.departments.get(file.mission.department), values)
    if entered.errors:
        await ack(response_action="errors", errors=dict(entered.errors))
        return
    await _take(context, ack, body, values, Answer(gate, "edit", plan=entered.plan), first)


def _first(view: dict[str, Any]) -> str:
    """The first field of a form."""
    return next((block["block_id"] for block in view["blocks"] if block["type"] == "input"), "note")


async def _new(context: Context, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
    """From a form: the mission gets a thread under a message that says who asked, or under the message it is about."""
    values, user = modals.values(view["state"]), body["user"]["id"]
    text, about = str(values["mission"]), view["private_metadata"]
    channel, _, thread = about.partition("|")
    channel = channel or str(values.get("channel") or "")
    if wrong := await _unfit(context, inbox.of_form(body, values), channel, text):
        await ack(response_action="errors", errors=wrong)
        return
    try:
        ts = thread or await _root(context, channel, user, text, view["id"])
    except SlackError:
        where = "channel" if "channel" in values else "mission"
        await ack(response_action="errors", errors={where: "I cannot post there. Invite me to the channel first."})
        return
    await context.intake.ask(inbox.of_request(body, channel, ts, text), thread or ts)
    await ack()


async def _unfit(context: Context, gesture: Gesture, channel: str, text: str) -> dict[str, str]:
    """Why these words of this person become no mission there, by field; empty when they do."""
    try:
        await context.doorkeeper.admit(gesture, "ask", channel=channel)
    except Denied as denied:
        asked = "channel" in cast(dict[str, Any], gesture.payload["values"])
        return {"channel" if asked and denied.ruling.authority in PLACE else "mission": str(denied)}
    wrong = fault(text, files=False)
    return {"mission": wrong} if wrong else {}


async def _root(context: Context, channel: str, user: str, text: str, view: str) -> str:
    quoted = "\n".join(f">{line}" for line in escape(text).splitlines())
    post = Post(f"A mission from a form: {text}"[:3000], [section(f"Mission by <@{user}>\n{quoted}"[:3000])])
    return await context.gateway.post(post.payload(channel, None), f"form:{view}")
