"""The audit's chain: whatever is done to its rows is found."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from storage.audit import START, Entry, Head, Record, faults, hash_of, link

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
CONTENT = [field.name for field in fields(Record) if field.name not in ("seq", "hash", "prev")]


def chain(length: int = 40) -> tuple[list[Record], Head]:
    records: list[Record] = []
    head = Head(0, START)
    for number in range(length):
        entry = Entry(f"U{number % 5}", "named", "gate_decided", f"m{number}:plan:1", f"{number:064x}", "approve")
        records.append(link("T1", head, entry, NOON + dt.timedelta(seconds=number)))
        head = Head(records[-1].seq, records[-1].hash)
    return records, head


def forged(before: Record | None, record: Record) -> Record:
    """The row with everything about it put right again, as somebody would who knows how."""
    seq, prev = (before.seq + 1, before.hash) if before else (1, START)
    bare = replace(record, seq=seq, prev=prev)
    return replace(bare, hash=hash_of(bare))


def rehashed(records: list[Record], start: int) -> list[Record]:
    """All rows from there on put right again: only how the chain ended tells."""
    made = records[:start]
    for record in records[start:]:
        made.append(forged(made[-1] if made else None, record))
    return made


def changed(chance: random.Random, records: list[Record]) -> int:
    at, name = chance.randrange(len(records)), chance.choice(CONTENT)
    records[at] = replace(records[at], **{name: getattr(records[at], name) + chance.choice("x0 ")})
    return at


def removed(chance: random.Random, records: list[Record]) -> int:
    at = chance.randrange(len(records))
    del records[at]
    return at


def added(chance: random.Random, records: list[Record]) -> int:
    at = chance.randrange(len(records) + 1)
    records.insert(at, forged(records[at - 1] if at else None, replace(chance.choice(records), who="U666")))
    return at


def moved(chance: random.Random, records: list[Record]) -> int:
    one, other = sorted(chance.sample(range(len(records)), 2))
    records[one], records[other] = records[other], records[one]
    return one


def cut(chance: random.Random, records: list[Record]) -> int:
    at = chance.randrange(len(records))
    del records[at:]
    return at


TAMPERINGS: list[Callable[[random.Random, list[Record]], int]] = [changed, removed, added, moved, cut]


def test_a_chain_as_it_was_written_is_whole() -> None:
    assert faults(*chain()) == []
    assert faults([], None) == []


def test_a_thousand_tamperings_are_all_found() -> None:
    chance = random.Random(22)
    whole, head = chain()
    missed: list[str] = []
    for number in range(1_000):
        records = list(whole)
        how = TAMPERINGS[number % len(TAMPERINGS)]
        at = how(chance, records)
        if chance.random() < 0.5:
            records = rehashed(records, at)
        if records != whole and not faults(records, head):
            missed.append(f"{how.__name__} at {at}")
    assert missed == []


@pytest.mark.parametrize("how", TAMPERINGS[:4])
def test_without_the_end_noted_elsewhere_what_was_not_put_right_is_found_still(
    how: Callable[[random.Random, list[Record]], int],
) -> None:
    whole, _ = chain()
    for seed in range(50):
        records = list(whole)
        at = how(random.Random(seed), records)
        if how is removed and at == len(records):
            continue  # the last row alone: only the noted end can tell
        if how is added and at == len(records) - 1:
            continue
        assert faults(records, None), (how.__name__, seed)


def test_rows_of_one_workspace_fit_no_other() -> None:
    records, head = chain(3)
    assert faults([replace(record, team="T2") for record in records], head)
