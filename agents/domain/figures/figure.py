"""One figure of a text: a number, a year, a date or a time of day, with what was written around it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

FigureKind = Literal["number", "year", "decade", "date", "time"]


class Day(NamedTuple):
    """A calendar date or a part of one; None for what the text does not say."""

    year: int | None
    month: int
    day: int | None


@dataclass(frozen=True)
class Figure:
    """A figure with its place. One spelling may have several readings: `5m` is five metres or five million."""

    text: str  # as written, with currency and unit
    start: int
    end: int
    kind: FigureKind
    mantissa: Decimal = Decimal(0)  # the digits before any magnitude word; for a time: minutes since midnight
    places: int = 0  # digits written after the decimal point
    scales: tuple[Decimal, ...] = (Decimal(1),)  # what the mantissa may have to be multiplied with
    unit: str = ""  # "%", "pp", "bp", a currency, or empty
    sign: int = 0  # -1 or 1 when the text writes one
    hedge: bool = False  # "about", "more than", ...: an approximation is announced
    firm: bool = True  # whether it asserts something: list numbers and small counts in words do not
    days: tuple[Day, ...] = ()  # for a date: its readings

    @property
    def values(self) -> tuple[Decimal, ...]:
        """The readings as plain numbers."""
        return tuple(self.mantissa * scale for scale in self.scales)
