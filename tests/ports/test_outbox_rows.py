"""The outbox: order, versions of one message, and rows that an earlier try left behind."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlmodel import select

from agents.ports import Outgoing
from storage import outbox as outboxes
from storage import tables
from storage.outbox import Outbox, ShownMessage

POST = Outgoing("a", "C1", "m1:card", "post", "card", 5, {"mission": "m1"})
UPDATE = replace(POST, key="u1", op="update")


@pytest.fixture
def outbox(database, clock):
    return Outbox(database, clock)


@pytest.fixture
def put(database, clock):
    """Puts rows into the outbox, each in a commit of its own."""

    async def put(*rows: Outgoing) -> list[bool]:
        done = []
        for row in rows:
            async with database.write() as session:
                done.append(await session.run(outboxes.put, "T1", None, row, clock.now()))
        return done

    return put


async def send(outbox: Outbox, channel: str = "C1") -> list[str]:
    """Sends all that is ready and returns the keys in the order of sending."""
    sent = []
    while row := await outbox.next(channel):
        await outbox.mark_sending(row)
        await outbox.mark_sent(row, f"ts.{row.key}")
        sent.append(row.key)
    return sent


async def states(database) -> dict[str, str]:
    async with database.read() as session:
        return dict((await session.exec(select(tables.Outbox.key, tables.Outbox.state))).all())


async def test_an_empty_outbox_has_nothing_next(outbox):
    assert await outbox.next("C1") is None
    assert not await outbox.waiting("C1")
    assert await outbox.channels_waiting() == []
    assert await outbox.due("C1") is None


async def test_a_row_goes_its_way_and_its_message_is_remembered(outbox, put, database):
    await put(POST)
    row = await outbox.next("C1")
    assert (row.key, row.team, row.target, row.op, row.view, row.body) == (
        "a", "T1", "m1:card", "post", "card", {"mission": "m1"},
    )  # fmt: skip
    assert (row.state, row.tries) == ("new", 0)
    assert await outbox.shown("m1:card") is None
    await outbox.mark_sending(row)
    again = await outbox.next("C1")
    assert (again.key, again.state, again.tries) == ("a", "sending", 1)  # whoever comes after a crash must look first
    await outbox.mark_sent(again, "7.7")
    assert await outbox.next("C1") is None
    assert await outbox.shown("m1:card") == ShownMessage("C1", "7.7")
    assert await states(database) == {"a": "sent"}


async def test_a_key_is_put_once(put):
    assert await put(POST, replace(POST, view="other", target="other")) == [True, False]


async def test_urgent_rows_go_first_then_older_ones(outbox, put):
    await put(
        replace(POST, key="progress", target="1", priority=9),
        replace(POST, key="result", target="2", priority=1),
        replace(POST, key="news", target="3", priority=5),
        replace(POST, key="approval", target="4", priority=1),
    )
    assert await send(outbox) == ["result", "approval", "news", "progress"]


async def test_channels_do_not_see_each_other(outbox, put):
    await put(POST, replace(POST, key="b", channel="C2", target="other"))
    assert await outbox.channels_waiting() == ["C1", "C2"]
    assert await send(outbox, "C2") == ["b"]
    assert await outbox.channels_waiting() == ["C1"]
    assert await outbox.waiting("C1")
    assert not await outbox.waiting("C2")


async def test_an_update_never_overtakes_its_own_post(outbox, put):
    await put(replace(POST, priority=9), replace(UPDATE, priority=1, view="final"), replace(POST, key="b", target="2"))
    assert await send(outbox) == ["a", "u1", "b"]  # the urgent update speaks for the post that it waits for


async def test_several_waiting_updates_become_the_newest(outbox, put, database):
    await put(POST)
    await send(outbox)
    await put(*(replace(UPDATE, key=f"u{n}", body={"n": n}) for n in range(5)))
    assert await send(outbox) == ["u4"]
    assert await states(database) == {
        "a": "sent",
        "u0": "merged",
        "u1": "merged",
        "u2": "merged",
        "u3": "merged",
        "u4": "sent",
    }


async def test_an_update_behind_a_post_that_draws_the_same_is_moot(outbox, put, database):
    await put(POST, UPDATE, replace(UPDATE, key="u2"))
    assert await send(outbox) == ["a"]
    assert await states(database) == {"a": "sent", "u1": "merged", "u2": "merged"}


async def test_an_update_behind_a_post_that_draws_something_else_is_not_moot(outbox, put):
    await put(POST, replace(UPDATE, body={"mission": "m1", "closed": True}))
    assert await send(outbox) == ["a", "u1"]


async def test_an_update_behind_a_post_on_its_way_is_not_moot(outbox, put):
    await put(POST)
    row = await outbox.next("C1")
    await outbox.mark_sending(row)
    await put(UPDATE)
    assert (await outbox.next("C1")).key == "a"
    await outbox.mark_sent(row, "1.1")
    assert await send(outbox) == ["u1"]


async def test_a_reaction_put_and_taken_away_stays_in_order(outbox, put):
    react = replace(POST, key="on", target="m1:eyes", op="react", view="eyes", priority=9)
    await put(react, replace(react, key="off", op="unreact", priority=1), replace(react, key="again"))
    assert await send(outbox) == ["on", "off", "again"]


async def test_an_update_whose_post_was_parked_is_offered_so_that_it_can_be_posted(outbox, put, database):
    await put(POST)
    await outbox.park(await outbox.next("C1"), "invalid_blocks")
    assert await outbox.next("C1") is None
    await put(UPDATE)
    row = await outbox.next("C1")
    assert (row.key, row.op) == ("u1", "update")
    await outbox.mark_sent(row, "2.2")
    assert await outbox.shown("m1:card") == ShownMessage("C1", "2.2")
    assert await states(database) == {"a": "parked", "u1": "sent"}


async def test_a_postponed_row_waits_for_its_time_and_so_does_what_follows_it(outbox, put, clock):
    await put(POST, replace(UPDATE, view="final"), replace(POST, key="b", target="2"))
    row = await outbox.next("C1")
    await outbox.mark_sending(row)
    until = clock.now() + dt.timedelta(seconds=30)
    await outbox.postpone(row, until, "ratelimited", arrived=False)
    assert await send(outbox) == ["b"]
    assert await outbox.waiting("C1")
    assert await outbox.due("C1") == until
    clock.tick(30)
    again = await outbox.next("C1")
    assert (again.key, again.state, again.tries) == ("a", "new", 1)
    assert await send(outbox) == ["a", "u1"]


async def test_a_row_postponed_in_doubt_must_be_looked_for(outbox, put, clock):
    await put(POST)
    row = await outbox.next("C1")
    await outbox.mark_sending(row)
    await outbox.postpone(row, clock.now(), "timeout")
    assert (await outbox.next("C1")).state == "sending"


async def test_a_newer_version_does_not_shorten_the_pause(outbox, put, clock):
    await put(POST)
    await send(outbox)
    await put(UPDATE)
    until = clock.now() + dt.timedelta(seconds=30)
    await outbox.postpone(await outbox.next("C1"), until, "ratelimited", arrived=False)
    await put(replace(UPDATE, key="u2"))
    assert await outbox.next("C1") is None
    assert await outbox.due("C1") == until
    clock.tick(30)
    assert await send(outbox) == ["u2"]


async def test_a_target_stands_where_it_was_shown_last(outbox, put):
    await put(POST)
    await send(outbox)
    await put(replace(POST, key="b", body={"rev": 2}))  # the card is posted anew for another revision
    await send(outbox)
    await outbox.remember("m1:result:2", "C1", "8.8")
    assert await outbox.shown("m1:card") == ShownMessage("C1", "ts.b")
    assert await outbox.shown("m1:result:2") == ShownMessage("C1", "8.8")


async def test_sixty_waiting_rows_come_out_in_order_and_once(outbox, put):
    await put(*(replace(POST, key=f"k{n:03}", target=f"t{n}", priority=n % 3) for n in range(60)))
    sent = await send(outbox)
    assert sent == sorted((f"k{n:03}" for n in range(60)), key=lambda key: (int(key[1:]) % 3, key))
