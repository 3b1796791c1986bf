"""Schedules in Slack: their buttons, their forms, and what /baton says of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import inbox
from bot.doorkeeper import NotNow
from bot.listeners.context import Context
from bot.scheduling.service import USUAL, Schedules
from bot.views import schedule_form, schedules
from bot.views.actions import Action, Form
from bot.views.modals import View, values
from bot.views.post import Post
from storage.inbox import Gesture

HISTORY = 100
NINE = "0 9 * * 1-5"


def register(app: AsyncApp, context: Context) -> None:
    """Each press is on record before it is acknowledged; forms are opened while their trigger is fresh."""
    service = context.schedules
    does: dict[Action, Callable[[Any, str], Awaitable[None]]] = {
        Action.SCHEDULE_BEGIN: service.begin,
        Action.SCHEDULE_DISCARD: service.discard,
        Action.SCHEDULE_RUN: service.run,
        Action.SCHEDULE_PAUSE: service.pause,
        Action.SCHEDULE_RESUME: service.resume,
        Action.SCHEDULE_DELETE: service.delete,
        Action.SCHEDULE_TAKE: service.take,
    }
    for action, do in does.items():
        app.action(action.value)(_doer(context, do))
    for action in (Action.SCHEDULE_EDIT, Action.SCHEDULE_HAND_OVER, Action.SCHEDULE_HISTORY, Action.SCHEDULE_NEW):
        app.action(action.value)(_opener(context, action))
    app.action(Action.REPEAT.value)(_opener(context, Action.REPEAT))

    @app.view(Form.SCHEDULE.value)
    async def saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await _save(context, ack, body, view)

    @app.view(Form.HAND_OVER.value)
    async def handed_over(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        entered = values(view["state"])
        try:
            gesture = inbox.of_form(body, entered)
            await service.hand_over(gesture, view["private_metadata"], str(entered.get("owner") or ""))
        except NotNow as error:
            await ack(response_action="errors", errors={"owner": str(error)})
        else:
            await ack()


def _doer(context: Context, do: Callable[[Any, str], Awaitable[None]]) -> Any:
    async def done(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with context.politely(*_where(body)):
            await do(inbox.of_click(body, action), action["value"])
        await ack()

    return done


def _opener(context: Context, action: Action) -> Any:
    async def opened(ack: AsyncAck, body: dict[str, Any], payload: dict[str, Any]) -> None:
        async with context.politely(*_where(body)):
            gesture = inbox.of_click(body, payload)
            await context.gateway.open_view(body["trigger_id"], await _window(context, action, gesture))
        await ack()

    return opened


async def _window(context: Context, action: Action, gesture: Gesture) -> View:
    """The form or window of the button, for those who may use it. Raises NotNow and UnknownMission."""
    service, value, channel = context.schedules, str(gesture.payload["value"]), gesture.channel or ""
    match action:
        case Action.SCHEDULE_EDIT:
            return schedule_form.of(await service.changeable(gesture, value))
        case Action.SCHEDULE_HAND_OVER:
            return schedule_form.hand_over(await service.changeable(gesture, value))
        case Action.SCHEDULE_HISTORY:
            schedule = await service.seen(gesture, value)
            return schedules.history(schedule, await service.rows.occurrences(value, HISTORY))
        case Action.REPEAT:
            mission = await context.missions.mission(value)
            if mission.channel != channel:
                raise NotNow("This mission is not known here.")
            return await new_form(service, gesture, mission.text)
        case _:
            department, _, place = value.partition("|")
            repeats = context.departments.get(department).repeats if place.isdecimal() else ()
            offered = repeats[int(place)] if place.isdecimal() and int(place) < len(repeats) else None
            if offered is None:
                return await new_form(service, gesture, "")
            return await new_form(service, gesture, offered.text, offered.cron)


async def new_form(service: Schedules, gesture: Gesture, text: str, when: str = NINE) -> View:
    """The form of a schedule that is not there yet. Raises NotNow for those who may not set one up."""
    await service.creatable(gesture)
    return schedule_form.form("new", text, when, await service.zone(gesture.user), USUAL, None, gesture.channel or "")


async def _save(context: Context, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
    service, entered = context.schedules, values(view["state"])
    kind, _, rest = view["private_metadata"].partition("|")
    id, _, revision = rest.partition("|")
    gesture = inbox.of_form(body, entered)
    try:
        if kind != "edit":
            await service.creatable(gesture)
        before = (await service.changeable(gesture, id)).timing if kind == "edit" else None
        wanted = schedule_form.read(entered, context.clock.now(), before)
        if kind == "edit":
            await service.edit(gesture, id, int(revision), wanted)
        else:
            await service.create(gesture, wanted)
    except schedule_form.Faulty as error:
        await ack(response_action="errors", errors=error.faults)
    except NotNow as error:
        await ack(response_action="errors", errors={"text": str(error)})
    else:
        await ack()


async def listed(context: Context, body: dict[str, Any], words: str) -> Post:
    """/baton schedules: the person's own, and those of the channel."""
    await context.doorkeeper.admit(inbox.of_command(body), "read")
    every = await context.schedules.rows.schedules(body["team_id"])
    shown = [one for one in every if body["user_id"] == one.owner or body["channel_id"] == one.channel]
    return Post("Schedules", schedules.listing(shown, context.departments.all))


async def asked(context: Context, body: dict[str, Any], words: str) -> str:
    """/baton schedule: with words they are read, without the form opens."""
    gesture = inbox.of_command(body)
    if words:
        await context.schedules.creatable(gesture)
        await context.schedules.ask(gesture, inbox.words(words, context.gateway.bot), "")
    else:
        form = await new_form(context.schedules, gesture, "")
        await context.missions.accept(gesture)
        await context.gateway.open_view(body["trigger_id"], form)
    return ""


def _where(body: dict[str, Any]) -> tuple[str | None, str, str | None]:
    message = body.get("message") or {}
    return (body.get("channel") or {}).get("id"), body["user"]["id"], message.get("thread_ts")
