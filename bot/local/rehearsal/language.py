"""Small English helpers: words, sentences, numbers and figures. No grammar, only what the roles need."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_STOP_WORDS = """
a about above after again against all also am an and any are as asked at available be because been before being below
between both but by can could did do does doing done down during each either else enough etc even ever every few for
from further get gets give given go good had has have having he her here hers him his how i if in into is it its just
keep kept let like make makes many may me might most much must my need needs new no nor not now of off on once one
only or other our ours out over own per please put said same say says she should since so some such take taken than
that the their them then there these they thing this those through to too two under until up upon us use used using
very was we well were what when where which while who whom whose why will with within without would yet you your yours
top first three four five six seven eight nine ten
"""
STOP = frozenset(_STOP_WORDS.split())

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_TEENS = {"seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TENS = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
NUMBER_WORDS = {word: value for value, word in enumerate(_SMALL)} | _TEENS | _TENS | {"dozen": 12}
NUMBER = r"(?:\d{1,4}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")"

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*|\d+(?:[.,]\d+)*")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|approx|Mr|Mrs|Ms|Dr|Prof|St|No|vs|Inc|Ltd|Co|fig|cf|ca|[A-Z])\.$")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s)|[.!?][\"'”’)\]]*$")
_MARK = re.compile(r"\s*\[t[0-9a-z_-]*\.c\d+\]")


_IRREGULAR = {"broke": "break", "broken": "break", "sold": "sell", "held": "hold", "paid": "pay", "grew": "grow"}
_IRREGULAR |= {"bought": "buy", "rose": "rise", "fell": "fall", "stood": "stand", "led": "lead", "leads": "lead"}


def words(text: str) -> list[str]:
    """Words and numbers in reading order, as written."""
    return _WORD.findall(text)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A rough common form, so that `pods`, `pod` and `competitors`, `competition` meet."""
    found = word.lower().replace("’", "'").removesuffix("'s").replace("analyz", "analys")
    if found in _IRREGULAR:
        return _IRREGULAR[found]
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("itors", "it"), ("itor", "it"), ("itive", "it")):
        if len(found) > len(ending) + 3 and found.endswith(ending):
            return found.removesuffix(ending) + instead
    for ending in (
        "ables",
        "able",
        "ments",
        "ment",
        "ings",
        "ing",
        "itions",
        "ition",
        "ers",
        "er",
        "ed",
        "es",
        "e",
        "s",
    ):
        if len(found) > len(ending) + 3 and found.endswith(ending):
            return found.removesuffix(ending)
    return found.removesuffix("s") if len(found) > 3 and not found.endswith("ss") else found


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, each once, in reading order."""
    return list(_terms(text))


@lru_cache(maxsize=5_000)
def _terms(text: str) -> tuple[str, ...]:
    plain = (word for whole in words(text) for word in (whole, *_halves(whole)))
    return tuple(dict.fromkeys(stem(word) for word in plain if word.lower() not in STOP and len(word) > 1))


def _halves(word: str) -> list[str]:
    return [part for part in word.split("-") if len(part) > 2] if "-" in word else []


def overlap(wanted: Iterable[str], text: str) -> float:
    """Share of the wanted stems that stand in the text; 0 when none is wanted."""
    asked = set(wanted)
    return len(asked.intersection(terms(text))) / len(asked) if asked else 0.0


def flat(text: str) -> str:
    """The text on one line without Markdown emphasis, links or code ticks."""
    unlinked = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)", "", unlinked).split())


def unmarked(text: str) -> str:
    """The text without marks of claims."""
    return _MARK.sub("", text)


def sentences(text: str) -> list[str]:
    """Sentences of running text, each exactly as it stands there. Headings, table rows and rules are left out."""
    return list(_sentences(text))


@lru_cache(maxsize=500)
def _sentences(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+•]|\d+[.)])\s)|\n(?=#)|(?<=\n)(?=\|)", text):
        body = _running(block)
        if body:
            found += split(body)
    return tuple(found)


def _running(block: str) -> str:
    """The running text of a block, "" for headings, table rows, rules and fences."""
    kept: list[str] = []
    for line in block.strip().splitlines():
        if re.match(r"\s*(#|\||```|~~~|---|===|<)", line):
            if kept:
                break
            continue
        kept.append(line)
    return re.sub(r"^\s*(?:[-*+•>]|\d+[.)])\s+", "", "\n".join(kept)).strip()


_MONTH = re.compile(
    r"\s+(?:jan(?:uar)?|feb(?:ruar)?|märz|april|mai|juni|juli|aug(?:ust)?|sept?|okt(?:ober)?|nov|dez(?:ember)?"
    rf"|{'|'.join(MONTHS)})\b",
    re.IGNORECASE,
)


def _ordinal(piece: str, rest: str) -> bool:
    """Whether the stop belongs to a day of a month, as in `31. März`."""
    return bool(re.search(r"\b\d{1,2}\.$", piece) and _MONTH.match(rest))


def without_ordinals(text: str) -> str:
    """`31. März` without its stop, which would look like the end of a sentence."""
    return re.sub(rf"\b(\d{{1,2}})\.(?={_MONTH.pattern})", r"\1", text, flags=re.IGNORECASE)


def split(body: str) -> list[str]:
    """The sentences of running text, each exactly as it stands there."""
    found, start = [], 0
    for end in _SENTENCE_END.finditer(body):
        piece = body[start : end.end()]
        if end.end() < len(body) and (_ABBREVIATION.search(piece) or _ordinal(piece, body[end.end() :])):
            continue
        found.append(piece.strip())
        start = end.end()
    rest = body[start:].strip()
    return [piece for piece in [*found, rest] if len(words(piece)) > 1]


def headings(text: str) -> list[str]:
    """Markdown headings, without their signs."""
    return [flat(line.lstrip("# ")) for line in text.splitlines() if re.match(r"#{1,6}\s+\S", line)]


def number(word: str) -> int | None:
    """The value of digits or of a number word up to a hundred."""
    return int(word) if word.isdigit() else NUMBER_WORDS.get(word.lower())


def spell(value: int) -> str:
    """A number as a word where there is one: text without digits needs no mark."""
    by_value = {number: word for word, number in NUMBER_WORDS.items() if word != "dozen"}
    return by_value.get(value, str(value))


def counted(count: int, thing: str) -> str:
    """`one source`, `six sources`."""
    return f"{spell(count)} {thing}{'' if count == 1 else 's'}"


def without_digits(text: str) -> str:
    """The text with small numbers as words and larger ones left out: figures need marks, names of things do not."""
    spelled = re.sub(r"(?<![\w.,-])(\d{1,2})(?![\w.,]*\d)", lambda found: spell(int(found[1])), text)
    return " ".join(re.sub(r"\S*\d\S*", "", spelled).split())


def listing(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    all_parts = list(parts)
    return " and ".join([", ".join(all_parts[:-1]), all_parts[-1]]) if len(all_parts) > 1 else "".join(all_parts)


def sentence(text: str) -> str:
    """The text with a capital letter at its start and one full stop at its end."""
    plain = text.strip().rstrip(" ,;:")
    if not plain:
        return ""
    return plain[0].upper() + plain[1:] + ("" if plain[-1] in '.!?”"' else ".")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word with an ellipsis where something was left out."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


@dataclass(frozen=True)
class Figure:
    """A number in a sentence, with what it counts."""

    value: float
    unit: str  # "%", "€", "$", "£", a stem such as "week", or "year" for a year; "" when nothing follows
    written: str  # as it stands in the text
    start: int
    end: int
    counted: tuple[str, ...] = ()  # the one or two words that follow, as written
    per: str = ""  # "pod" in "0.42 euro per pod"

    def shown(self) -> str:
        """The figure with its unit, for a table's cell."""
        if self.unit in ("€", "$", "£"):
            scale = next((f" {word}" for word in self.counted[:1] if word.lower() in _SCALES), "")
            return f"{self.unit}{self.written}{scale}"
        return f"{self.written}%" if self.unit == "%" else " ".join((self.written, *self.counted[: self._words()]))

    def _words(self) -> int:
        """How many of the words that follow belong to the figure."""
        if self.unit == "year" or not self.counted or self.counted[0].lower() in STOP:
            return 0
        return 2 if len(self.counted) > 1 and self.counted[0].lower() in _SCALES else 1


