"""Numbers written in digits, with currency, magnitude and unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from agents.domain.figures.figure import Figure
from agents.domain.figures.vocabulary import (
    CODES,
    CURRENCY_WORDS,
    HEDGES,
    LETTERS,
    MAGNITUDES,
    MILLION,
    MONTHS,
    ORDINALS,
    PREFIXES,
    SYMBOLS,
    THOUSAND,
)

_LONGEST = 40  # digits; a longer run is a key or a hash and no figure

_RUN = re.compile(r"\d{1,3}(?: \d{3}){2,}(?![\d])|\d+(?:[.,'\u00a0]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_SPACED = re.compile(r"\d{1,3}(?:['\u00a0 ]\d{3})+(?:[.,]\d+)?")
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_SURELY_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+")
_POINT = re.compile(r"\d+\.\d+")
_COMMA = re.compile(r"\d+,\d{1,2}|0,\d+")
_CONTINENTAL = re.compile(r"\d\.\d{3},\d|(?<![\d.,])\d{1,3},\d{1,2}(?![\d,])\s?(?:%|€|EUR|Euro|Mio|Mrd|Mill|Prozent)")
_ENGLISH = re.compile(r"\d,\d{3}\.\d|(?<![\d.,])\d+\.\d{1,2}(?![\d.,])")

_MONEY_BEFORE = re.compile(
    rf"(?:(?P<symbol>(?:US|CA|AU|NZ|HK|C|A|S|R)?\$|[€£¥₹₩₽₺])|(?<![^\W_])(?P<code>{'|'.join(CODES)}))"
    r"[ \u00a0]?(?=[+-]?$)"
)
_SIGN_BEFORE = re.compile(r"(?:^|[\s(|:;,\"'\[$€£])([+-])(?:(?:[A-Z]{0,3}[$€£¥₹]|[A-Z]{3})[ \u00a0]?)?$")
_NAME_BEFORE = re.compile(r"(?P<word>[^\W\d_][\w.&]*)-$")
_HEDGE_BEFORE = re.compile(
    rf"(?:~|≈|\b(?:{'|'.join(re.escape(word) for word in HEDGES)}))\s*(?:the )?(?:[$€£¥~(]\s?)*$", re.I
)

_GAP = r"[ \u00a0-]?"
_SIZE_AFTER = re.compile(
    rf"{_GAP}(?P<word>{'|'.join(sorted(MAGNITUDES, key=len, reverse=True))})(?![^\W\d_])"
    r"(?:\.(?= ?(?:[€$£]|EUR|Euro)))?",
    re.I,
)
_LETTER_AFTER = re.compile(r"(?P<letter>[kKmMbBtT])(?![^\W_])")
_MONEY_M_AFTER = re.compile(r"[ \u00a0]?(?P<letter>[kKmMbB])(?![^\W_])")
_UNIT_AFTER = re.compile(
    rf"{_GAP}(?:(?P<pp>percentage[ -]points?|%[ -]points?|pp(?!\w)|ppts?(?!\w)|Prozentpunkte?n?)"
    r"|(?P<bp>basis points?|bps?(?!\w))"
    r"|(?P<percent>%|percent(?!\w)|per[ -]?cent(?!\w)|pct(?!\w)|Prozent(?!\w))"
    rf"|(?P<symbol>[€£$¥₹])(?!\s?\d)|(?P<code>{'|'.join(CODES)})(?!\w)"
    rf"|(?P<word>(?:US )?(?:{'|'.join(CURRENCY_WORDS)}))(?!\w)|(?P<cent>cents?(?!\w)|pence(?!\w)|¢))",
    re.I,
)
_LETTERS_AFTER = re.compile(r"[^\W\d_]+")


def numerals(text: str) -> Iterator[Figure]:
    """Every number in digits that is not part of a name such as COVID-19, CO2 or 4K."""
    continental = bool(_CONTINENTAL.search(text)) and not _ENGLISH.search(text)
    for match in _RUN.finditer(text):
        for start, end, value, places in _values(match, continental):
            yield from _figure(text, start, end, value, places)


def _values(match: re.Match[str], continental: bool) -> Iterator[tuple[int, int, Decimal, int]]:
    """Place, value and decimal places of the number, or of each number when the run is a list of several."""
    run, at = match[0], match.start()
    if len(run) > _LONGEST:
        return
    read = _read(run, continental)
    if read is not None:
        yield (at, match.end(), *read)
    elif run.count(".") < 2:  # "2.0.1" is a version; "2019,2020" is two numbers
        for part in re.finditer(r"\d+", run):
            yield at + part.start(), at + part.end(), Decimal(part[0]), 0


def _read(run: str, continental: bool) -> tuple[Decimal, int] | None:
    """Value and decimal places; None when no one convention explains every separator."""
    if run.isdigit():
        return Decimal(run), 0
    if _SURELY_DOTTED.fullmatch(run) or (continental and _DOTTED.fullmatch(run)):
        return _decimal(run.replace(".", "").replace(",", "."))
    if _COMMA.fullmatch(run) or (continental and re.fullmatch(r"\d+,\d+", run)):
        return _decimal(run.replace(",", "."))
    if _GROUPED.fullmatch(run):
        return _decimal(run.replace(",", ""))
    if _SPACED.fullmatch(run):
        return _decimal(re.sub(r"['\u00a0 ]", "", run).replace(",", "."))
    return _decimal(run) if _POINT.fullmatch(run) else None


def _decimal(plain: str) -> tuple[Decimal, int]:
    return Decimal(plain), len(plain.partition(".")[2])


def _figure(text: str, start: int, end: int, value: Decimal, places: int) -> Iterator[Figure]:
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    if re.search(r"(?:^|[\s($€£|])\.$", before):  # ".5" has its point outside the run
        digits = end - start
        value, places, start = value.scaleb(-digits), digits, start - 1
        before = before[:-1]
    money, sign = _MONEY_BEFORE.search(before), _SIGN_BEFORE.search(before)
    if not money and _is_name(before, after):
        return
    figure = Figure("", start, end, "number", value, places, unit=_money(money), sign=_sign(sign))
    figure = _sized(figure, after)
    figure = with_unit(figure, text[figure.end : figure.end + 40])
    figure = _classed(figure, text, before)
    begin = (
        start
        - len(before)
        + min((match.start(at) for match, at in ((money, 0), (sign, 1)) if match), default=len(before))
    )
    hedge = bool(_HEDGE_BEFORE.search(text[max(0, begin - 24) : begin]))
    yield replace(figure, start=begin, text=text[begin : figure.end].strip(), hedge=hedge)


def _is_name(before: str, after: str) -> bool:
    """Letters touch the digits in a way that makes them part of a name."""
    if re.search(r"[^\W\d_]$", before) and not re.search(r"(?<![^\W_])(?:FY|CY)$", before):
        return True
    letters = _LETTERS_AFTER.match(after)
    if letters and not _known_suffix(letters[0]) and any(letter.isupper() for letter in letters[0]):
        return True
    prefix = _NAME_BEFORE.search(before)
    return bool(prefix) and _is_proper(prefix["word"])


def _known_suffix(letters: str) -> bool:
    return letters in LETTERS or letters.lower() in MAGNITUDES or letters.lower() in ORDINALS or letters in CODES


def _is_proper(word: str) -> bool:
    if word.lower() in PREFIXES or word in MONTHS:
        return False
    return word[0].isupper() or any(letter.isupper() for letter in word) or word == "covid"


def _money(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return SYMBOLS[match["symbol"]] if match["symbol"] else match["code"]


def _sign(match: re.Match[str] | None) -> int:
    return 0 if match is None else 1 if match[1] == "+" else -1


def _sized(figure: Figure, after: str) -> Figure:
    """The figure with the magnitude that follows it: `984 million`, `1.2bn`, `25k`."""
    if word := _SIZE_AFTER.match(after):
        return replace(figure, scales=(MAGNITUDES[word["word"].lower()],), end=figure.end + word.end())
    letter = (_MONEY_M_AFTER if figure.unit else _LETTER_AFTER).match(after)
    if letter is None:
        return figure
    scales = LETTERS[letter["letter"]][:1] if figure.unit else LETTERS[letter["letter"]]
    small = letter["letter"] in "kK" and not figure.unit and figure.mantissa <= 10
    if small:  # 4K is a picture, 10k a run or ten thousand: it may support a claim and needs no support
        return replace(figure, scales=(Decimal(1), THOUSAND), end=figure.end + letter.end(), firm=False)
    return replace(figure, scales=scales, end=figure.end + letter.end())


def with_unit(figure: Figure, after: str) -> Figure:
    """The figure with the unit that `after`, the text right behind it, begins with."""
    match = _UNIT_AFTER.match(after)
    if match is None:
        return figure
    figure = replace(figure, end=figure.end + match.end())
    if match["cent"]:
        return replace(figure, scales=(*figure.scales, Decimal("0.01")))
    if figure.unit:
        return figure
    return replace(figure, unit=_unit(match))


def _unit(match: re.Match[str]) -> str:
    for name, unit in (("pp", "pp"), ("bp", "bp"), ("percent", "%")):
        if match[name]:
            return unit
    if match["symbol"]:
        return SYMBOLS[match["symbol"]]
    return match["code"].upper() if match["code"] else CURRENCY_WORDS[match["word"].lower().removeprefix("us ")]


def _classed(figure: Figure, text: str, before: str) -> Figure:
    """A bare number of four digits is a year; two digits after an apostrophe or a year are the rest of one."""
    bare = not figure.unit and figure.scales == (1,) and not figure.places and not figure.sign
    digits = text[figure.start : figure.end]
    following = text[figure.end : figure.end + 2]
    if not bare or not digits.isdigit():
        return figure
    if len(digits) == 4 and 1000 <= figure.mantissa <= 2100:
        decade = following.startswith("s") or following == "'s"
        return replace(figure, kind="decade" if decade and figure.mantissa % 10 == 0 else "year")
    if len(digits) == 2 and re.search(r"(?:^|[^\w])'$", before):
        return replace(figure, mantissa=figure.mantissa + _century(figure.mantissa), kind="year", firm=False)
    started = re.search(r"(?<!\d)([12]\d)\d\d[-/]$|(?:FY|CY)$", before)
    if len(digits) == 2 and started:  # 2019-20, FY24
        return replace(figure, mantissa=int(started[1] or 20) * 100 + figure.mantissa, kind="year", firm=False)
    return figure


def _century(two_digits: Decimal) -> int:
    return 1900 if two_digits > 40 else 2000


def scale_note(text: str) -> Decimal | None:
    """What all figures of a table are to be multiplied with, when it says so: "(in millions)", "EUR m"."""
    match = re.search(
        r"\bin (?:[A-Z$€£]{1,3} ?)?(thousand|million|billion)s?\b|\((?:[A-Z$€£]{1,3} ?)?(millions?|m|bn|000s)\)", text
    )
    if match is None:
        return None
    word = match[1] or match[2]
    return {"m": MILLION, "000s": THOUSAND}.get(word) or MAGNITUDES[word.removesuffix("s")]
