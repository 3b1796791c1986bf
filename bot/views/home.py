"""The App Home: what is open, what waits for you, and how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.domain.department import Department
from agents.domain.mission import WAITING, Mission
from bot.views.actions import Action
from bot.views.card import STANDING
from bot.views.post import Block, actions, button, context, divider, header, section
from bot.views.text import escape

SHOWN = 20
WAITING_SHOWN = 10

HELP = (
    "Mention me in a channel with what you want: research, a comparison, a calendar, texts. I plan it, show you the "
    "plan, and begin when you approve. Nothing is delivered before you have approved the result, either."
)


def home(missions: Sequence[Mission], departments: Sequence[Department], waiting: Sequence[str] = ()) -> dict[str, Any]:
    """The Home tab of one person; `waiting` are the lines about what waits for them."""
    blocks: list[Block] = [header("Your missions"), section(HELP)]
    blocks.append(actions("home:new", button(Action.NEW, "New mission", "home", "primary")))
    blocks += [divider(), header("Waiting for you")]
    blocks += [section(line) for line in waiting] or [context("Nothing waits for you.")]
    blocks += [divider(), header("Open")]
    blocks += [_mission(mission) for mission in missions[:SHOWN]] or [context("No mission is open.")]
    if len(missions) > SHOWN:
        blocks.append(context(f"and {len(missions) - SHOWN} more"))
    blocks += [divider(), header("Departments"), *(_department(one) for one in departments[:20])]
    return {"type": "home", "blocks": blocks}


def closed(said: str) -> dict[str, Any]:
    """The Home tab of somebody for whom the department does not work, with the reason."""
    return {"type": "home", "blocks": [header("Your missions"), section(escape(said))]}


def _mission(mission: Mission) -> Block:
    waits = ":raised_hand: " if mission.state in WAITING else ""
    title = mission.title or mission.text
    return section(f"{waits}*{escape(title[:150])}* in <#{mission.channel}>\n{STANDING[mission.state]}")


def _department(one: Department) -> Block:
    team = ", ".join(f"{member.icon} {escape(member.title)}" for member in one.specialists)
    return section(f"*{escape(one.title)}*: {escape(one.purpose)}\n{team}"[:3000])


def missions_list(missions: Sequence[Mission]) -> str:
    """The open missions as mrkdwn lines."""
    lines = [
        f"•  *{escape((m.title or m.text)[:120])}* (`{m.id}`) in <#{m.channel}>: {STANDING[m.state]}"
        for m in missions[:SHOWN]
    ]
    return "\n".join(lines) or "No mission is open."