_SCALES = {"million": 1e6, "billion": 1e9, "thousand": 1e3, "m": 1e6, "bn": 1e9, "k": 1e3}
_CURRENCIES = {
    "€": "€",
    "$": "$",
    "£": "£",
    "eur": "€",
    "euro": "€",
    "euros": "€",
    "usd": "$",
    "dollars": "$",
    "gbp": "£",
}
_CURRENCIES |= {"cent": "cent", "cents": "cent", "pounds": "£"}
_FIGURE = re.compile(
    r"(?P<before>[€$£]|\b(?:EUR|USD|GBP)\s)?\s?(?<![\w.,])(?P<number>\d+(?:[.,]\d+)*)"
    r"(?:\s?(?P<percent>%|percent\b|per cent\b))?(?:[\s-](?P<after>[A-Za-z]+))?(?:[\s-](?P<later>[A-Za-z]+))?"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")


def figures(text: str) -> list[Figure]:
    """Every number written with digits, with its value and unit. Marks of claims are not figures."""
    return list(_figures(text))


@lru_cache(maxsize=5_000)
def _figures(text: str) -> tuple[Figure, ...]:
    blank = re.sub(r"\[t[0-9a-z_-]*\.c\d+\]", lambda mark: " " * len(mark[0]), text)
    return tuple(_figure(match) for match in _FIGURE.finditer(blank))


def _figure(match: re.Match[str]) -> Figure:
    written, after = match["number"], (match["after"] or "").lower()
    scale = _SCALES.get(after, 1.0)
    counted = (match["later"] or "").lower() if after in _SCALES else after
    return Figure(
        value=_value(written) * scale,
        unit=_unit(match, written, counted),
        written=written,
        start=match.start("number"),
        end=match.end("number"),
        counted=tuple(word for word in (match["after"], match["later"]) if word),
        per=_per(match),
    )


def _per(match: re.Match[str]) -> str:
    rest = match.string[match.end("number") :]
    found = re.match(
        r"(?:\s(?:million|billion|euros?|dollars?|pounds|cents?|EUR|USD|GBP))?\s(?:per|a|an|each)\s([a-z]+)", rest
    )
    return found[1] if found else ""


def _unit(match: re.Match[str], written: str, counted: str) -> str:
    if match["percent"]:
        return "%"
    if match["before"]:
        return _CURRENCIES.get(match["before"].strip().lower(), match["before"].strip())
    if counted in _CURRENCIES:
        return _CURRENCIES[counted]
    if _YEAR.match(written):
        return "year"
    return stem(counted) if counted and counted not in STOP else ""


def _value(written: str) -> float:
    """`1,250` is a thousand and more, `0,42` and `0.42` are less than one."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return float(written.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", written):
        return float(written.replace(".", ""))
    return float(written.replace(",", ".")) if written.replace(",", ".").count(".") <= 1 else 0.0


def years(text: str) -> frozenset[int]:
    """The years named in the text."""
    return frozenset(int(figure.value) for figure in figures(text) if figure.unit == "year")


def has_figure(text: str) -> bool:
    """Whether a digit stands in the text outside marks."""
    return bool(re.search(r"\d", re.sub(r"\[t[0-9a-z_-]*\.c\d+\]", "", text)))
