"""When somebody is reminded: in the working hours of their own day, across weekends and changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain import waiting
from agents.domain.waiting import Patience, spoken, working

ZONES = ("Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("when", "then"),
    [
        ("2026-11-25T11:00", "2026-11-25T11:00"),  # a Wednesday, at work
        ("2026-11-25T08:59", "2026-11-25T09:00"),  # before
        ("2026-11-25T18:00", "2026-11-26T09:00"),  # after
        ("2026-11-27T20:00", "2026-11-30T09:00"),  # Friday night
        ("2026-11-28T12:00", "2026-11-30T09:00"),  # Saturday noon
        ("2026-03-27T19:00", "2026-03-30T09:00"),  # over the night in which the clocks go forward
        ("2026-10-23T19:00", "2026-10-26T09:00"),  # and back
    ],
)
def test_a_reminder_waits_for_working_hours_on_the_persons_own_clock(when: str, then: str) -> None:
    assert working(at(when), BERLIN) == at(then)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.sampled_from(ZONES))
def test_it_is_never_early_always_in_hours_and_never_put_off_for_more_than_a_weekend(when: datetime, name: str) -> None:
    zone, asked = ZoneInfo(name), when.replace(tzinfo=UTC)
    due = working(asked, zone)
    local = due.astimezone(zone)
    assert asked <= due <= asked + timedelta(days=3)
    assert local.weekday() < 5
    assert 9 <= local.hour < 18
    assert working(due, zone) == due


def test_the_steps_follow_each_other_and_then_nothing_more_happens_by_itself() -> None:
    since = at("2026-11-25T10:00")
    found = [Patience().due(stage, since, BERLIN) for stage in range(4)]
    assert found[:3] == [at("2026-11-25T14:00"), at("2026-11-26T10:00"), at("2026-12-09T10:00")]
    assert found[3] is None


@pytest.mark.parametrize(
    ("outcome", "kind", "choice"),
    [
        ("hold", "task", None),
        ("skip", "task", "drop"),
        ("alternative", "tool", "refuse"),
        ("alternative", "result", None),
        ("skip", "plan", None),
        ("cancel", "plan", "cancel"),
        ("cancel", "change", "keep"),
    ],
)
def test_what_nobody_answered_is_never_taken_for_a_yes(outcome, kind, choice) -> None:
    assert Patience(outcome=outcome).choice(kind) == choice
    assert not {"approve", "accept", "raise"} & set(waiting.SAFE.values())


def test_spans_are_said_as_people_say_them() -> None:
    said = [
        spoken(timedelta(**span)) for span in ({"minutes": 20}, {"hours": 1}, {"hours": 4}, {"days": 1}, {"days": 14})
    ]
    assert said == ["20 minutes", "1 hour", "4 hours", "1 day", "14 days"]
