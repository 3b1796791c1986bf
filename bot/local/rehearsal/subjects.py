"""Who and what the sources are about: proper names that recur, and the figures that belong to each of them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.local.rehearsal import language
from bot.local.rehearsal.language import Figure
from bot.local.rehearsal.reading import Page

_NAME = re.compile(r"[A-Z][\w’'&-]*(?:\s+(?:&\s+)?[A-Z][\w’'&-]*)*")
_PLACES = """
Africa America Asia Australia Austria Belgium Brazil Britain Canada China Denmark England Europe Finland France Germany
Greece India Ireland Italy Japan Luxembourg Mexico Netherlands Norway Poland Portugal Scotland Spain Sweden Switzerland
Turkey Ukraine Wales European American German French British Instagram LinkedIn Facebook TikTok YouTube Twitter
Christmas Easter AI CEO EU UK US USA FAQ PDF CSV
"""
_NOT_SUBJECTS = frozenset(_PLACES.lower().split()) | frozenset(language.MONTHS) | frozenset(language.WEEKDAYS)


@dataclass(frozen=True)
class Aspect:
    """A kind of figure by which subjects are compared."""

    label: str
    stems: frozenset[str]  # words near the figure that tell the aspect
    units: frozenset[str]  # units it comes in; empty: the counted thing itself is one of the stems
    better: str = ""  # "high", "low" or "" when more is neither good nor bad


def _aspect(label: str, stems: str, units: str = "", better: str = "") -> Aspect:
    return Aspect(label, frozenset(map(language.stem, stems.split())), frozenset(units.split()), better)


_TIME = " ".join(
    map(
        language.stem,
        ["day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute", "minutes"],
    )
)
MONEY = "€ $ £ cent"
ASPECTS = (
    _aspect("Market share", "share", "%", "high"),
    _aspect("Return rate", "returned return back collect recycled", "%", "high"),
    _aspect("Growth", "more growth grew increase increased rise rose", "%", "high"),
    _aspect("Revenue", "revenue turnover sales", MONEY, "high"),
    _aspect("Price", "price cost costs sells sell pay pays charge fee", MONEY, "low"),
    _aspect("Time to break down", "compost composting break broke gone decay", _TIME, "low"),
    _aspect("Delivery time", "delivery deliver delivered shipping arrives", _TIME, "low"),
    _aspect("Founded", "founded founding established started opened", "year"),
    _aspect("Rating", "rating rated stars star score", "star point %", "high"),
    _aspect(
        "Customers",
        "customer customers subscriber subscribers member members user users buyer household visitors owners",
        better="high",
    ),
    _aspect(
        "Points of sale",
        "supermarket supermarkets store stores shop shops branch branches outlet outlets centre centres",
        better="high",
    ),
    _aspect("Staff", "employees employee staff people payroll"),
    _aspect("Countries", "country countries market markets", better="high"),
)


_COUNTED = frozenset[str]().union(*(one.stems for one in ASPECTS if not one.units))


@dataclass(frozen=True)
class Reading:
    """A figure that a sentence states about a subject."""

    subject: str
    aspect: str  # label
    figure: Figure
    around: frozenset[str]  # stems of the words beside the figure
    years: frozenset[int]  # years named in the sentence
    denied: bool = False  # the sentence holds a "not"


@dataclass(frozen=True)
class Cast:
    """The subjects of some sources, the most prominent first, and the other names they go by."""

    names: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()  # (other name, subject), such as a product and its maker

    def only(self, kept: Iterable[str]) -> "Cast":
        """The cast with these subjects only, in the given order."""
        names = tuple(kept)
        return Cast(names, tuple((other, name) for other, name in self.aliases if name in names))

    def places(self, text: str) -> list[tuple[int, str]]:
        """Where each subject is named, in reading order."""
        if not self.names:
            return []
        return [(match.start(), self._called[match[0]]) for match in self._pattern.finditer(text)]

    @cached_property
    def _called(self) -> dict[str, str]:
        return {**dict(self.aliases), **{name: name for name in self.names}}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._called, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.names, self.aliases))

    def named_in(self, text: str) -> list[str]:
        """The subjects that the text names, in reading order, each once."""
        return list(dict.fromkeys(name for _, name in self.places(text)))

    def subject_of(self, title: str) -> str:
        """The subject of a page: the only one that its title names, else ""."""
        named = self.named_in(title)
        return named[0] if len(named) == 1 else ""


def cast(texts: Iterable[str], titles: Iterable[str] = (), sure: bool = True) -> Cast:
    """Proper names, the most prominent first; one in a title weighs as three in a text.

    A word that only ever begins sentences may be a name or not: when `sure`, it and names seen once are left out.
    """
    lines = [(_bare(line), 1) for text in texts for line in text.splitlines()]
    lines += [(_bare(title), 3) for title in titles]
    lower = {word for line, _ in lines for word in re.findall(r"\b[a-z][\w-]+", line)}
    counts: Counter[str] = Counter()
    inside: set[str] = set()  # names seen elsewhere than at the start of a sentence, where every word has a capital
    for line, weight in lines:
        for name, starts in _candidates(line, lower):
            counts[name] += weight
            inside |= set() if starts else {name}
    merged = _merged(counts)
    if not sure:
        return merged
    seen = {part for name in inside for part in (name, name.split()[0])}
    often = [name for name in merged.names if name in seen and counts[name] + (name not in inside) > 1]
    return merged.only(often)


def _bare(line: str) -> str:
    return language.flat(re.sub(r"^[\s#>*+|-]+", "", line))


def _candidates(line: str, lower: set[str]) -> list[tuple[str, bool]]:
    """Names in the line, and whether each stands at the start of a sentence."""
    found = []
    for match in _NAME.finditer(line):
        parts = [part for part in match[0].split() if part != "&"]
        starts = match.start() == 0 or line[: match.start()].rstrip()[-1:] in set('.!?:;"“”')
        while parts and not _is_name(parts[0], lower):
            parts, starts = parts[1:], False
        if parts:
            found.append((" ".join(part.removesuffix("'s").removesuffix("’s") for part in parts), starts))
    return found


def _is_name(word: str, lower: set[str]) -> bool:
    plain = word.lower().removesuffix("'s").removesuffix("’s")
    return len(plain) > 2 and plain not in lower | language.STOP | _NOT_SUBJECTS and plain not in language.NUMBER_WORDS


def _merged(counts: Counter[str]) -> Cast:
    """Longer names count for the shorter one that they begin with; their second word, used alone, is an alias."""
    merged: Counter[str] = Counter()
    owners: dict[str, str] = {}
    for name, count in counts.items():
        first, *rest = name.split()
        if rest and first in counts:
            merged[first] += count
            owners |= {other: first for other in rest if other in counts and counts[other] < 4 * counts[first]}
        else:
            merged[name] += count
    chains = {other: owners.get(name, name) for other, name in owners.items() if owners.get(name) != other}
    main = tuple(name for name, _ in merged.most_common() if name not in chains)
    return Cast(main, tuple((other, name) for other, name in chains.items() if name in main))


def readings(sentence: str, cast: Cast, default: str = "") -> list[Reading]:
    """The figures of a sentence, each with the subject named last before it (else the first one, else `default`)."""
    return list(_readings(sentence, cast, default))


@lru_cache(maxsize=5_000)
def _readings(sentence: str, cast: Cast, default: str) -> tuple[Reading, ...]:
    text = language.flat(sentence)
    places = cast.places(text)
    found = (_reading(text, figure, places, default) for figure in language.figures(text))
    return tuple(reading for reading in found if reading)


def _reading(text: str, figure: Figure, places: list[tuple[int, str]], default: str) -> Reading | None:
    before = [name for place, name in places if place < figure.start]
    subject = before[-1] if before else places[0][1] if places else default
    label = aspect(figure, _near(text, figure, places, subject, 9))
    if not subject or not label:
        return None
    around = _near(text, figure, places, subject, 5) - set(language.terms(subject))
    return Reading(subject, label, figure, around, language.years(text), denied(text))


def _near(text: str, figure: Figure, places: list[tuple[int, str]], subject: str, reach: int) -> frozenset[str]:
    """Stems within `reach` words of the figure, not beyond the name of another subject."""
    starts = [place for place, name in places if place <= figure.start and name != subject]
    ends = [place for place, name in places if place > figure.end and name != subject]
    left, right = text[max(starts, default=0) : figure.start], text[figure.end : min(ends, default=len(text))]
    beside = language.words(left)[-reach:] + language.words(right)[:reach]
    return frozenset(stem for stem in language.terms(" ".join(beside)) if not stem[0].isdigit())


def denied(text: str) -> bool:
    """Whether the sentence denies something."""
    return bool(re.search(r"\b(?:not|never|no longer|cannot)\b|n[’']t\b", text))


def aspect(figure: Figure, near: frozenset[str]) -> str:
    """The label of what the figure measures; "" for a bare number or a year that dates something else."""
    counted = {figure.unit, *map(language.stem, figure.counted)}
    for one in ASPECTS:
        if (figure.unit in one.units and near & one.stems) or (not one.units and counted & one.stems):
            return _label(one, figure)
    if figure.unit == "%":
        return "Percentage"
    plural = [word for word in figure.counted[:1] if word.islower() and word.endswith("s")]
    return "" if figure.unit in ("year", *MONEY.split()) or not plural else plural[0].capitalize()


def _label(one: Aspect, figure: Figure) -> str:
    if one.label != "Price":
        return one.label
    if figure.per:
        return f"Price per {figure.per}"
    return "Price" if figure.value < 10_000 else ""


def shown(figure: Figure) -> str:
    """The figure with its unit, for a table's cell."""
    first, second = (*figure.counted, "", "")[:2]
    if second and language.stem(second) in _COUNTED and language.stem(first) not in _COUNTED and not figure.per:
        return f"{figure.written} {first} {second}"
    return figure.shown()


