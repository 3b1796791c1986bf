"""What a piece of work can build on: claims of earlier work and sentences of sources just read, in one form."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agents.contracts import CitationDraft, ClaimDraft, Material
from agents.domain import marking
from agents.domain.artifact import MARK
from bot.local.rehearsal import language, subjects
from bot.local.rehearsal.reading import Page
from bot.local.rehearsal.subjects import Cast, Reading

DOUBTED = ("contested", "unverified", "blocked")
TO_MACHINES = re.compile(
    r"\b(?:AI|A\.I\.|LLM|language model|chatbot|assistants?|agents?)\b.{0,80}"
    r"\b(?:read|page|must|should|please|note|ignore|summar)"
    r"|\bignore (?:all |any |the )?(?:previous|prior|above|earlier)\b|\b(?:system prompt|do not mention this)\b"
    r"|<(?:information|system|important)\b|\byour (?:summary|texts|answer|instructions)\b",
    re.IGNORECASE | re.DOTALL,
)
_PRONOUN = re.compile(
    r"^(?:It|The (?:company|firm|brand|maker|business|group|team|shop|library|organi[sz]ation|institute|club|board))\b"
)
VAGUE = re.compile(
    r"^(?:They|This|These|That|Those|He|She|We|I|You|Here|There|Then|Such|Both|Its|Their|His|Her|Our|My|A further"
    r"|One of them|So|But|And|Or)\b"
)


@dataclass(frozen=True)
class Finding:
    """One checkable sentence. `id` is the claim's: of earlier work, or the number it will have in this one."""

    id: str
    text: str
    subjects: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    status: str = ""  # standing of an earlier claim
    detail: str = ""
    source: str = ""  # title
    claim: ClaimDraft | None = None  # None: an earlier claim, only marked

    @property
    def mark(self) -> str:
        return f"[{self.id}]"

    @property
    def doubted(self) -> bool:
        return self.status in DOUBTED

    @property
    def doubt(self) -> str:
        """What must stand beside the use of a doubted claim."""
        return f" ({self.status})" if self.doubted else ""

    def marked(self) -> str:
        """The sentence with its mark inside, and its doubt if there is one."""
        parts = list(marking.sentences(self.text)) or [self.text]
        return " ".join(f"{_unended(part)} {self.mark}{self.doubt}." for part in parts)


def _unended(sentence: str) -> str:
    """Without its full stop, also where a quotation ends with it: the stop comes behind the mark."""
    return re.sub(r"[.!?]+([\"”’)]+)$", r"\1", sentence.rstrip(" .")).rstrip(" .")


@dataclass(frozen=True)
class Pool:
    """All that one piece of work knows."""

    findings: tuple[Finding, ...] = ()
    cast: Cast = field(default_factory=Cast)  # who it is about, the most important first

    def about(self, subject: str) -> list[Finding]:
        """Findings that name the subject first."""
        return [one for one in self.findings if one.subjects[:1] == (subject,) or _reads(one, subject)]

    def general(self) -> list[Finding]:
        """Findings about none of the subjects."""
        return [one for one in self.findings if not one.subjects]

    def sound(self) -> list[Finding]:
        """Findings that nobody has doubted."""
        return [one for one in self.findings if not one.doubted]


def _reads(one: Finding, subject: str) -> bool:
    return any(reading.subject == subject for reading in one.readings)


def of_materials(materials: Sequence[Material]) -> Pool:
    """Claims of earlier work, each once, with those who head the sections of that work as subjects.

    Marked sentences whose claims belong to still earlier work count as well.
    """
    claims = {claim.id: claim for material in materials for claim in material.claims}
    found = [
        Finding(claim.id, language.flat(claim.text), status=claim.status, detail=claim.detail, source=claim.source)
        for claim in claims.values()
        if claim.status not in ("opinion", "blocked")
    ]
    found += _marked_sentences(materials, set(claims))
    found = _once(found)
    everybody, main = _cast_of(materials, [one.text for one in found])
    return Pool(tuple(_read(one, everybody) for one in found), main)


def _once(found: list[Finding]) -> list[Finding]:
    """Of findings that say the same, as two who read the same page hand over, the one that is less in doubt."""
    best: dict[str, Finding] = {}
    for one in found:
        said = one.text.casefold()
        if said not in best or (best[said].doubted and not one.doubted):
            best[said] = one
    return list(best.values())


def _marked_sentences(materials: Sequence[Material], known: set[str]) -> list[Finding]:
    """Sentences of texts and items that carry one mark, of a claim that did not come along."""
    found: dict[str, Finding] = {}
    for material in materials:
        for sentence in map(_unlabelled, language.sentences(material.work)):
            ids = set(MARK.findall(sentence)) - known
            if len(ids) == 1 and len(MARK.findall(sentence)) == 1 and " | " not in sentence:
                id = ids.pop()
                doubt = next((word for word in DOUBTED if f"({word})" in sentence), "")
                text = language.flat(language.unmarked(sentence).replace(f" ({doubt})", ""))
                if len(language.words(text)) > 1:
                    found.setdefault(id, Finding(id, text, status=doubt, source=material.title))
    return list(found.values())


_ITEM = re.compile(rf"^[^:\[]{{0,40}}\b(?:{'|'.join(language.NUMBER_WORDS)})\b[^:\[]{{0,60}}:\s+")


