"""The ledger as rows: findings reach the claim that they are about, once, and nothing is ever changed or removed."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from agents.domain.evidence import Citation, Claim, Dependency, Snapshot, Status, Verdict
from agents.domain.mission import Mission, State, TaskState
from agents.ports import TaskRecord
from storage import migrate, tables
from storage.database import Database
from storage.inbox import Gesture
from storage.missions import MissionRows

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MISSION = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", "Coffee", "general", State.PLANNING, 1, NOON)
PAGE = Snapshot("abcd", "web", "https://a.example/x", "A page", "The price is 0.42.", "2026-01-02", "read")
OFFERED = Claim("t1.c1", "It costs 0.42.", key=True, citations=(Citation("abcd", "price is 0.42"),))
FOUND = replace(OFFERED, citations=(Citation("abcd", "price is 0.42", 4, 17),))
LATER = Claim("t2.c1", "So it is cheap.", "inference", derived_from=("t1.c1",))
TRACED = Verdict("t1.c1", "rule", Status.TRACED, "quote_found")
CONTESTED = Verdict("t1.c1", "rule", Status.CONTESTED, "contradicts", "t2.c1 says 0.39.")
LEDGER = ("source", "snapshot", "capture", "claim", "citation", "dependency", "verdict")


@pytest.fixture
async def missions(database, clock):
    """Rows with one mission, whose first task was handed over once."""
    rows = MissionRows(database, lambda mission, event: [], lambda session, call: None, clock)
    await rows.accept(Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1", {}), MISSION)
    await hand_over(rows, "t1", 1, [OFFERED])
    return rows


async def hand_over(missions, task, attempt, claims, verdicts=()):
    async with missions.change("m1") as change:
        change.save_task(TaskRecord(task, 1, TaskState.REVIEWING, "d", attempt))
        change.save_claims(task, 1, attempt, claims, verdicts)


async def fill(missions):
    async with missions.change("m1") as change:
        change.save_snapshot("t1", PAGE, "call-1")
        change.save_dependencies("review:t2", [Dependency("t1.c1", "t0.c1", "declared")])
        change.save_verdicts("review:t1", [TRACED])


async def rows(database, table):
    async with database.read() as session:
        return (await session.exec(select(table))).all()


async def test_a_citation_counts_with_the_place_where_it_was_found_and_the_offer_stays_on_record(missions, database):
    assert (await missions.file("m1")).claims == (OFFERED,)
    await hand_over(missions, "t1", 1, [FOUND])
    await hand_over(missions, "t1", 1, [OFFERED])  # a phase that runs again goes over its beginnings again
    assert (await missions.file("m1")).claims == (FOUND,)
    assert [row.start for row in await rows(database, tables.Citation)] == [None, 4]


async def test_a_verdict_about_an_earlier_task_reaches_its_claim(missions):
    await hand_over(missions, "t2", 1, [LATER])
    async with missions.change("m1") as change:
        change.save_verdicts("review:t2:1:1", [CONTESTED])
    assert (await missions.file("m1")).verdicts == (CONTESTED,)


async def test_verdicts_come_back_in_the_order_in_which_they_were_given(missions):
    overruled = Verdict("t1.c1", "person", Status.UNVERIFIED, "overruled", "U1: we know it.")
    for number, verdict in enumerate([TRACED, CONTESTED, overruled]):
        async with missions.change("m1") as change:
            change.save_verdicts(f"occasion:{number}", [verdict])
    assert (await missions.file("m1")).verdicts == (TRACED, CONTESTED, overruled)


async def test_a_verdict_said_again_for_the_same_occasion_is_not_taken_for_news_about_a_newer_attempt(missions):
    async with missions.change("m1") as change:
        change.save_verdicts("review:t2:1:1", [CONTESTED])
    await hand_over(missions, "t1", 2, [replace(OFFERED, text="It costs 0.39.")])
    async with missions.change("m1") as change:
        change.save_verdicts("review:t2:1:1", [CONTESTED])
    assert (await missions.file("m1")).verdicts == ()


async def test_the_same_finding_on_another_occasion_is_about_the_newer_attempt(missions):
    await hand_over(missions, "t1", 2, [OFFERED])
    async with missions.change("m1") as change:
        change.save_verdicts("review:t2:1:2", [CONTESTED])
    assert (await missions.file("m1")).verdicts == (CONTESTED,)


async def test_a_finding_about_the_attempt_that_was_looked_at_leaves_the_newer_one_alone(missions, database):
    await hand_over(missions, "t1", 2, [OFFERED])
    async with missions.change("m1") as change:
        change.save_verdicts("review:t2:1:1", [CONTESTED], of={"t1": (1, 1)})
    assert (await missions.file("m1")).verdicts == ()
    assert [(row.attempt, row.status) for row in await rows(database, tables.Verdict)] == [(1, "contested")]


async def test_a_finding_about_a_claim_that_nobody_made_is_not_kept(missions, database):
    async with missions.change("m1") as change:
        change.save_verdicts("review", [replace(CONTESTED, claim="t9.c9")])
        change.save_dependencies("review", [Dependency("t9.c9", "t1.c1", "declared")])
    assert await rows(database, tables.Verdict) == await rows(database, tables.Dependency) == []


async def test_dependencies_are_those_of_the_claims_in_force_each_once(missions):
    await hand_over(missions, "t2", 1, [LATER])
    declared = Dependency("t2.c1", "t1.c1", "declared")
    for occasion in ("review:t2:1:1", "review:t2:1:1", "again"):
        async with missions.change("m1") as change:
            change.save_dependencies(occasion, [declared])
    assert (await missions.file("m1")).dependencies == (declared,)
    await hand_over(missions, "t2", 2, [replace(LATER, derived_from=())])
    assert (await missions.file("m1")).dependencies == ()


async def test_a_text_that_several_tasks_read_is_kept_once_with_all_who_captured_it(missions, database):
    for task in ("t1", "t2"):
        async with missions.change("m1") as change:
            change.save_snapshot(task, PAGE, f"call-of-{task}")
            change.save_snapshot(task, replace(PAGE, id="ef", text="It is 0.43 now."), "second")
    assert sorted((await missions.file("m1")).snapshots) == ["abcd", "ef"]
    assert (await missions.file("m1")).snapshots["abcd"] == PAGE
    (source,) = await rows(database, tables.Source)
    assert (source.address, source.title, source.at) == (PAGE.source, PAGE.title, NOON)
    captured = {(row.task, row.snapshot, row.by, row.call) for row in await rows(database, tables.Capture)}
    assert ("t2", "abcd", "read", "call-of-t2") in captured
    assert len(captured) == 4


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("statement", ["update {} set mission = mission", "delete from {}"])
async def test_the_database_refuses_to_change_or_remove_evidence(missions, database, table, statement):
    await fill(missions)

    async def tamper() -> None:
        async with database.write() as session:
            await session.exec(sa.text(statement.format(table)))

    with pytest.raises(DBAPIError, match="The ledger only grows"):
        await tamper()
    async with database.read() as session:
        assert (await session.exec(sa.text(f"select count(*) from {table}"))).one()[0] > 0


async def test_what_an_earlier_version_knew_is_taken_along(database_url: str, clock):
    database = Database.open(database_url)
    await as_first_version(database)
    await database.migrate()
    assert await database.differences() == []
    file = await MissionRows(database, lambda mission, event: [], lambda session, call: None, clock).file("m1")
    await database.close()
    assert file.snapshots == {"abcd": replace(PAGE, captured_by="")}
    assert file.claims == (FOUND, replace(LATER, id="t1.c2"))
    assert file.verdicts == (TRACED,)
    assert (file.result.summary, file.result.premise, file.result.premise_claims) == ("Done.", "", ())


async def as_first_version(database: Database) -> None:
    """The tables of revision 0001 with a mission, as they were written then."""
    async with database.write() as session:
        connection = await session.connection()
        await connection.run_sync(_first_tables)
        for statement in (
            "insert into mission values ('m1','T1','C1','1','1','U1','x','general','running',1,"
            " '2026-11-23 12:00:00+00','','','[]')",
            "insert into attempt values ('m1','t1',1,1,'accepted','d','',null,'[]','[]',null,null)",
            "insert into snapshot values ('m1','t1','abcd','web','https://a.example/x','A page','The price is 0.42.',"
            " '2026-01-02')",
            "insert into snapshot values ('m1','t2','abcd','web','https://a.example/x','A page','The price is 0.42.',"
            " '2026-01-02')",
            """insert into claim values ('m1','t1',1,1,'t1.c1',0,'{"id":"t1.c1","text":"It costs 0.42.","kind":"fact",
            "key":true,"citations":[{"snapshot":"abcd","quote":"price is 0.42","start":4,"end":17}],
            "derived_from":[],"expression":""}')""",
            """insert into claim values ('m1','t1',1,1,'t1.c2',1,'{"id":"t1.c2","text":"So it is cheap.",
            "kind":"inference","key":false,"citations":[],"derived_from":["t1.c1"],"expression":""}')""",
            "insert into verdict values (1,'m1','k','t1',1,1,'t1.c1','rule','traced','quote_found','')",
            "insert into result values ('m1',1,'e','Done.','[]')",
        ):
            await session.exec(sa.text(statement.replace(":", r"\:")))


def _first_tables(connection: sa.Connection) -> None:
    script = migrate.scripts()
    with EnvironmentContext(Config(), script, fn=lambda at, _: script._upgrade_revs("0001", at)) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
