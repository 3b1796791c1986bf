"""Whether a figure of a claim stands in a text: same reading, or a rounding of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from agents.domain.figures.figure import Day, Figure
from agents.domain.figures.vocabulary import DOLLARS

_HEDGED = Decimal("0.10")  # how far "about" and "more than" may lie from the source, as a share of it
_PLAIN = Decimal("0.05")  # the same for a rounding to one digit that is not announced
_ROUND = Decimal("0.01")  # the same when the rounded digit hides in trailing zeros: 20 is not 21


def supported(claimed: Figure, found: Sequence[Figure]) -> bool:
    """Whether one of the found figures, or a date of them with its year elsewhere among them, bears the claimed one."""
    if claimed.kind == "date":
        return any(_same_day(want, found) for want in claimed.days)
    if claimed.kind == "decade":
        years = range(int(claimed.mantissa), int(claimed.mantissa) + 10)
        return any(f.kind == "decade" and f.mantissa == claimed.mantissa for f in found) or bool(
            _years(found) & {*years}
        )
    if claimed.kind == "year" and claimed.mantissa in _years(found):
        return True
    if claimed.kind == "time":
        return any(f.kind == "time" and f.mantissa == claimed.mantissa for f in found)
    return any(_same_number(claimed, other) for other in found if other.kind in ("number", "year"))


def _years(found: Iterable[Figure]) -> set[int]:
    """Every year that the figures name, alone or in a date."""
    named = {int(f.mantissa) for f in found if f.kind == "year"}
    return named | {day.year for f in found for day in f.days if day.year is not None}


def _same_day(want: Day, found: Sequence[Figure]) -> bool:
    for day in (day for figure in found for day in figure.days):
        if day.month != want.month or want.day not in (None, day.day):
            continue
        if want.year in (None, day.year) or (day.year is None and want.year in _years(found)):
            return True
    return False


def _same_number(claimed: Figure, found: Figure) -> bool:
    if claimed.sign and found.sign and claimed.sign != found.sign:
        return False
    if not _units_agree(claimed.unit, found.unit):
        return False
    exact = claimed.kind == "year" and not claimed.hedge
    return any(
        value == other or (not exact and _rounds(other, value, claimed, scale))
        for scale, value in zip(claimed.scales, claimed.values, strict=True)
        for other in found.values
    )


def _units_agree(one: str, other: str) -> bool:
    """Units conflict only where both texts name one; "$" may be any dollar."""
    if not one or not other or one == other:
        return True
    return "$" in (one, other) and {one, other} <= DOLLARS


def _rounds(exact: Decimal, rounded: Decimal, claimed: Figure, scale: Decimal) -> bool:
    """Whether `rounded`, as the claim writes it, is `exact` with fewer digits."""
    if not exact or not rounded:
        return False
    gap = abs(exact - rounded)
    share = gap / abs(exact)
    written = scale.scaleb(-claimed.places)
    hidden = written * _trailing(claimed)
    if claimed.hedge:
        return gap < hidden and share <= _HEDGED
    if gap <= written / 2:
        return share <= _PLAIN
    return gap <= hidden / 2 and (share <= _ROUND or (share <= _PLAIN and _digits(claimed) >= 2))


def _trailing(claimed: Figure) -> int:
    """Ten to the number of zeros that end a whole number: the place to which it may have been rounded."""
    whole = int(claimed.mantissa)
    if claimed.places or not whole:
        return 1
    return 10 ** (len(str(whole)) - len(str(whole).rstrip("0")))


def _digits(claimed: Figure) -> int:
    """Significant digits as written, trailing zeros of a whole number left out."""
    written = str(claimed.mantissa).replace(".", "").lstrip("0")
    return len(written if claimed.places else written.rstrip("0"))