def _unlabelled(sentence: str) -> str:
    """Without the label of an item: `Notice two, damage: ...`."""
    return _ITEM.sub("", sentence, count=1)


def _cast_of(materials: Sequence[Material], claims: list[str]) -> tuple[Cast, Cast]:
    """All names, so that no figure is given to the wrong one, and those that the work is about."""
    tops = [top for material in materials for top in language.headings(material.work)]
    sources = [claim.source for material in materials for claim in material.claims]
    found = subjects.cast([*claims, *(f"is {top}" for top in tops if len(top.split()) < 4)], sources, sure=False)
    short = [top for top in dict.fromkeys(tops) if len(top.split()) < 4]
    heading = [top for top in short if any(re.search(rf"\b{re.escape(top)}\b", claim) for claim in claims)]
    found = Cast(tuple(dict.fromkeys([*heading, *found.names])), tuple(a for a in found.aliases if a[0] not in heading))
    return found, found.only(heading if len(heading) > 1 else _compared(claims, found))


def _compared(claims: list[str], cast: Cast) -> list[str]:
    """Names that at least two claims give figures of."""
    told = [reading.subject for claim in claims for reading in subjects.readings(claim, cast)]
    return [name for name in cast.names if told.count(name) > 1][:6]


def _read(one: Finding, cast: Cast) -> Finding:
    readings = tuple(subjects.readings(one.text, cast))
    return replace(one, subjects=tuple(cast.named_in(one.text)), readings=readings)


@dataclass(frozen=True)
class Candidate:
    """A sentence of a source that could become a claim."""

    page: Page
    quote: str  # exactly as it stands there
    text: str  # the same with its subject named
    subject: str
    readings: tuple[Reading, ...]
    score: float = 0.0


def candidates(pages: Sequence[Page], cast: Cast, topic: Iterable[str], matters: Iterable[str]) -> list[Candidate]:
    """All usable sentences with how well they fit topic and matters; older sources weigh less."""
    asked = (frozenset(topic), frozenset(matters))
    newest = max((year for page in pages if (year := _year(page))), default=0)
    found = [_candidate(page, quote, cast) for page in pages for quote in _quotable(page)]
    usable = [one for one in found if one]
    return [replace(one, score=_score(one, asked, newest)) for one in usable]


def to_machines(page: Page) -> bool:
    """Whether the page speaks to AI readers. What it says there is data, and no claim rests on it."""
    return any(TO_MACHINES.search(paragraph) for paragraph in re.split(r"\n\s*\n", page.text))


def _quotable(page: Page) -> list[str]:
    """Sentences of paragraphs that do not speak to machines; no questions, nothing too short, long or half quoted."""
    if page.source.lower().endswith((".csv", ".tsv")):
        return []  # rows are no sentences
    kept = [part for part in re.split(r"\n\s*\n", page.text) if not TO_MACHINES.search(part)]
    return [quote for part in kept for quote in language.sentences(part) if _fit_to_quote(quote)]


def _fit_to_quote(quote: str) -> bool:
    count = len(language.words(quote))
    return (
        5 <= count <= 55
        and not quote.rstrip().endswith(("?", ":"))
        and quote.count('"') % 2 == 0
        and quote.count("“") == quote.count("”")
        and quote.count("(") == quote.count(")")
    )


def _candidate(page: Page, quote: str, cast: Cast) -> Candidate | None:
    plain, main = language.flat(quote), cast.subject_of(page.title)
    named = cast.named_in(plain)
    if VAGUE.match(plain) and not (named and language.has_figure(plain)):
        return None
    text = plain
    if not named and main and language.has_figure(plain):
        text = _PRONOUN.sub(main, plain, count=1) if _PRONOUN.match(plain) else f"{main}: {plain}"
    elif not named and _PRONOUN.match(plain):
        return None
    subject = named[0] if named else main if text != plain else ""
    return Candidate(page, quote, text, subject, tuple(subjects.readings(plain, cast, main)))


def _score(one: Candidate, asked: tuple[frozenset[str], frozenset[str]], newest: int) -> float:
    """A word of a matter counts two, of the topic half (more when no matter is named); in a source's title half."""
    measured = " ".join(reading.aspect for reading in one.readings)
    said, headed = set(language.terms(f"{one.text} {measured}")), set(language.terms(one.page.title))
    topic, matters = asked
    weight = 0.5 if matters else 1.5
    fit = (
        2.0 * len(matters & said)
        + weight * len(topic & said)
        + len(matters & headed)
        + weight / 2 * len(topic & headed)
    )
    figure = 1.5 if any(f.unit not in ("year", "") for f in language.figures(one.text)) else 0.0
    old = 4.0 if newest and (year := _year(one.page)) and year < newest - 2 else 0.0
    return fit + figure - old


def _year(page: Page) -> int:
    return int(page.published[:4]) if re.match(r"\d{4}", page.published) else 0


def claimed(task: str, number: int, one: Candidate, key: bool) -> Finding:
    """The candidate as a claim of this task with its quote."""
    citation = CitationDraft(snapshot=one.page.snapshot, quote=one.quote)
    draft = ClaimDraft(text=one.text, key=key, citations=[citation])
    named = (one.subject,) if one.subject else ()
    return Finding(f"{task}.c{number}", one.text, named, one.readings, source=one.page.title, claim=draft)
