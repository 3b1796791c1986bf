"""`baton schedule` at its edges: previews around the changes of the clocks, and words that mean nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path

import pytest

from agents.domain.schedule import Outcome, Schedule, State, Timing
from agents.timing import cron
from bot.cli import main
from bot.clock import SystemClock
from storage.database import Database
from storage.schedules import ScheduleRows


def preview(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The instants, without the line that explains them."""
    assert main(["schedule", "preview", *arguments]) == 0
    return capsys.readouterr().out.splitlines()[1:]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["schedule", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


# ---- preview ----


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ["15 1-3 * * *", "Europe/Berlin", "--from", "2026-10-25"],
            [
                "Sun 2026-10-25T01:15:00+02:00   2026-10-24T23:15:00Z",
                "Sun 2026-10-25T02:15:00+02:00   2026-10-25T00:15:00Z",
                "Sun 2026-10-25T03:15:00+01:00   2026-10-25T02:15:00Z",
            ],
        ),
        (
            ["15 1-3 * * *", "Europe/Berlin", "--from", "2026-03-29"],
            [
                "Sun 2026-03-29T01:15:00+01:00   2026-03-29T00:15:00Z",
                "Sun 2026-03-29T03:15:00+02:00   2026-03-29T01:15:00Z",
                "Mon 2026-03-30T01:15:00+02:00   2026-03-29T23:15:00Z",
            ],
        ),
        (
            ["15 2 * * *", "Australia/Lord_Howe", "--from", "2026-10-03T12:00"],
            [
                "Sun 2026-10-04T02:45:00+11:00   2026-10-03T15:45:00Z",
                "Mon 2026-10-05T02:15:00+11:00   2026-10-04T15:15:00Z",
                "Tue 2026-10-06T02:15:00+11:00   2026-10-05T15:15:00Z",
            ],
        ),
        (
            ["30 9 29 2 *", "utc", "--from", "2026-01-01"],
            [
                "Tue 2028-02-29T09:30:00+00:00   2028-02-29T09:30:00Z",
                "Sun 2032-02-29T09:30:00+00:00   2032-02-29T09:30:00Z",
                "Fri 2036-02-29T09:30:00+00:00   2036-02-29T09:30:00Z",
            ],
        ),
    ],
    ids=["the hour that comes twice", "the hour left out", "half an hour left out", "29 February"],
)
def test_a_preview_is_what_the_clock_fires(
    arguments: list[str], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert preview(capsys, *arguments, "--count", "3") == lines


def test_a_preview_begins_with_the_slot_at_the_time_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    nine = ["Mon 2026-11-30T09:00:00+01:00   2026-11-30T08:00:00Z"]
    for start in ("2026-11-30T09:00", "2026-11-30T08:00+00:00"):
        assert preview(capsys, "0 9 * * *", "europe/berlin", "--from", start, "--count", "1") == nine
    left_out = preview(capsys, "30 2 * * *", "Europe/Berlin", "--from", "2026-03-29T02:30", "--count", "1")
    assert left_out == ["Sun 2026-03-29T03:30:00+02:00   2026-03-29T01:30:00Z"]


def test_a_preview_to_the_end_of_the_calendar_ends_there(capsys: pytest.CaptureFixture[str]) -> None:
    lines = preview(capsys, "0 9 29 2 *", "UTC", "--from", "2026-01-01", "--count", "10000")
    assert lines[-1].endswith("9996-02-29T09:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0 9 * * *", "Europe/Berlln"], "did you mean Europe/Berlin?"),
        (["0 9 * * *", "berlin"], "did you mean Europe/Berlin?"),
        (["0 9 * * *", "Americ/Newyork"], "did you mean America/New_York?"),
        (["0 9 * * *", "GMT+2"], "give a name such as Europe/Berlin"),
        (["0 9 * * *", ""], "give a name such as Europe/Berlin"),
        (["0 9 * * *", "../../etc/passwd"], "give a name such as Europe/Berlin"),
        (["61 9 * * *", "UTC"], "its minute (first field) must be 0 to 59"),
        (["*/0 9 * * *", "UTC"], "its minute (first field) must be 0 to 59"),
        (["0 9 31 2 *", "UTC"], "in a month that has such a day"),
        (["@daily", "UTC"], "not five (minute, hour, day of the month, month, day of the week)"),
        (["0 9 * * *", "UTC", "--from", "0001-01-01"], "give a year from 1900 to 2199"),
        (["0 9 * * *", "UTC", "--from", "9999-12-31T23:59-12:00"], "give a year from 1900 to 2199"),
        (["0 9 * * *", "UTC", "--from", "2026-02-30"], "is not a time: give one as 2026-03-28"),
    ],
)
def test_what_means_nothing_gets_one_sentence_with_what_to_do(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, "preview", *arguments)


@pytest.mark.parametrize("count", ["0", "-1", "10001", "1.5", "many"])
def test_a_count_out_of_bounds_is_called_wrongly(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schedule", "preview", "0 9 * * *", "UTC", f"--count={count}"])
    assert ended.value.code == 2
    assert "is not a number from 1 to 10000" in capsys.readouterr().err


# ---- the verbs ----


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, migrated_sqlite_url: str, tmp_path: Path) -> str:
    """The database that the command finds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite_url)
    return migrated_sqlite_url


def store(url: str, id: str, state: State, missed_hours: int = 0) -> None:
    async def work() -> None:
        database, now = Database.open(url), dt.datetime.now(dt.UTC)
        seen = now - dt.timedelta(hours=missed_hours, minutes=10)
        timing = Timing("interval", "Europe/Berlin", every_s=3600, start=seen)
        rows = ScheduleRows(database, lambda session, call: None, SystemClock(), cron.walls)
        await rows.accept(None, Schedule(id, "U1", "T1", "C1", "Why?", "general", timing, seen, seen, state=state))
        await database.close()

    asyncio.run(work())


def shown(capsys: pytest.CaptureFixture[str], id: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["schedule", "show", id, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_was_due_before_a_pause_is_decided_as_it_stood(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody ran for two hours: the newest is planned as agreed; the pause decides about it when it would begin."""
    store(url, "s1", State.ACTIVE, missed_hours=2)
    assert main(["schedule", "pause", "s1"]) == 0
    found = shown(capsys, "s1")
    assert found["state"] == "paused"
    assert [one["outcome"] for one in found["occurrences"]] == [Outcome.PLANNED, Outcome.SKIPPED]


def test_what_came_round_during_a_pause_is_skipped_and_not_made_good_on_resuming(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(url, "s1", State.PAUSED, missed_hours=3)
    assert main(["schedule", "resume", "s1"]) == 0
    found = shown(capsys, "s1")
    assert found["state"] == "active"
    assert [one["reason"] for one in found["occurrences"]] == ["The schedule was paused."] * 3


@pytest.mark.parametrize("verb", ["show", "pause", "resume", "run", "delete"])
def test_an_unknown_id_gets_one_sentence_for_every_verb(
    verb: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no schedule s9: `baton schedule list --all` shows them." in refused(capsys, verb, "s9")


@pytest.mark.parametrize("state", [State.ASKED, State.PROPOSED, State.ENDED])
def test_one_that_is_not_active_is_left_as_it_is(state: State, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    store(url, "s1", state, missed_hours=1)
    for verb in ("pause", "resume", "run", "delete"):
        assert f"The schedule s1 is {state}" in refused(capsys, verb, "s1")
    assert shown(capsys, "s1")["occurrences"] == []


def test_an_empty_list_says_how_to_set_one_up(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "list"]) == 0
    assert "No mission comes back" in capsys.readouterr().out
