"""The call journal: answers kept before they are used, each for its own request, and what they cost."""

import asyncio
import sqlite3
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from agents.ports import Attempt, Journal, Spent, Usage
from storage.database import Database
from storage.errors import DatabaseTooNew, DatabaseUnusable
from storage.journal import open_journal

PAID = Attempt("gpt", "ok", Usage(input_tokens=100, output_tokens=20), Decimal("0.00123"), 1.5)
BUSY = Attempt("gpt", "rate_limited", Usage(), Decimal(0), 0.1)
UNPRICED = Attempt("local", "ok", Usage(input_tokens=7, output_tokens=3, estimated=True), None, 0.2)


@pytest.fixture
async def journal(database, clock):
    opened = await open_journal(database, clock)
    yield opened
    await opened.close()


async def test_what_was_recorded_is_recalled(journal: Journal):
    assert await journal.recall("m1/1/t1", "d1") is None
    assert await journal.record("m1", "m1/1/t1", "d1", "model", '{"a": 1}') == '{"a": 1}'
    assert await journal.recall("m1/1/t1", "d1") == '{"a": 1}'


async def test_the_first_answer_counts(journal: Journal):
    await journal.record("m1", "k", "d1", "model", "first")
    assert await journal.record("m1", "k", "d1", "model", "second") == "first"
    assert await journal.recall("k", "d1") == "first"


async def test_an_answer_to_another_request_is_never_used_and_said_so(journal: Journal):
    await journal.record("m1", "k", "d1", "model", "the secret plan")
    with capture_logs() as lines:
        assert await journal.recall("k", "d2") is None
    assert [(line["event"], line["log_level"], line["key"]) for line in lines] == [
        ("journal_divergence", "warning", "k")
    ]
    assert "secret plan" not in str(lines)
    assert await journal.record("m1", "k", "d2", "model", "new") == "new"
    with capture_logs() as lines:
        assert await journal.recall("k", "d1") == "the secret plan"
        assert await journal.recall("k", "d2") == "new"
    assert lines == []


async def test_two_who_answer_at_once_go_on_with_the_same_answer(journal: Journal):
    answers = await asyncio.gather(*(journal.record("m1", "k", "d", "model", f"answer {n}") for n in range(20)))
    assert len(set(answers)) == 1
    assert await journal.recall("k", "d") == answers[0]


async def test_every_attempt_is_booked(journal: Journal):
    assert await journal.spent("m1") == Spent()
    await journal.record("m1", "k1", "d", "model", "a", [BUSY, PAID])
    await journal.record("m1", "k2", "d", "tool", "b")
    await journal.book("m1", "k3", [BUSY, BUSY])
    await journal.record("m1", "k3", "d", "model", "c", [UNPRICED])
    await journal.record("m2", "k1/m2", "d", "model", "a", [PAID])
    assert await journal.spent("m1") == Spent(
        calls=3, attempts=5, input_tokens=107, output_tokens=23, cost_usd=Decimal("0.00123"), unpriced=1
    )


async def test_no_attempts_cost_nothing(journal: Journal):
    await journal.book("m1", "k", [])
    assert await journal.spent("m1") == Spent()


async def test_an_answer_that_lost_was_paid_all_the_same(journal: Journal):
    for body in ("first", "second"):
        await journal.record("m1", "k", "d", "model", body, [PAID])
    assert (await journal.spent("m1")).calls == 2


async def test_small_costs_sum_exactly(journal: Journal):
    penny = Attempt("gpt", "ok", Usage(1, 0, 1), Decimal("0.000000150"), 0.1)
    await asyncio.gather(*(journal.record("m1", f"k{n}", "d", "model", "x", [penny]) for n in range(100)))
    assert (await journal.spent("m1")).cost_usd == Decimal("0.000015")


async def test_a_caller_who_is_cancelled_has_paid_and_the_answer_is_kept(journal: Journal):
    async def recorded() -> bool:
        return await journal.recall("k", "d") is not None

    task = asyncio.create_task(journal.record("m1", "k", "d", "model", "paid"))
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await journal.record("m1", "other", "d", "model", "x")
    kept = await recorded()
    assert kept or await journal.record("m1", "k", "d", "model", "asked again") == "asked again"


@pytest.mark.parametrize("body", ["\0 in the middle", "half \ud83d", "\N{HOT BEVERAGE}" * 10_000, ""])
async def test_any_text_is_kept(journal: Journal, body: str):
    kept = await journal.record("m1", "k", "d", "model", body)
    assert kept == body.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    assert await journal.recall("k", "d") == kept


async def test_the_file_lies_beside_the_database_and_survives_it(sqlite_url, clock):
    database = Database.open(sqlite_url)
    first = await open_journal(database, clock)
    await first.record("m1", "k", "d", "model", "kept", [PAID])
    await first.close()
    second = await open_journal(database, clock)
    assert await second.recall("k", "d") == "kept"
    assert (await second.spent("m1")).calls == 1
    await second.close()
    await database.close()
    assert (database.path.parent / "baton-journal.db").exists()
    connection = sqlite3.connect(database.path.parent / "baton-journal.db")
    assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_many_answers_share_few_commits(sqlite_url, clock, monkeypatch):
    from storage import journal_file

    batches = []
    real = journal_file._record
    monkeypatch.setattr(
        journal_file, "_record", lambda c, entries, at: batches.append(len(entries)) or real(c, entries, at)
    )
    database = Database.open(sqlite_url)
    journal = await open_journal(database, clock)
    await asyncio.gather(*(journal.record("m1", f"k{n}", "d", "model", "x") for n in range(100)))
    await journal.close()
    await database.close()
    assert sum(batches) == 100
    assert len(batches) <= 3


async def test_a_full_disk_is_told_to_everyone_who_waits_and_the_next_one_is_served(sqlite_url, clock, monkeypatch):
    from storage import journal_file

    database = Database.open(sqlite_url)
    journal = await open_journal(database, clock)

    def full(*_: object) -> list[str]:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(journal_file, "_record", full)
        answers = await asyncio.gather(
            *(journal.record("m1", f"k{n}", "d", "model", "x") for n in range(3)), return_exceptions=True
        )
    assert [str(answer) for answer in answers] == ["database or disk is full"] * 3
    assert await journal.record("m1", "k0", "d", "model", "x") == "x"
    await journal.close()
    await database.close()


async def test_a_newer_journal_is_refused(sqlite_url, clock):
    database = Database.open(sqlite_url)
    connection = sqlite3.connect(database.path.parent / "baton-journal.db")
    connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(DatabaseTooNew, match="later version of Baton"):
        await open_journal(database, clock)
    await database.close()


async def test_a_journal_that_is_no_database_is_refused(sqlite_url, clock):
    database = Database.open(sqlite_url)
    (database.path.parent / "baton-journal.db").write_text("holiday notes " * 200)
    with pytest.raises(DatabaseUnusable, match="file is not a database"):
        await open_journal(database, clock)
    await database.close()