def better(label: str) -> str:
    """Which end of an aspect is the good one: "high", "low" or ""."""
    return next((one.better for one in ASPECTS if label.startswith(one.label)), "")


def same_matter(one: Reading, other: Reading) -> bool:
    """Whether both figures measure the same thing of the same subject at the same time."""
    if (one.subject, one.aspect, one.figure.unit) != (other.subject, other.aspect, other.figure.unit):
        return False
    if one.years and other.years and not one.years & other.years and one.figure.unit != "year":
        return False
    if one.denied != other.denied:
        return False
    shared, smaller = one.around & other.around, min(len(one.around), len(other.around))
    return len(shared) >= 2 and len(shared) >= 0.4 * smaller


def differ(one: Figure, other: Figure) -> bool:
    """Whether two figures of the same unit are more than rounding apart."""
    return abs(one.value - other.value) > 0.02 * max(abs(one.value), abs(other.value))


_RANKS = ("Market share", "Revenue", "Customers", "Rating", "Points of sale", "Growth")


@dataclass(frozen=True)
class Ranking:
    """Subjects in order, and by what."""

    subjects: tuple[str, ...]
    by: str  # label of an aspect; "" when only how often they are named could decide
    page: Page | None = None  # where the figures stand


def rank(pages: Sequence[Page], cast: Cast, by: Sequence[str] = _RANKS) -> Ranking:
    """By the first aspect for which one source has figures of at least three subjects, newest source first.

    Without such a source nobody is ranked.
    """
    for label in by:
        tables = [(_values(page, cast, label), page) for page in pages]
        full = [(values, page) for values, page in tables if len(values) >= max(2, min(3, len(cast.names)))]
        if full:
            values, page = max(full, key=lambda table: (table[1].published, len(table[0])))
            order = sorted(values, key=lambda name: values[name], reverse=better(label) != "low")
            return Ranking(tuple(order), label, page)
    return Ranking((), "")


