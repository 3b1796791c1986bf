"""Words and signs that give a numeral its size, unit or shade. English, with the commonest German ones."""

from __future__ import annotations

from decimal import Decimal

THOUSAND, MILLION, BILLION, TRILLION = (Decimal(10) ** power for power in (3, 6, 9, 12))

MAGNITUDES: dict[str, Decimal] = {
    "hundred": Decimal(100),
    "lakh": Decimal(10) ** 5,
    "crore": Decimal(10) ** 7,
    **dict.fromkeys(("thousand", "tausend", "tsd"), THOUSAND),
    **dict.fromkeys(("million", "millions", "millionen", "mn", "mln", "mio"), MILLION),
    **dict.fromkeys(("billion", "billions", "milliarde", "milliarden", "bn", "bln", "mrd"), BILLION),
    **dict.fromkeys(("trillion", "trillions", "tn", "trn"), TRILLION),
}

# A letter that touches the numeral: its readings without a currency before it, the likelier first.
LETTERS: dict[str, tuple[Decimal, ...]] = {
    "k": (THOUSAND,),
    "K": (THOUSAND,),
    "M": (MILLION,),
    "m": (MILLION, Decimal(1)),  # million or metres
    "B": (BILLION,),
    "b": (BILLION, Decimal(1)),
    "T": (TRILLION, Decimal(1)),  # trillion or tonnes
    "t": (Decimal(1), TRILLION),
}

SYMBOLS: dict[str, str] = {
    "$": "$",
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "AU$": "AUD",
    "A$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
}
CODES: tuple[str, ...] = (
    *("USD", "EUR", "GBP", "CHF", "JPY", "CNY", "RMB", "INR", "AUD", "CAD", "NZD", "SGD", "HKD", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "BRL", "MXN", "KRW", "ZAR", "TRY", "RUB"),
)
CURRENCY_WORDS: dict[str, str] = {
    **dict.fromkeys(("dollar", "dollars"), "$"),
    **dict.fromkeys(("euro", "euros"), "EUR"),
    **dict.fromkeys(("francs", "franken"), "CHF"),
    "yen": "JPY",
    "rupees": "INR",
    "yuan": "CNY",
}
DOLLARS = frozenset({"$", "USD", "AUD", "CAD", "NZD", "SGD", "HKD"})

ORDINALS = frozenset({"st", "nd", "rd", "th"})

# "Mid-2024" and "top-10" hold a number; "COVID-19" and "GPT-4" are names.
PREFIXES = frozenset(
    {
        "mid",
        "pre",
        "post",
        "early",
        "late",
        "top",
        "under",
        "over",
        "sub",
        "non",
        "circa",
        "since",
        "from",
        "until",
        "to",
    }
)

HEDGES = (
    *("about", "around", "roughly", "approximately", "approx", "approx.", "nearly", "almost", "some", "over", "under"),
    *("circa", "ca.", "ca", "c.", "more than", "less than", "fewer than", "close to", "up to", "at least", "at most"),
    *("nearing", "estimated", "exceeding", "exceeds", "exceeded", "above", "below", "just", "rund", "etwa", "knapp"),
)

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            ("January", "Januar", "Jan"),
            ("February", "Februar", "Feb"),
            ("March", "März", "Mar"),
            ("April", "Apr"),
            ("May", "Mai"),
            ("June", "Juni", "Jun"),
            ("July", "Juli", "Jul"),
            ("August", "Aug"),
            ("September", "Sept", "Sep"),
            ("October", "Oktober", "Oct"),
            ("November", "Nov"),
            ("December", "Dezember", "Dec"),
        ),
        start=1,
    )
    for name in names
}

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
SMALL: dict[str, int] = {word: value for value, word in enumerate(_UNITS.split())}
TENS: dict[str, int] = {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
ORDINAL_WORDS: dict[str, int] = {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}
# Words that stand for a figure: (mantissa, scales). They may support a claim's figure and never need support.
LOOSE: dict[str, tuple[str, tuple[int, ...]]] = {
    **dict.fromkeys(("half", "halves", "halved"), ("0.5", (1, 100))),
    **dict.fromkeys(("quarter", "quarters"), ("0.25", (1, 100))),
    **dict.fromkeys(("both", "pair", "couple", "twice", "double", "doubled", "doubles", "twin"), ("2", (1,))),
    **dict.fromkeys(("triple", "tripled", "trio"), ("3", (1,))),
    **dict.fromkeys(("dozen",), ("12", (1,))),
    **dict.fromkeys(("decade", "decades"), ("10", (1,))),
    **dict.fromkeys(("century", "centuries"), ("100", (1,))),
    **dict.fromkeys(("once", "single", "sole"), ("1", (1,))),
}
