"""True claims that look false: said in another way than the page says it. None of them may be stopped."""

from __future__ import annotations

from collections.abc import Callable

from bench.seeding.draft import Draft
from bench.seeding.world import FILLERS

Pair = tuple[str, str]  # what the page says, what is claimed

ROUNDED: tuple[Pair, ...] = (
    ("{s} served 12,430 meals in {y}, {p} counted.", "{s} served about 12,400 meals in {y}."),
    ("{s} spent €6,812,000 on training in {y}, {p} said.", "{s} spent roughly €6.8 million on training in {y}."),
    ("Customers of {s} waited 4.96 minutes in {y}, {p} found.", "Customers of {s} waited some 5 minutes in {y}."),
    ("{s} planted 20,187 trees in {y}, {p} wrote.", "{s} planted more than 20,000 trees in {y}."),
)
CONVERTED: tuple[Pair, ...] = (
    ("{s} is owed €1,200 million, {p} said in {y}.", "{s} is owed €1.2 billion, it was said in {y}."),
    ("{s} ground 3.5 million kilos of grain in {y}, {p} wrote.", "{s} ground 3,500,000 kilos of grain in {y}."),
    (
        "The pension fund of {s} held 0.75 billion euros in {y}, {p} noted.",
        "The pension fund of {s} held €750 million in {y}.",
    ),
    ("{s} answered twelve thousand letters in {y}, {p} said.", "{s} answered 12,000 letters in {y}."),
)
ACRONYMS: tuple[Pair, ...] = (
    (
        "The Eastern Water Board (EWB) inspected {s} 14 times in {y}, {p} said.",
        "The EWB inspected {s} 14 times in {y}.",
    ),
    ("{s} joined the Union of River Carriers, URC for short, in {y}, {p} wrote.", "{s} joined the URC in {y}."),
    (
        "The International Paper Association (IPA) gave {s} 3 awards in {y}, {p} noted.",
        "The IPA gave {s} 3 awards in {y}.",
    ),
    (
        "{s} reports to the Office for Fair Freight (OFF) since {y}, said {p}.",
        "{s} has reported to the Office for Fair Freight since {y}.",
    ),
)
DATES: tuple[Pair, ...] = (
    ("{s} opened its new hall on 14 March {y}, {p} said.", "{s} opened its new hall on {y}-03-14."),
    ("On {y}-09-02 {s} changed its statutes, {p} wrote.", "{s} changed its statutes on 2 September {y}."),
    ("{s} signed the treaty on November 21, {y}, {p} noted.", "{s} signed the treaty on 21 November {y}."),
    ("The strike at {s} ended on 3 Feb. {y}, {p} recalled.", "The strike at {s} ended on February 3, {y}."),
)
LISTED: tuple[Pair, ...] = (
    ("1. {s} sold 31 boats in {y}, {p} said.", "2. {s} sold 31 boats in {y}."),
    ("First, {s} let 62 rooms in {y}, {p} wrote.", "1) {s} let 62 rooms in {y}."),
    ("{s} won 17 cases in {y} [3], {p} noted.", "{s} won 17 cases in {y} [1]."),
    ("(2) {s} printed 45 maps in {y}, said {p}.", "3. {s} printed 45 maps in {y}."),
)


def rounding(draft: Draft) -> None:
    _told(draft, "rounding", ROUNDED)


def unit_conversion(draft: Draft) -> None:
    _told(draft, "unit_conversion", CONVERTED)


def acronym(draft: Draft) -> None:
    _told(draft, "acronym", ACRONYMS)


def date_format(draft: Draft) -> None:
    _told(draft, "date_format", DATES)


def list_number(draft: Draft) -> None:
    _told(draft, "list_number", LISTED)


def derived_total(draft: Draft) -> None:
    """A right sum: of two quotes, and of two earlier claims."""
    one, two = draft.dice.sample(range(310, 4800), 2)
    a, b = draft.subjects[:2]
    said = [f"{s} had {n:,} visitors in {draft.year}, {draft.people[0]} counted." for s, n in ((a, one), (b, two))]
    cited = [
        (draft.page(f"{line} {FILLERS[6]}", f"Visitors of {s}"), line) for line, s in zip(said, (a, b), strict=True)
    ]
    text = f"{a} and {b} together had {one + two:,} visitors in {draft.year}."
    more = {"kind": "computed", "trap": "derived_total"}
    draft.claim(0, text, *cited, expression=f"{one:,} + {two:,}" if draft.number % 2 else f"{one} + {two}", **more)
    parts = [
        draft.claim(1, f"{s} had {n:,} visitors in {draft.year}.", quote)
        for s, n, quote in zip((a, b), (one, two), cited, strict=True)
    ]
    apart = f"The visitors of {a} and of {b} were {abs(one - two):,} apart in {draft.year}."
    draft.claim(1, apart, derived_from=parts, expression=f"{max(one, two)} - {min(one, two)}", **more)


SET: tuple[Callable[[Draft], None], ...] = (rounding, unit_conversion, derived_total, acronym, date_format, list_number)


def _told(draft: Draft, trap: str, pairs: tuple[Pair, ...]) -> None:
    """Two of the pairs, one by each agent."""
    for agent in (0, 1):
        said, text = pairs[(draft.number + 2 * agent) % len(pairs)]
        subject = draft.subjects[agent]
        holes = {"s": subject, "y": draft.year, "p": draft.people[agent]}
        page = draft.page(f"{said.format(**holes)} {FILLERS[8]}", f"News of {subject}")
        draft.claim(agent, text.format(**holes), (page, said.format(**holes)), trap=trap)
