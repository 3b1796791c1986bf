"""Physical measures: the same length, mass or time in other units, and different units for the same number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from agents.domain.figures.figure import Figure

# Words and signs of a unit: (what is measured, how many of the base unit). Only spellings with one meaning.
_UNITS: dict[str, tuple[str, Decimal]] = {
    word: (kind, Decimal(size))
    for kind, words in {
        "length": {
            "mm millimetre millimetres millimeter millimeters": "0.001",
            "cm centimetre centimetres centimeter centimeters": "0.01",
            "metre metres meter meters": "1",
            "km kilometre kilometres kilometer kilometers": "1000",
            "mile miles": "1609.344",
            "foot feet ft": "0.3048",
            "inch inches": "0.0254",
            "yard yards": "0.9144",
        },
        "mass": {
            "mg milligram milligrams": "0.000001",
            "g gram grams gramme grammes": "0.001",
            "kg kilogram kilograms kilo kilos": "1",
            "tonne tonnes": "1000",
            "kilotonne kilotonnes": "1000000",
            "lb lbs": "0.45359237",
            "ounce ounces oz": "0.028349523125",
        },
        "time": {
            "ms millisecond milliseconds": "0.001",
            "second seconds sec secs": "1",
            "minute minutes min mins": "60",
            "hour hours hr hrs": "3600",
            "day days": "86400",
            "week weeks": "604800",
        },
        "months": {"month months": "1", "year years": "12"},
        "volume": {
            "ml millilitre millilitres milliliter milliliters": "0.001",
            "cl centilitre centilitres": "0.01",
            "litre litres liter liters": "1",
            "hl hectolitre hectolitres": "100",
            "gallon gallons": "3.785411784",
        },
        "energy": {"wh": "1", "kwh": "1000", "mwh": "1000000", "gwh": "1000000000", "twh": "1000000000000"},
        "power": {
            "watt watts": "1",
            "kw kilowatt kilowatts": "1000",
            "mw megawatt megawatts": "1000000",
            "gw gigawatt gigawatts": "1000000000",
        },
        "data": {"kb": "1000", "mb": "1000000", "gb": "1000000000", "tb": "1000000000000", "pb": "1000000000000000"},
        "area": {"hectare hectares ha": "10000", "acre acres": "4046.8564224", "km²": "1000000"},
    }.items()
    for spelled, size in words.items()
    for word in spelled.split()
}
_UNIT = re.compile(r"[ \u00a0-]?([^\W\d_]+²?)(?![\w])")
_SMALLEST = Decimal("0.005")  # share by which a converted figure may differ when it is written with few digits


@dataclass(frozen=True)
class Measure:
    """A figure with its unit."""

    figure: Figure
    text: str  # as written, with the unit
    kind: str
    size: Decimal  # of the unit, in the base unit


def measures(text: str, found: tuple[Figure, ...]) -> Iterator[Measure]:
    """The figures of the text that are followed by a unit of measure."""
    for figure in found:
        match = _UNIT.match(text, figure.end)
        known = _UNITS.get(match[1].casefold()) if match else None
        if match and known and figure.kind == "number" and not figure.unit:
            yield Measure(figure, text[figure.start : match.end()], *known)


def converted(claimed: Measure, found: Measure) -> bool:
    """Whether both are the same measure in different units, rounded to the digits that the claim writes."""
    if claimed.kind != found.kind or claimed.size == found.size:
        return False
    return any(_fits(value, claimed, found, other) for value in claimed.figure.values for other in found.figure.values)


def _fits(value: Decimal, claimed: Measure, found: Measure, other: Decimal) -> bool:
    exact = other * found.size / claimed.size
    if not exact:
        return not value
    step = Decimal(1).scaleb(-claimed.figure.places)
    gap = abs(exact - value)
    return gap <= abs(exact) * _SMALLEST or (gap <= step / 2 and gap <= abs(exact) / 20)


def clashing(claimed: Iterable[Measure], found: Iterable[Measure]) -> tuple[str, str] | None:
    """Two measures that share their number and differ in their unit; None when the text has the claimed one too."""
    theirs = list(found)
    for one in claimed:
        same = [other for other in theirs if other.figure.mantissa == one.figure.mantissa]
        if same and all((other.kind, other.size) != (one.kind, one.size) for other in same):
            return one.text, same[0].text
    return None
