"""The slash command /baton."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from agents.domain.mission import Mission, State
from bot import inbox
from bot.doorkeeper import NotNow
from bot.listeners import scheduling
from bot.listeners.context import Context
from bot.views import home, modals, waits
from bot.views.post import Post
from bot.views.text import escape
from storage.inbox import Gesture

USAGE = (
    "`/baton new` opens the form for a mission, `/baton list` shows what is open, `/baton waiting` what waits for you, "
    "`/baton help` shows this.\n`/baton schedule every weekday at 9: ...` sets up a mission that comes back (without "
    "words it opens the form), `/baton schedules` shows them.\n"
    "`/baton stop`, `pause` and `resume` act on the mission of this channel, `/baton retry t2` "
    "and `/baton skip t2` on one task of it; where there are several, add the mission's id from the list.\n"
    "Admins halt all work in the workspace with `/baton halt` and end that with `/baton resume-all`."
)
MISSION = re.compile(r"m[0-9a-f]{6,16}")
TASK = re.compile(r"t[0-9]{1,3}")

Command = Callable[[Context, dict[str, Any], str], Awaitable[str | Post]]  # what is said to the person; empty: nothing


def register(app: AsyncApp, context: Context) -> None:
    """What /baton does; anything it does not know gets the usage."""

    @app.command("/baton")
    async def baton(ack: AsyncAck, body: dict[str, Any]) -> None:
        word, _, rest = (body.get("text") or "").strip().partition(" ")
        command, said = COMMANDS.get(word.casefold(), _help), cast(str | Post, "")
        async with context.politely(body["channel_id"], body["user_id"]):
            said = await command(context, body, rest.strip())
        if isinstance(said, Post):
            await ack(text=said.text, blocks=said.blocks)
        else:
            await ack(said) if said else await ack()


async def _help(context: Context, body: dict[str, Any], rest: str) -> str:
    await context.doorkeeper.admit(inbox.of_command(body), "read", channel=None)
    return f"{home.HELP}\n{USAGE}"


async def _new(context: Context, body: dict[str, Any], rest: str) -> str:
    await context.doorkeeper.admit(inbox.of_command(body), "ask", channel=None)
    await context.missions.accept(inbox.of_command(body))
    form = modals.new_mission("", f"{body['channel_id']}|", "here")
    await context.gateway.open_view(body["trigger_id"], form)
    return ""


async def _list(context: Context, body: dict[str, Any], rest: str) -> str:
    await context.doorkeeper.admit(inbox.of_command(body), "read", channel=None)
    return home.missions_list(await context.missions.open_missions(body["team_id"], body["user_id"]))


async def _waiting(context: Context, body: dict[str, Any], rest: str) -> str:
    await context.doorkeeper.admit(inbox.of_command(body), "read", channel=None)
    found = await context.waiting.mine(body["user_id"], body["team_id"])
    return waits.mine([(one.mission, one.gate) for one in found], context.intake.clock.now())


async def _stop(context: Context, body: dict[str, Any], rest: str) -> str:
    gesture, mission = await _aimed(context, body, rest)
    await context.intake.replies.control.stop(gesture, mission.id)
    return f"Stopped: {_title(mission)}"


async def _pause(context: Context, body: dict[str, Any], rest: str) -> str:
    gesture, mission = await _aimed(context, body, rest)
    await context.intake.replies.control.pause(gesture, mission.id)
    return f"Paused: {_title(mission)}"


async def _resume(context: Context, body: dict[str, Any], rest: str) -> str:
    gesture, mission = await _aimed(context, body, rest, interrupted=True)
    await context.intake.replies.control.resume(gesture, mission.id)
    return f"Resumed: {_title(mission)}"


async def _retry(context: Context, body: dict[str, Any], rest: str) -> str:
    gesture, mission = await _aimed(context, body, rest)
    task, note = _task(rest, "retry")
    await context.intake.replies.control.retry(gesture, mission.id, task, note)
    return f"{task} is done again: {_title(mission)}"


async def _skip(context: Context, body: dict[str, Any], rest: str) -> str:
    gesture, mission = await _aimed(context, body, rest)
    task, _ = _task(rest, "skip")
    await context.intake.replies.control.skip(gesture, mission.id, task)
    return f"Goes on without {task}: {_title(mission)}"


async def _halt(context: Context, body: dict[str, Any], rest: str) -> str:
    held = await context.intake.replies.control.halt_all(inbox.of_command(body))
    return f"The workspace is halted; {_count(held)} at work paused. `/baton resume-all` ends this."


async def _resume_all(context: Context, body: dict[str, Any], rest: str) -> str:
    freed = await context.intake.replies.control.resume_all(inbox.of_command(body))
    return f"The halt has ended; {_count(freed)} resumed."


COMMANDS: dict[str, Command] = {
    "new": _new,
    "list": _list,
    "schedule": scheduling.asked,
    "schedules": scheduling.listed,
    "waiting": _waiting,
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "retry": _retry,
    "skip": _skip,
    "halt": _halt,
    "resume-all": _resume_all,
}


async def _aimed(
    context: Context, body: dict[str, Any], rest: str, *, interrupted: bool = False
) -> tuple[Gesture, Mission]:
    """The mission that is meant: the one named, else the only one of this channel. Raises NotNow."""
    await context.doorkeeper.admit(inbox.of_command(body), "read", channel=None)  # the choices name missions
    team, channel = body["team_id"], body["channel_id"]
    if interrupted:
        found = await context.missions.interrupted_missions(team)
    else:
        found = [m for m in await context.missions.open_missions(team) if m.state is not State.FAILED or rest]
    if named := next((word for word in rest.split() if MISSION.fullmatch(word)), None):
        found = [mission for mission in found if mission.id == named]
        if not found:
            raise NotNow(f"There is no mission {named} to which that could be done.")
    else:
        found = [mission for mission in found if mission.channel == channel]
        found = [mission for mission in found if mission.requester == body["user_id"]] or found
    if not found:
        raise NotNow("There is no mission in this channel to which that could be done.")
    if len(found) > 1:
        raise NotNow(f"Which one? Add its id:\n{_choices(found)}")
    return inbox.of_command(body), found[0]


def _choices(found: Sequence[Mission]) -> str:
    return "\n".join(f"•  `{mission.id}` {_title(mission)}" for mission in found[:20])


def _task(rest: str, verb: str) -> tuple[str, str]:
    """The task that is named, and what is said besides. Raises NotNow."""
    words = [word for word in rest.split() if not MISSION.fullmatch(word)]
    if not words or not TASK.fullmatch(words[0].casefold()):
        raise NotNow(f"Which task? Say for example `/baton {verb} t2`; the plan card shows the tasks.")
    return words[0].casefold(), " ".join(words[1:])


def _title(mission: Mission) -> str:
    return f"*{escape((mission.title or mission.text)[:120])}*"


def _count(number: int) -> str:
    return "1 mission" if number == 1 else f"{number} missions"
