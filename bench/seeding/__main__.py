"""Writes the file; the same bytes every time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from bench.seeding import first, later, traps
from bench.seeding.draft import Draft
from bot.bench import seeded

EACH = 6  # missions of each type of fault
SETS = 4  # missions of each kind of trap
CLEAN = 18  # missions without either


def lines() -> Iterator[str]:
    """Every case as a line of JSON."""
    for plant in (*first.PLANTS, *later.PLANTS):
        for number in range(EACH):
            yield _line(plant.__name__, number, plant)
    for trap in traps.SET:
        for number in range(SETS):
            yield _line(f"clean-{trap.__name__}", number, trap)
    for number in range(CLEAN):
        yield _line("clean", number, lambda _: None)


def _line(kind: str, number: int, plant: first.Plant) -> str:
    """The first agent says two true things before the fault and one after it, the second three."""
    draft = Draft(kind, number)
    draft.true(0, 2)
    plant(draft)
    draft.true(0, 1)
    draft.true(1, 3)
    return json.dumps(draft.row, ensure_ascii=False)


def main() -> int:
    seeded.FILES[0].write_text("\n".join(lines()) + "\n", "utf-8")
    print(f"wrote {seeded.FILES[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
