"""Made-up subjects, people and figures, and the sentences in which pages and specialists speak of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

SUBJECTS = (
    "Talvik Paper",
    "Marrow & Finch",
    "Oberlin Dairy",
    "Sundra Ferries",
    "Karst Optics",
    "Plume Textiles",
    "Brackwater Gas",
    "Ivo Bicycles",
    "Hollis Seeds",
    "Nordhafen Port",
    "Quill Insurance",
    "Teasel Pharma",
    "Corvo Ceramics",
    "Lindgren Tools",
)
PEOPLE = (
    "Aino Saarinen",
    "Bram de Wit",
    "Chidi Okoro",
    "Dalia Haddad",
    "Emil Brandt",
    "Farah Nasser",
    "Goran Petrovic",
    "Hanne Lund",
    "Isolde Kerr",
    "Jun Watanabe",
)
FILLERS = (
    "The canteen was renovated last autumn.",
    "Visitors are asked to register at the gate.",
    "The next general meeting takes place in May.",
    "Trading on that day was quiet.",
    "An outlook was not given.",
    "The archive can be visited by appointment.",
    "Photographs of the site are on the second page.",
    "Most of the staff live in the region.",
    "The building dates from the time between the wars.",
    "A list of suppliers is kept by the secretary.",
)
TITLES = ("{s}: the year in review", "Notes on {s}", "{s} at a glance", "What {s} reports")
TEAMS: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = (
    (("scout", ()), ("analyst", ("scout",)), ("author", ("scout", "analyst")), ("critic", ("author",))),
    (("desk", ()), ("archivist", ()), ("author", ("desk", "archivist"))),
    (("first reader", ()), ("second reader", ("first reader",)), ("editor", ("second reader",))),
)


@dataclass(frozen=True)
class Metric:
    """Something that is counted or measured, with the sentences of pages and of claims."""

    name: str
    draw: Callable[[random.Random], float]
    show: Callable[[float], str]
    said: tuple[str, ...]  # holes: s subject, v value, y year, p person
    claimed: tuple[str, ...]


def whole(low: int, high: int) -> Callable[[random.Random], float]:
    return lambda dice: dice.randint(low, high)


def tenths(low: int, high: int) -> Callable[[random.Random], float]:
    return lambda dice: dice.randint(low * 10, high * 10) / 10


METRICS = (
    Metric(
        "sales",
        whole(112, 948),
        lambda value: f"€{value:.0f} million",
        (
            "{s} booked sales of {v} in {y}, according to {p}.",
            "In {y} the sales of {s} came to {v}, {p} told the paper.",
            "Sales of {s} stood at {v} for the year {y}, as {p} put it.",
        ),
        ("Sales of {s} were {v} in {y}.", "{s} had sales of {v} in {y}.", "In {y}, {s} booked {v} in sales."),
    ),
    Metric(
        "exports",
        tenths(21, 79),
        lambda value: f"{value:.1f}%",
        (
            "Exports made up {v} of the output of {s} in {y}, {p} noted.",
            "Of what {s} produced in {y}, {v} was exported, {p} wrote.",
        ),
        ("{s} exported {v} of its output in {y}.", "In {y}, exports were {v} of the output of {s}."),
    ),
    Metric(
        "members",
        whole(1210, 9870),
        lambda value: f"{value:,.0f}",
        (
            "{s} counted {v} pension members at the close of {y}, {p} reported.",
            "The pension scheme of {s} had {v} members when {y} ended, said {p}.",
        ),
        (
            "The pension scheme of {s} had {v} members at the end of {y}.",
            "{s} had {v} pension members at the end of {y}.",
        ),
    ),
    Metric(
        "tonnes",
        whole(2100, 98700),
        lambda value: f"{value:,.0f} tonnes",
        (
            "{s} moved {v} of goods in {y}, {p} said in a call.",
            "A total of {v} of goods passed through {s} during {y}, by the count of {p}.",
        ),
        ("{s} moved {v} of goods in {y}.", "In {y}, {v} of goods passed through {s}."),
    ),
    Metric(
        "returns",
        tenths(1, 18),
        lambda value: f"{value:.1f} percent",
        (
            "Of all parcels that {s} sent out in {y}, {v} came back, {p} wrote.",
            "The share of parcels returned to {s} was {v} in {y}, {p} confirmed.",
        ),
        (
            "{v} of the parcels that {s} sent out in {y} came back.",
            "The share of parcels returned to {s} was {v} in {y}.",
        ),
    ),
    Metric(
        "tariff",
        lambda dice: dice.randint(59, 489) / 10,
        lambda value: f"€{value:.2f}",
        (
            "{s} has charged {v} a month for its basic tariff since {y}, {p} confirmed.",
            "Since {y} the basic tariff of {s} has cost {v} a month, says {p}.",
        ),
        (
            "The basic tariff of {s} has cost {v} a month since {y}.",
            "{s} has charged {v} a month for its basic tariff since {y}.",
        ),
    ),
    Metric(
        "branches",
        whole(23, 480),
        lambda value: f"{value:.0f}",
        (
            "When {y} ended, {s} ran {v} branches, {p} said.",
            "{s} closed the year {y} with {v} branches, {p} pointed out.",
        ),
        ("{s} had {v} branches at the end of {y}.", "At the end of {y}, {s} ran {v} branches."),
    ),
)


@dataclass(frozen=True)
class Fact:
    """What is true of a subject, and how its page says so."""

    metric: Metric
    subject: str
    value: float
    year: int
    said: str
    wording: int

    def claim(self, value: float | None = None, *, subject: str = "", year: int = 0, shown: str = "") -> str:
        """The fact as a claim; with something else in it where that is given."""
        template = self.metric.claimed[self.wording % len(self.metric.claimed)]
        shown = shown or self.metric.show(self.value if value is None else value)
        return template.format(s=subject or self.subject, v=shown, y=year or self.year)

    @property
    def shown(self) -> str:
        return self.metric.show(self.value)

    def other(self, dice: random.Random) -> float:
        """Another value, clearly apart from the true one and as long as it."""
        while True:
            value = self.metric.draw(dice)
            if abs(value - self.value) > 0.12 * self.value and self.metric.show(value) not in self.shown:
                return value
