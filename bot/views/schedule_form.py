"""The form of a schedule, and what it returns, read field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.domain.schedule import Policies, Schedule, Timing
from agents.timing import entered
from bot.views.actions import Form
from bot.views.modals import View, modal, text_input, where
from bot.views.post import Block

MISSED = {"skip": "Leave them out", "once": "Make them good by one run", "all": "Make several good"}
OVERLAP = {"skip": "Leave the new one out", "queue": "The new one waits", "cancel": "Cancel the older one"}
APPROVAL = {
    "contested": "Ask only when something is contested",
    "every": "Ask in every run",
    "standing": "My approval of a plan holds for 30 days",
}


@dataclass(frozen=True)
class Entered:
    """What a person wants of a schedule."""

    text: str
    timing: Timing
    policies: Policies
    budget_usd: Decimal | None
    channel: str


class Faulty(Exception):
    """Some fields cannot be taken: each with one sentence."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


def form(
    private: str, text: str, when: str, zone: str, policies: Policies, budget: Decimal | None, channel: str
) -> View:
    """To be filled in or corrected; `private` says what it is about."""
    money = "" if budget is None else f"{budget:.2f}"
    blocks = [
        text_input("text", "What should the department do each time?", text),
        text_input("when", "When?", when, lines=False, hint=entered.HINT),
        text_input("zone", "Time zone", zone, lines=False),
        where(channel),
        _select("approval", "When does it ask you?", APPROVAL, policies.approval),
        text_input("budget", "Budget of one run in US dollars", money, lines=False, optional=True),
        _quiet(policies.quiet),
        _select("missed", "Runs missed while Baton did not run", MISSED, policies.missed),
        text_input("most", "How many missed runs are made good, at most", str(policies.missed_most), lines=False),
        _select("overlap", "When the run before is still under way", OVERLAP, policies.overlap),
        text_input("jitter", "Begin up to so many minutes late", str(policies.jitter_s // 60), lines=False),
        _date("until", "Last day", policies.until),
        text_input("count", "At most so many runs", str(policies.count or ""), lines=False, optional=True),
        text_input("stop_after", "Pause after so many failures in a row", str(policies.stop_after), lines=False),
    ]
    return modal(Form.SCHEDULE, "Schedule", blocks, private, "Save")


def of(schedule: Schedule) -> View:
    """The form with what is there."""
    when = entered.written(schedule.timing)
    return form(
        f"edit|{schedule.id}|{schedule.revision}",
        schedule.text,
        when,
        schedule.timing.zone,
        schedule.policies,
        schedule.budget_usd,
        schedule.channel,
    )


def hand_over(schedule: Schedule) -> View:
    """Who owns it from now on."""
    picker: Block = {"type": "users_select", "action_id": "value"}
    label = {"type": "plain_text", "text": "Who looks after it from now on?"}
    blocks: list[Block] = [{"type": "input", "block_id": "owner", "label": label, "element": picker}]
    return modal(Form.HAND_OVER, "Hand over", blocks, schedule.id, "Hand over")


def read(values: Mapping[str, Any], now: datetime, before: Timing | None) -> Entered:
    """What was entered. Raises Faulty with a sentence for each field that cannot be taken."""
    faults: dict[str, str] = {}

    def number(field: str, low: int, high: int, empty: int | None = None) -> int | None:
        said = str(values.get(field) or "").strip()
        if not said:
            return empty
        if not said.isdecimal() or not low <= int(said) <= high:
            faults[field] = f"Give a whole number from {low} to {high}."
            return low
        return int(said)

    timing = _timing(values, now, before, faults)
    text = str(values.get("text") or "").strip()
    if not any(c.isalnum() for c in text):
        faults["text"] = "Say what the department should do each time."
    policies = Policies(
        missed=values.get("missed") or "once",
        missed_most=number("most", 1, 50, 3) or 3,
        overlap=values.get("overlap") or "skip",
        jitter_s=60 * (number("jitter", 0, 1440, 0) or 0),
        until=_until(values, timing, now, faults),
        count=number("count", 1, 100_000),
        approval=values.get("approval") or "every",
        stop_after=number("stop_after", 1, 100, 3) or 3,
        quiet=bool(values.get("quiet")),
    )
    budget = _budget(values, faults)
    channel = str(values.get("channel") or "")
    if not channel:
        faults["channel"] = "Choose where it should work."
    if faults or timing is None:
        raise Faulty(faults)
    return Entered(text, timing, policies, budget, channel)


def _timing(values: Mapping[str, Any], now: datetime, before: Timing | None, faults: dict[str, str]) -> Timing | None:
    zone, when = str(values.get("zone") or ""), str(values.get("when") or "")
    try:
        entered.zone(zone)
    except entered.BadTiming as error:
        faults["zone"] = str(error)
        return None
    if before and when == entered.written(before) and before.kind != "once":
        return replace(before, zone=entered.zone(zone))
    try:
        return entered.timing(when, zone, now, before)
    except entered.BadTiming as error:
        faults["when"] = str(error)
        return None


def _until(values: Mapping[str, Any], timing: Timing | None, now: datetime, faults: dict[str, str]) -> date | None:
    said = str(values.get("until") or "")
    if not said:
        return None
    try:
        found = date.fromisoformat(said)
    except ValueError:
        faults["until"] = "Give a day as YYYY-MM-DD."
        return None
    if found < now.date():
        faults["until"] = "That day has passed."
    return found


def _budget(values: Mapping[str, Any], faults: dict[str, str]) -> Decimal | None:
    said = str(values.get("budget") or "").strip().lstrip("$").replace(",", ".")
    if not said:
        return None
    try:
        found = Decimal(said)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 < found <= 10_000:
        faults["budget"] = "Give an amount such as 2.00."
        return None
    return found.quantize(Decimal("0.01"))


def _label(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _select(block: str, label: str, options: Mapping[str, str], present: str) -> Block:
    choices = [{"text": _label(text), "value": value} for value, text in options.items()]
    chosen = next(one for one in choices if one["value"] == present)
    element: Block = {"type": "static_select", "action_id": "value", "options": choices, "initial_option": chosen}
    return {"type": "input", "block_id": block, "label": _label(label), "element": element}


def _quiet(on: bool) -> Block:
    box: Block = {"text": _label("Post nothing when nothing has changed"), "value": "quiet"}
    element: Block = {"type": "checkboxes", "action_id": "value", "options": [box]}
    if on:
        element["initial_options"] = [box]
    return {"type": "input", "block_id": "quiet", "label": _label("Quiet"), "element": element, "optional": True}


def _date(block: str, label: str, initial: date | None) -> Block:
    element: Block = {"type": "datepicker", "action_id": "value"}
    if initial:
        element["initial_date"] = initial.isoformat()
    return {"type": "input", "block_id": block, "label": _label(label), "element": element, "optional": True}
