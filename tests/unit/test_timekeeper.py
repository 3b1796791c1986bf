"""When, in people's words: found by rule, read by the rehearsal, checked by code, said back in words."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.contracts import ScheduleDraft, TimekeeperBrief
from agents.domain.schedule import Timing
from agents.roles import timekeeper as role
from agents.timing import cron, entered, words
from bot.local.rehearsal.roles import timekeeper
from bot.scheduling import wish
from tests.house import SEED

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)  # a Monday, 13:00 in Berlin
WHAT = "what changed at our three competitors since yesterday?"


def brief(said: str) -> TimekeeperBrief:
    return TimekeeperBrief(words=said, zone="Europe/Berlin", now="2026-11-23T13:00", weekday="Monday")


FORMS = (
    (f"every weekday at 9: {WHAT}", "cron", "0 9 * * 1-5", WHAT),
    (f"Every day at 17:30, {WHAT}", "cron", "30 17 * * *", WHAT),
    (f"every morning at 7 am: {WHAT}", "cron", "0 7 * * *", WHAT),
    ("Please every Monday and Thursday at 8:15 compare prices", "cron", "15 8 * * 1,4", "compare prices"),
    ("on the first Monday of each month: compare prices", "cron", "0 9 * * MON#1", "compare prices"),
    ("On the first Monday of each month at 10 compare prices", "cron", "0 10 * * MON#1", "compare prices"),
    ("on the 15th of every month at 8: compare prices", "cron", "0 8 15 * *", "compare prices"),
    ("on the last day of every month, compare prices", "cron", "0 9 L * *", "compare prices"),
    ("compare prices every Friday at 4 pm", "cron", "0 16 * * 5", "compare prices"),
    ("Compare three competitors daily at 9", "cron", "0 9 * * *", "Compare three competitors"),
    ("weekly: compare prices", "cron", "0 9 * * 1", "compare prices"),
    ("every hour: compare prices", "cron", "0 * * * *", "compare prices"),
    ("every 2 hours: compare prices", "interval", "120", "compare prices"),
    ("every 30 minutes compare prices", "interval", "30", "compare prices"),
    ("tomorrow at 9: compare prices", "once", "2026-11-24T09:00", "compare prices"),
    ("compare prices tomorrow at 9", "once", "2026-11-24T09:00", "compare prices"),
    ("next Friday at 14:00 compare prices", "once", "2026-11-27T14:00", "compare prices"),
    ("in 3 hours compare prices", "once", "2026-11-23T16:00", "compare prices"),
    ("jeden Werktag um 9 Uhr: was hat sich geändert?", "cron", "0 9 * * 1-5", "was hat sich geändert?"),
    ("jeden Montag um 8:30 Preise vergleichen", "cron", "30 8 * * 1", "Preise vergleichen"),
    ("täglich um 7 Uhr: Preise vergleichen", "cron", "0 7 * * *", "Preise vergleichen"),
    ("alle 2 Stunden: Preise vergleichen", "interval", "120", "Preise vergleichen"),
    ("morgen um 9: Preise vergleichen", "once", "2026-11-24T09:00", "Preise vergleichen"),
    ("am ersten Montag im Monat: Preise vergleichen", "cron", "0 9 * * MON#1", "Preise vergleichen"),
    ("am 1. jeden Monats um 8 Uhr Preise vergleichen", "cron", "0 8 1 * *", "Preise vergleichen"),
)


@pytest.mark.parametrize(("said", "kind", "when", "mission"), FORMS, ids=[form[0] for form in FORMS])
def test_the_common_forms_are_understood_and_pass_the_check(said: str, kind: str, when: str, mission: str) -> None:
    assert wish.might_be(said)
    draft = timekeeper.answer(brief(said))
    assert (draft.kind, draft.cron or draft.at or str(draft.every_minutes), draft.mission) == (kind, when, mission)
    assert role.faults(draft, brief(said), NOW) == []


@pytest.mark.parametrize(
    "said",
    [
        SEED,
        "Write two social media posts about compostable coffee pods.",
        "Make a content calendar with a post every Monday for our launch",
        "Compare our three main competitors by price and say what changed each day last week.",
        "What did we sell tomorrow's customers?",
        "Plan the launch on 2027-03-01: competitors, calendar, first posts.",
    ],
)
def test_a_mission_for_now_is_not_taken_for_a_schedule(said: str) -> None:
    assert not wish.might_be(said)


def test_a_zone_that_the_words_name_is_taken() -> None:
    draft = timekeeper.answer(brief("every day at 9 America/New_York: compare prices"))
    assert (draft.cron, draft.zone, draft.mission) == ("0 9 * * *", "America/New_York", "compare prices")


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (ScheduleDraft(kind="cron", cron="0 25 * * *", mission="compare"), "hour"),
        (ScheduleDraft(kind="cron", cron="0 9 30 2 *", mission="compare"), "day"),
        (ScheduleDraft(kind="once", at="2026-11-22T09:00", mission="compare"), "passed"),
        (ScheduleDraft(kind="interval", mission="compare"), "every_minutes"),
        (ScheduleDraft(kind="cron", cron="0 9 * * *", zone="Mars/Base", mission="compare"), "time zone"),
        (ScheduleDraft(kind="cron", cron="0 9 * * *", mission="compare and pay"), "“and”"),
        (ScheduleDraft(kind="cron", cron="0 9 * * *", mission=" "), "empty"),
    ],
)
def test_a_models_answer_that_cannot_stand_is_sent_back_with_the_reason(draft: ScheduleDraft, fault: str) -> None:
    assert fault in " ".join(role.faults(draft, brief("every day at 9 compare"), NOW))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Timing("cron", "Europe/Berlin", cron="0 9 * * 1-5"), "at 09:00 on every weekday, Europe/Berlin"),
        (Timing("cron", "Asia/Tokyo", cron="30 8,17 * * *"), "at 08:30 and 17:30 on every day, Asia/Tokyo"),
        (Timing("cron", "UTC", cron="0 9 * * MON#1"), "at 09:00 on the first Monday of every month, UTC"),
        (Timing("cron", "UTC", cron="0 9 * * 1,4"), "at 09:00 on every Monday and Thursday, UTC"),
        (Timing("cron", "UTC", cron="0 9 15 * *"), "at 09:00 on day 15 of every month, UTC"),
        (Timing("cron", "UTC", cron="0 9 L * *"), "at 09:00 on the last day of every month, UTC"),
        (Timing("cron", "UTC", cron="*/15 * * * *"), "every 15th minute of every hour, UTC"),
        (Timing("interval", "UTC", every_s=7200, start=NOW), "every 2 hours, UTC"),
        (Timing("once", "UTC", at=dt.datetime(2026, 11, 24, 9)), "once, on Tue 24 Nov 2026 at 09:00, UTC"),
    ],
)
def test_a_time_is_said_in_words_and_can_be_entered_again(given: Timing, said: str) -> None:
    assert words.timing(given) == said
    assert entered.timing(entered.written(given), given.zone, NOW) == given


def test_a_time_of_day_alone_changes_only_that() -> None:
    before = Timing("cron", "Europe/Berlin", cron="0 9 * * 1-5")
    assert entered.timing("9:30", "europe/berlin", NOW, before).cron == "30 9 * * 1-5"
    once = Timing("once", "Europe/Berlin", at=dt.datetime(2026, 11, 24, 9))
    assert entered.timing("07:15", "Europe/Berlin", NOW, once).at == dt.datetime(2026, 11, 24, 7, 15)


@pytest.mark.parametrize(
    "bad", ["", "soon", "25:00", "0 9 * *", "0 9 * * 9", "2026-11-22 09:00", "every 0 minutes", "2026-13-01 09:00"]
)
def test_what_says_no_time_gets_one_sentence(bad: str) -> None:
    with pytest.raises(entered.BadTiming, match=r"[:;] .*\.$"):
        entered.timing(bad, "Europe/Berlin", NOW, Timing("cron", "Europe/Berlin", cron="0 9 * * *"))


def test_a_cron_expression_is_checked_field_by_field() -> None:
    assert cron.check("0 9 * * mon-fri") == "0 9 * * MON-FRI"
    for bad, named in (("61 9 * * *", "minute"), ("0 9 31 2 *", "month"), ("a b", "fields"), ("0 9 * 13 *", "month")):
        with pytest.raises(cron.BadCron, match=named):
            cron.check(bad)