def _values(page: Page, cast: Cast, label: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for sentence in language.sentences(page.text):
        for reading in readings(sentence, cast):
            if reading.aspect == label:
                found.setdefault(reading.subject, reading.figure.value)
    return found


def leading(pages: Sequence[Page]) -> tuple[Cast, Ranking]:
    """Who leads, by a figure that one source states for all of them; else those that figures are stated about most."""
    return _leading(tuple(pages))


@lru_cache(maxsize=100)
def _leading(pages: tuple[Page, ...]) -> tuple[Cast, Ranking]:
    texts, titles = [page.text for page in pages], [page.title for page in pages]
    everybody = cast(texts, titles, sure=False)
    ranking = rank(pages, everybody)
    if ranking.subjects:
        return everybody.only(ranking.subjects), ranking
    found = cast(texts, titles)
    return found.only(_told_about(pages, found)), ranking


def _told_about(pages: Sequence[Page], cast: Cast, limit: int = 6) -> list[str]:
    """Names with figures on several pages or in a title, the most often told first."""
    told: Counter[str] = Counter()
    for page in pages:
        main = cast.subject_of(page.title)
        told.update({r.subject for s in language.sentences(page.text) for r in readings(s, cast, main)})
        told.update(cast.named_in(page.title))
    return [name for name, count in told.most_common(limit) if count > 1]
