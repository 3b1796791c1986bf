"""`baton schedule`: what comes back, on the command line."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path

import pytest

from agents.domain.schedule import Schedule, Timing
from agents.timing import cron
from bot.cli import main
from bot.clock import SystemClock
from storage.database import Database
from storage.schedules import ScheduleRows


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch, migrated_sqlite_url: str, tmp_path: Path) -> str:
    """A schedule in the database that the command finds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite_url)

    async def store() -> None:
        database, now = Database.open(migrated_sqlite_url), dt.datetime.now(dt.UTC)
        rows = ScheduleRows(database, lambda session, call: None, SystemClock(), cron.walls)
        timing = Timing("cron", "Europe/Berlin", cron="0 9 * * 1-5")
        await rows.accept(None, Schedule("s1", "U1", "T1", "C1", "What changed?", "general", timing, now, now))
        await database.close()

    asyncio.run(store())
    return "s1"


def test_the_preview_prints_the_instants_as_they_are_fired(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["schedule", "preview", "30 2 * * *", "Europe/Berlin", "--from", "2026-03-28T12:00", "--count", "2"]) == 0
    )
    assert capsys.readouterr().out.splitlines() == [
        "at 02:30 on every day, Europe/Berlin",
        "Sun 2026-03-29T03:30:00+02:00   2026-03-29T01:30:00Z",
        "Mon 2026-03-30T02:30:00+02:00   2026-03-30T00:30:00Z",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0 9 * *", "Europe/Berlin"], "fields"),
        (["0 9 * * *", "Mars/Base"], "time zone"),
        (["0 9 * * *", "UTC", "--from", "soon"], "not a time"),
    ],
)
def test_a_preview_of_nonsense_gets_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", "preview", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_it_is_listed_paused_resumed_run_shown_and_deleted(one: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "list"]) == 0
    assert "at 09:00 on every weekday, Europe/Berlin" in capsys.readouterr().out
    for verb, state in (("pause", "paused"), ("resume", "active"), ("run", "active"), ("delete", "ended")):
        assert main(["schedule", verb, one]) == 0
        capsys.readouterr()
        assert main(["schedule", "show", one, "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["state"] == state
    assert [each["outcome"] for each in shown["occurrences"]] == ["planned"]
    assert main(["schedule", "pause", one]) == 1
    assert "only active and paused ones" in capsys.readouterr().err


def test_an_unknown_schedule_gets_one_sentence(one: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "show", "nothing"]) == 1
    assert "There is no schedule nothing" in capsys.readouterr().err
