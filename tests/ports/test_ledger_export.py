"""`baton ledger`: one mission's evidence as JSON, complete, the same bytes each time, from the database alone."""

import asyncio
import datetime as dt
import json
from dataclasses import replace

import pytest

from agents.domain.evidence import Citation, Claim, Dependency, Snapshot, Status, Verdict
from agents.domain.mission import Mission, State, TaskState
from agents.domain.plan import Estimate, Plan, Task
from agents.ports import TaskRecord
from bot.cli import main
from storage.database import Database
from storage.inbox import Gesture
from storage.missions import MissionRows

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MISSION = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", "Coffee ☕", "general", State.PLANNING, 1, NOON)
PAGE = Snapshot("abcd", "web", "https://a.example/x", "A page", "The price is 0.42.", "2026-01-02", "read")
CLAIM = Claim("t1.c1", "It costs 0.42.", key=True, citations=(Citation("abcd", "price is 0.42", 4, 17),))
LATER = Claim("t2.c1", "So it is cheap.", "inference", derived_from=("t1.c1",))
PLAN = Plan(
    "Coffee",
    "A plan",
    (
        Task("t1", "Look", "Look", "researcher", "text"),
        Task("t2", "Write", "Write", "writer", "text", needs=("t1",)),
    ),
)


@pytest.fixture
def exported(tmp_path, clock, monkeypatch):
    """Runs the command on a database with one small mission; returns its exit status."""
    url = f"sqlite:///{tmp_path}/baton.db"
    asyncio.run(make(url, clock))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    def export(*options: str) -> int:
        return main(["ledger", *options])

    return export


async def make(url, clock):
    database = Database.open(url)
    await database.migrate()
    await fill(MissionRows(database, lambda mission, event: [], lambda session, call: None, clock))
    await database.close()


async def fill(missions):
    await missions.accept(Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1", {}), MISSION)
    async with missions.change("m1") as change:
        change.save_plan(1, PLAN, Estimate((1, 2), (1, 2), None))
        change.save_snapshot("t1", PAGE, "call-7")
    for attempt, text in ((1, "It costs 0.39."), (2, "It costs 0.42.")):
        async with missions.change("m1") as change:
            change.save_task(TaskRecord("t1", 1, TaskState.ACCEPTED, "d", attempt, started_at=NOON))
            change.save_claims("t1", 1, attempt, [replace(CLAIM, text=text)], ())
            status, reason = (Status.BLOCKED, "number_not_in_quote") if attempt == 1 else (Status.TRACED, "traced")
            change.save_verdicts(f"review:{attempt}", [Verdict("t1.c1", "rule", status, reason)])
    async with missions.change("m1") as change:
        change.save_task(TaskRecord("t2", 1, TaskState.ACCEPTED, "d", 1))
        change.save_claims("t2", 1, 1, [LATER], ())
        change.save_dependencies("review:t2", [Dependency("t2.c1", "t1.c1", "declared")])
        change.save_verdicts("sceptic", [Verdict("t1.c1", "sceptic", Status.VERIFIED, "supported", "“0.42”")])
        doubt = Verdict("t2.c1", "person", Status.CONTESTED, "contested_by_person", "Maya: It is not.")
        change.save_verdicts("maya", [doubt])


def test_the_export_ties_claims_to_quotes_sources_authors_and_verdicts(exported, capsys):
    assert exported("m1") == 0
    found = json.loads(capsys.readouterr().out)
    claim = found["entity"]["claim:t1/1/2/t1.c1"]
    assert (claim["text"], claim["status"], claim["in_force"]) == ("It costs 0.42.", "verified", True)
    assert found["entity"]["claim:t2/1/1/t2.c1"]["status"] == "contested"
    assert {"entity": "snapshot:abcd", "activity": "call:t1/call-7"} in found["wasGeneratedBy"]
    assert found["activity"]["call:t1/call-7"]["tool"] == "read"
    (quote,) = [one for one in found["wasQuotedFrom"] if one["generated"] == "claim:t1/1/2/t1.c1"]
    text = found["entity"][quote["used"]]["text"]
    assert text[quote["start"] : quote["end"]] == quote["quote"] == "price is 0.42"
    assert {"generated": "claim:t2/1/1/t2.c1", "used": "claim:t1/1/2/t1.c1", "how": "declared"} in found[
        "wasDerivedFrom"
    ]
    assert {"entity": "claim:t2/1/1/t2.c1", "agent": "agent:writer"} in found["wasAttributedTo"]
    assert found["agent"]["person:Maya"]["prov:type"] == "prov:Person"


def test_the_export_keeps_what_was_found_about_earlier_attempts_in_the_order_in_which_it_was_found(exported, capsys):
    exported("m1")
    found = json.loads(capsys.readouterr().out)
    earlier = found["entity"]["claim:t1/1/1/t1.c1"]
    assert (earlier["status"], earlier["in_force"]) == ("blocked", False)
    verdicts = [one for id, one in found["activity"].items() if id.startswith("verdict:")]
    assert [one["status"] for one in verdicts] == ["blocked", "traced", "verified", "contested"]
    assert [one["entity"] for one in found["used"]][:2] == ["claim:t1/1/1/t1.c1", "claim:t1/1/2/t1.c1"]


def test_every_tie_leads_to_something_in_the_export(exported, capsys):
    exported("m1")
    found = json.loads(capsys.readouterr().out)
    known = {*found["entity"], *found["activity"], *found["agent"]}
    ties = ("wasGeneratedBy", "wasDerivedFrom", "wasQuotedFrom", "wasAttributedTo", "wasAssociatedWith", "used")
    for tie in ties:
        assert found[tie]
        for one in found[tie]:
            ends = [one[end] for end in ("entity", "activity", "agent", "generated", "used") if end in one]
            assert set(ends) <= known


def test_the_same_ledger_is_written_in_the_same_bytes(exported, tmp_path, capsys):
    for name in ("one.json", "folder/two.json"):
        assert exported("m1", "--out", name) == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "folder/two.json").read_bytes()
    assert capsys.readouterr().out.splitlines() == ["wrote one.json", "wrote folder/two.json"]


def test_an_unknown_mission_is_one_clear_sentence(exported, capsys):
    assert exported("m9") == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert "no mission m9" in told.err


def test_a_database_that_is_not_there_is_named_and_not_made(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none/baton.db")
    assert main(["ledger", "m1"]) == 1
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_file_that_cannot_be_written_is_named(exported, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert exported("m1", "--out", "taken/ledger.json") == 1
    assert "taken/ledger.json cannot be written" in capsys.readouterr().err
