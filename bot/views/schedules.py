"""Missions that come back: the schedule's own card, the list, the history, and what opens a run's thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.domain.authority import person
from agents.domain.department import Department
from agents.domain.schedule import Occurrence, Outcome, Policies, Schedule, Slot, State
from agents.timing import words
from bot.views.actions import Action, Form
from bot.views.modals import View, modal
from bot.views.post import Block, Post, actions, button, confirm, context, header, section
from bot.views.text import escape, plain

LISTED = 12
TEXT = 1500

STATES = {
    State.ASKED: ":hourglass_flowing_sand: being read",
    State.PROPOSED: ":raised_hand: waits for your yes",
    State.ACTIVE: ":repeat: active",
    State.PAUSED: ":double_vertical_bar: paused",
    State.ENDED: ":checkered_flag: ended",
}
OUTCOMES = {
    Outcome.PLANNED: ":clock3: to begin",
    Outcome.WAITING: ":clock3: waits",
    Outcome.FIRING: ":arrow_forward: beginning",
    Outcome.OPENING: ":arrow_forward: beginning",
    Outcome.RUNNING: ":arrow_forward: under way",
    Outcome.RUN: ":white_check_mark: run",
    Outcome.SKIPPED: ":fast_forward: skipped",
    Outcome.FAILED: ":x: failed",
}
MISSED = {"skip": "are left out", "once": "are made good by one run", "all": "are made good, the newest {most}"}
OVERLAP = {"skip": "the new one is left out", "queue": "the new one waits", "cancel": "the older one is cancelled"}
APPROVAL = {
    "every": "asks you in every run",
    "contested": "asks you only when something is contested",
    "standing": "your approval of a plan holds for 30 days",
}
MEND = {
    "run": (Action.SCHEDULE_RUN, "Run now"),
    "resume": (Action.SCHEDULE_RESUME, "Resume"),
    "edit": (Action.SCHEDULE_EDIT, "Correct it"),
    "take": (Action.SCHEDULE_TAKE, "Take it over"),
}


def summary(schedule: Schedule) -> str:
    """When, what it may cost, and when it asks, in one sentence; plain text."""
    parts = [words.timing(schedule.timing)]
    if coming := _coming(schedule):
        parts.append(f"next: {coming}")
    if schedule.budget_usd is not None:
        parts.append(f"budget {schedule.budget_usd:.2f} a run")
    return "; ".join([*parts, APPROVAL[schedule.policies.approval]])


def _coming(schedule: Schedule) -> str:
    if schedule.timing.kind == "once":
        return ""
    slots = words.next_few(schedule)
    clock = schedule.timing.kind == "interval"
    more = " ..." if len(slots) == 3 else ""
    return f"{words.instants(slots, schedule.timing.zone, clock=clock)}{more}" if slots else ""


def card(schedule: Schedule, recent: Sequence[Occurrence]) -> Post:
    """The schedule with its buttons: a proposal first, then what it has become."""
    title = "Repeat this?" if schedule.state is State.PROPOSED else "Schedule"
    if schedule.timing.kind == "once" and schedule.state is State.PROPOSED:
        title = "Do this later?"
    blocks: list[Block] = [section(f"*{title}*\n{_quoted(schedule.text)}"), section(escape(summary(schedule)))]
    blocks.append(context(escape(policies(schedule.policies))))
    if schedule.state is not State.PROPOSED:
        reason = f" {_ours(schedule.reason)}" if schedule.reason else ""
        blocks.append(context(f"{STATES[schedule.state]}, owner <@{schedule.owner}>.{reason}"))
        blocks += [context(_line(one, schedule.timing.zone)) for one in recent[:1]]
    return Post(f"{title} {summary(schedule)}", [*blocks, *_buttons(schedule)])


def _quoted(text: str) -> str:
    shown = text if len(text) <= TEXT else text[: TEXT - 1] + "…"
    return "\n".join(f"&gt; {line}" for line in escape(shown).splitlines())


def policies(given: Policies) -> str:
    """What happens when it does not go by the clock, in one line."""
    parts = [
        f"Missed runs {MISSED[given.missed].format(most=given.missed_most)}",
        f"while one is under way {OVERLAP[given.overlap]}",
        f"pauses after {given.stop_after} failures in a row",
    ]
    if given.jitter_s:
        parts.append(f"begins up to {words.distance(given.jitter_s)} late")
    if given.until:
        parts.append(f"last day {given.until:%Y-%m-%d}")
    if given.count:
        parts.append(f"at most {given.count} runs")
    if given.quiet:
        parts.append("quiet when nothing changed")
    return "; ".join(parts) + "."


def _ours(reason: str) -> str:
    """A reason on record: names of people and channels in it are ours, everything else is only words."""
    return re.sub(r"&lt;([@#][A-Z0-9]+)&gt;", r"<\1>", escape(reason))


def _buttons(schedule: Schedule) -> list[Block]:
    id = schedule.id
    if schedule.state is State.PROPOSED:
        begin = button(Action.SCHEDULE_BEGIN, "Start it", id, "primary")
        edit, drop = button(Action.SCHEDULE_EDIT, "Correct", id), button(Action.SCHEDULE_DISCARD, "Discard", id)
        return [actions(f"schedule:{id}:{schedule.revision}", begin, edit, drop)]
    if schedule.state is State.ENDED:
        return [actions(f"schedule:{id}:ended", button(Action.SCHEDULE_HISTORY, "History", id))]
    return [actions(f"schedule:{id}:{schedule.state}:{schedule.revision}", *_live(schedule))]


def _live(schedule: Schedule) -> list[Block]:
    id = schedule.id
    paused = schedule.state is State.PAUSED
    gone = confirm("Delete this schedule?", "No run begins any more; what was delivered stays.", "Delete", "Keep")
    return [
        button(Action.SCHEDULE_RUN, "Run now", id),
        button(*((Action.SCHEDULE_RESUME, "Resume") if paused else (Action.SCHEDULE_PAUSE, "Pause")), id),
        button(Action.SCHEDULE_EDIT, "Edit", id),
        button(Action.SCHEDULE_HISTORY, "History", id),
        button(Action.SCHEDULE_HAND_OVER, "Hand over", id),
        button(Action.SCHEDULE_DELETE, "Delete", id, "danger", gone),
    ]


def root(schedule: Schedule, one: Occurrence) -> Post:
    """What opens the thread of a run."""
    local = one.at.astimezone(ZoneInfo(schedule.timing.zone))
    when = f"{words.day(local)}, {local:%H:%M}"
    why = f"asked for by <@{one.by}>" if person(one.by) else escape(words.timing(schedule.timing))
    blocks = [section(f":repeat: *Scheduled mission, {when}*\n{_quoted(schedule.text)}")]
    return Post(f"Scheduled mission, {when}: {schedule.text}"[:3000], [*blocks, context(why)])


def notice(schedule: Schedule, text: str, mend: str) -> Post:
    """What is wrong, with the button that mends it."""
    name = plain(schedule.text, 120)
    action, label = MEND[mend]
    blocks = [
        section(f":warning: *Your schedule “{escape(name)}”*\n{text}"),
        actions(f"notice:{schedule.id}:{mend}", button(action, label, schedule.id, "primary")),
    ]
    return Post(f"Your schedule “{name}”: {text}", blocks)


def listing(schedules: Sequence[Schedule], departments: Sequence[Department]) -> list[Block]:
    """What comes back, the soonest first, and how to set up more."""
    blocks: list[Block] = [header("Schedules")]
    for one in schedules[:LISTED]:
        told = f"*{escape(plain(one.text, 150))}* in <#{one.channel}>\n{escape(summary(one))}"
        blocks.append(section(f"{told}\n{STATES[one.state]}, owner <@{one.owner}>"))
        blocks.append(actions(f"listed:{one.id}", *_live(one)))
    if not schedules:
        blocks.append(
            context("No mission comes back yet. Mention me with “every weekday at 9: ...” or use the button.")
        )
    if len(schedules) > LISTED:
        blocks.append(context(f"and {len(schedules) - LISTED} more; `baton schedule list` shows all"))
    new = [button(Action.SCHEDULE_NEW, "New schedule", "new", "primary")]
    return [*blocks, actions("schedules:new", *new), *suggested(departments)]


def suggested(departments: Sequence[Department]) -> list[Block]:
    """What departments offer to do again and again."""
    offers = [(one, place, each) for one in departments for place, each in enumerate(one.repeats)]
    blocks: list[Block] = []
    for one, place, each in offers[:5]:
        accessory = button(Action.SCHEDULE_NEW, "Set up", f"{one.id}|{place}")
        blocks.append(section(f"*{escape(one.title)}:* {escape(plain(each.text, 200))} ({each.cron})", accessory))
    return blocks


def history(schedule: Schedule, found: Sequence[Occurrence]) -> View:
    """Every planned instant with its outcome and reason, the newest first."""
    lines = [_line(one, schedule.timing.zone) for one in found]
    blocks = [section("\n".join(lines[n : n + 10])[:3000]) for n in range(0, len(lines), 10)]
    shown = [section(f"*{escape(plain(schedule.text, 200))}*"), *(blocks or [context("No run yet.")])]
    return modal(Form.HISTORY, "History", shown, schedule.id, None)


def _line(one: Occurrence, zone: str) -> str:
    local = one.at.astimezone(ZoneInfo(zone))
    reason = f": {_ours(one.reason)}" if one.reason else ""
    asked = f" (asked for by <@{one.by}>)" if person(one.by) else ""
    return f"{words.day(local)} {local:%H:%M}  {OUTCOMES[one.outcome]}{asked}{reason}"


def planned(slots: Sequence[Slot], zone: str) -> list[str]:
    """Planned instants as lines: wall time with its offset, and UTC."""
    place = ZoneInfo(zone)
    return [f"{_stamp(slot.at.astimezone(place))}   {slot.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for slot in slots]


def _stamp(at: datetime) -> str:
    return f"{at:%a} {at.isoformat()}"


def as_json(schedule: Schedule, found: Sequence[Occurrence]) -> dict[str, Any]:
    """Everything that can be counted about a schedule."""
    return {
        "id": schedule.id,
        "state": schedule.state,
        "reason": schedule.reason,
        "text": schedule.text,
        "owner": schedule.owner,
        "channel": schedule.channel,
        "when": words.timing(schedule.timing),
        "policies": policies(schedule.policies),
        "occurrences": [
            {"wall": one.wall, "at": one.at.isoformat(), "outcome": one.outcome, "reason": one.reason,
             "mission": one.mission} for one in found
        ],
    }  # fmt: skip
