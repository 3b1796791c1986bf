"""Takes a mission apart: which pieces of work it asks for, how many of what, and about what."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.local.rehearsal import language
from bot.local.rehearsal.language import NUMBER

Kind = Literal["research", "analysis", "calendar", "items", "text", "table", "code"]

_RESEARCH = "research find investigate look explore gather collect identify study survey examine check discover scan"
_ANALYSE = "analyse analyze compare assess evaluate rank benchmark contrast weigh"
_MAKE = """write draft create make prepare produce build compose design develop generate give suggest propose list plan
brainstorm outline schedule come provide add include deliver set put"""
_SUMMARISE = "summarise summarize sum explain describe review recommend answer translate report turn"
_CODE = "code program implement debug script"
_VERBS = {verb: "research" for verb in _RESEARCH.split()} | {verb: "analysis" for verb in _ANALYSE.split()}
_VERBS |= {verb: "make" for verb in _MAKE.split()} | {verb: "text" for verb in _SUMMARISE.split()}
_VERBS |= {verb: "code" for verb in _CODE.split()}
_VERB = "|".join(sorted(_VERBS, key=len, reverse=True))

_NOUNS: dict[Kind, str] = {
    "calendar": "calendar schedule timeline itinerary timetable roadmap rota",
    "items": """posts tweets ideas headlines emails taglines slogans names questions captions tips messages ads stories
    reasons recommendations titles hashtags steps suggestions options topics quotes subjects lines flyers
    invitations""",
    "analysis": "analysis comparison assessment evaluation swot benchmark ranking",
    "table": "table spreadsheet matrix overview checklist",
    "code": "function program query regex snippet sql",
    "text": """report summary letter email article memo brief briefing release speech faq announcement newsletter
    proposal page story guide description bio copy text paragraph essay strategy pitch note introduction conclusion
    review post plan digest script statement piece""",
}
_KIND_OF: dict[str, Kind] = {noun: kind for kind, nouns in _NOUNS.items() for noun in nouns.split()}
_OUTPUT = "|".join(sorted(_KIND_OF, key=len, reverse=True))
_PREPOSITION = (
    r"\b(?:for|about|on|of|in|to|with|that|which|who|from|based|using|by|over|against|at|under|starting|so)\b"
)
_FORM = re.compile(rf"\b(?:in|as|into|to)\s+an?\s+(?:[\w-]+\s+){{0,2}}?({_OUTPUT})\b", re.IGNORECASE)
_POLITE = (
    r"(?:please|kindly|also|then|finally|next|lastly|to"
    r"|can you|could you|would you|i need you to|we need you to|i want you to)"
)
_SPLIT = re.compile(
    rf"(?:,\s*(?:and\s+)?|;\s*(?:and\s+)?|[.!?:]\s+|\n+\s*(?:[-*•]\s*|\d+[.)]\s*)?|\s+and\s+|\s+then\s+)"
    rf"(?=(?:{_POLITE}[\s,]+)*(?:{_VERB})\b)",
    re.IGNORECASE,
)
_INHERIT = re.compile(
    rf"(?:,\s*(?:and\s+)?|\s+and\s+|\s+plus\s+)(?=(?:an?|the|our|my|{NUMBER})\s+(?:[\w’'-]+\s+){{0,4}}?(?:{_OUTPUT})\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rf"^(?:\s*(?:<@\w+>|@\w+|hi|hello|hey|dear team)[,:!]?\s+)*(?:{_POLITE}[\s,]+)*", re.IGNORECASE)
_SOCIAL = re.compile(
    r"\b(?:social|tweets?|twitter|instagram|linkedin|facebook|mastodon|bluesky|threads|tiktok)\b|\bposts\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piece:
    """One piece of work that a mission asks for."""

    kind: Kind
    words: str  # the clause as the person wrote it
    noun: str = ""  # what is to be made: "posts", "calendar", "letter"
    count: int | None = None  # how many items, or how many are to be found ("top three")
    days: int | None = None
    longest: int | None = None  # characters of each item
    longest_words: int | None = None

    @property
    def social(self) -> bool:
        """Whether it is meant for social media."""
        return self.kind == "items" and bool(_SOCIAL.search(self.words))


def pieces(mission: str) -> list[Piece]:
    """The pieces of the mission, in its order; one text for a mission that names none."""
    text = _ADDRESS.sub("", " ".join(mission.split("\u00a0")).strip(), count=1)
    text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    found: list[Piece] = []
    for clause in _clauses(text):
        found += _pieces_of(clause, found)
    return found


def _clauses(text: str) -> list[str]:
    """The text cut before each verb; "e-mails, posts and a letter" is cut before each thing as well."""
    cut = [part.strip(" .;,") for part in _SPLIT.split(text) if part.strip(" .;,")]
    clauses: list[str] = []
    for part in cut:
        verb = _verb(part)
        more = _INHERIT.split(part) if _VERBS.get(verb) == "make" else [part]
        clauses += [more[0], *(f"{verb} {other}" for other in more[1:])]
    return clauses


def _verb(clause: str) -> str:
    plain = re.sub(rf"^(?:(?:and|{_POLITE})[\s,]+)*", "", clause.strip(), flags=re.IGNORECASE)
    first = plain.split()[0].lower() if plain.split() else ""
    return first if first in _VERBS else ""


def _pieces_of(clause: str, before: list[Piece]) -> list[Piece]:
    """The clause as a piece; one that asks for nothing is context and makes none, unless it stands alone."""
    verb = _VERBS.get(_verb(clause), "")
    noun = _noun(clause)
    kind = _kind(verb, noun, clause)
    if kind is None:
        return []
    count = _count(clause, noun)
    return [
        Piece(
            kind,
            clause,
            noun,
            count,
            _days(clause) if kind == "calendar" else None,
            characters(clause),
            word_limit(clause),
        )
    ]


def _kind(verb: str, noun: str, clause: str) -> Kind | None:
    if verb == "research":
        return "research"
    if verb == "code" or (
        verb == "make" and noun == "script" and re.search(r"python|bash|shell|javascript", clause, re.I)
    ):
        return "code"
    if verb == "analysis":
        return "analysis"
    if re.search(rf"\b{NUMBER}[\s-]+(?:day|week|month)s?\s+(?:[\w-]+\s+)?plan\b", clause, re.IGNORECASE):
        return "calendar"
    if noun:
        return _KIND_OF[noun] if verb in ("make", "text") else None
    if verb in ("make", "text"):
        return "text"
    return (
        "text"
        if clause.rstrip().endswith("?")
        or re.match(r"(?:what|who|which|how|why|when|where|is|are|do|does)\b", clause, re.I)
        else None
    )


def _noun(clause: str) -> str:
    """What is made: the last output word before the first preposition; of `a list of names` the names."""
    rest = clause[len(_verb(clause)) :] if _verb(clause) else clause
    listed = re.search(rf"\blist of (?:{NUMBER}\s+)?(?:[\w-]+\s+)?({_OUTPUT})\b", rest, re.IGNORECASE)
    if listed:
        return listed[1].lower()
    head = re.split(_PREPOSITION, rest, maxsplit=1, flags=re.IGNORECASE)[0]
    found = re.findall(rf"\b({_OUTPUT})\b", head, re.IGNORECASE)
    if not found:
        form = _FORM.search(rest)
        return form[1].lower() if form else ""
    noun = found[-1].lower()
    return noun


def _count(clause: str, noun: str) -> int | None:
    """`first five posts` is 5, `top three competitors` is 3; a number of days, words or characters is none."""
    units = r"(?!\s*[-]?\s*(?:days?|weeks?|months?|years?|hours?|minutes?|words?|characters?|chars?|%|percent))"
    named = (
        re.search(rf"\b({NUMBER})\b{units}\s+(?:[\w’'-]+\s+){{0,4}}?{re.escape(noun)}\b", clause, re.I)
        if noun
        else None
    )
    found = named or re.search(
        rf"\b(?:top|first|best|leading|main|biggest|largest|the)\s+({NUMBER})\b{units}", clause, re.I
    )
    return language.number(found[1]) if found else None


_LENGTHS = {"day": 1, "week": 7, "month": 30}


def _days(clause: str) -> int | None:
    """`30-day`, `two-week`, `three months`."""
    found = re.search(rf"\b({NUMBER})[\s-]+(day|week|month)s?\b", clause, re.IGNORECASE)
    if found:
        return min((language.number(found[1]) or 1) * _LENGTHS[found[2].lower()], 366)
    single = re.search(r"\b(?:a|one|this|next)\s+(week|month)\b|\b(week|month)ly\b", clause, re.IGNORECASE)
    return _LENGTHS[(single[1] or single[2]).lower()] if single else None


def days(text: str) -> int | None:
    """The length of a calendar that the text asks for."""
    return _days(text)


def characters(text: str) -> int | None:
    """The limit in `under 200 characters`."""
    found = re.search(r"(\d[\d,]*)[\s-]*(?:characters?|chars?|signs)\b", text, re.IGNORECASE)
    return int(found[1].replace(",", "")) if found else None


def word_limit(text: str) -> int | None:
    """The limit in `at most 200 words`."""
    found = re.search(r"(\d[\d,]*)[\s-]*words?\b", text, re.IGNORECASE)
    return int(found[1].replace(",", "")) if found else None


def topic(mission: str) -> str:
    """What the mission is about, as a short noun phrase out of its own words."""
    parts = pieces(mission)
    clauses = [piece.words for piece in parts] or [mission]
    if len(named := entities(clauses[0])) > 1:
        return language.listing(named)
    nouns = [piece.noun for piece in parts] or [""]
    for clause, noun in zip(clauses, nouns, strict=True):
        if found := _about(clause) or ("" if noun else _object(clause)):
            return found
    return _object(clauses[0]) or mission.strip()[:60] or "the mission"


def _about(clause: str) -> str:
    """What follows `for`, `about` and the like, up to the next such word."""
    found = _ABOUT.search(clause)
    if not found or not language.terms(found[1]) or re.match(rf"(?:{NUMBER}\b|\d)", found[1], re.IGNORECASE):
        return ""
    return found[1].strip()


_ABOUT = re.compile(
    r"\b(?:for|about|on|regarding|of|between)\s+(?:(?:a|an|the|our|my|their|its|your)\s+)?(?:new\s+)?([^,.;:?!\n]+?)"
    r"(?=\s+(?:and|with|in|by|from|at|so|that|which|who|for|to|starting|under|based)\b|[,.;:?!\n]|$)",
    re.IGNORECASE,
)


def _object(clause: str) -> str:
    """What the verb is done to."""
    plain = re.sub(rf"^(?:(?:and|{_POLITE})[\s,]+)*", "", clause.strip(), flags=re.IGNORECASE)
    words = re.sub(rf"^(?:{_VERB})\b\s*(?:out|into|up)?\b\s*(?:an?|the|our|my|this)?\b", "", plain, flags=re.IGNORECASE)
    words = re.sub(r"^\s*(?:how|what|why|who|where|when|whether|which)\b(?:\s+to\b)?", "", words, flags=re.IGNORECASE)
    words = re.split(r"\s(?:in|by|with|under|at)\s", words)[0]
    return language.cut(" ".join(words.split()[:8]).strip(" .,:;?!"), 80)


def entities(mission: str) -> list[str]:
    """Proper names that the mission itself holds, in its order."""
    found = []
    for match in re.finditer(r"(?<![.!?]\s)(?<!^)(?<!\n)\b[A-Z][\w’'&-]+(?:\s+[A-Z][\w’'&-]+)*", mission):
        name = match[0]
        plain = name.lower()
        if plain.split()[0] not in {*language.MONTHS, *language.WEEKDAYS, "i", "baton", *_VERBS} and len(name) > 2:
            found.append(name)
    return [name for name in dict.fromkeys(found) if not name.isupper() or len(name) > 4]


def start(text: str, today: date) -> date | None:
    """The day on which something is to begin, when the text names one."""
    verb = r"\b(?:start(?:ing|s)?|begin(?:ning|s)?|from|as of|launch(?:ing|es)?)\s+"
    lead = verb + r"(?:it\s+)?(?:on\s+|at\s+|with\s+)?(?:the\s+)?"
    months = "|".join(f"{month}|{month[:3]}" for month in language.MONTHS)
    weekdays = "|".join(language.WEEKDAYS)
    if found := re.search(lead + r"(\d{4}-\d\d-\d\d)", text, re.IGNORECASE):
        return _date(*map(int, found[1].split("-")))
    if found := re.search(
        lead + rf"({months})\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?\b", text, re.IGNORECASE
    ):
        return _coming(found[1], int(found[2]), found[3], today)
    if found := re.search(
        lead + rf"(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?({months})(?:\s+(\d{{4}}))?\b", text, re.IGNORECASE
    ):
        return _coming(found[2], int(found[1]), found[3], today)
    if found := re.search(lead + rf"(?:next\s+|this\s+)?(today|tomorrow|{weekdays})\b", text, re.IGNORECASE):
        return _relative(found[1].lower(), today)
    return None


def next_weekday(name: str, today: date) -> date:
    """The first such weekday after today."""
    return today + timedelta(days=(language.WEEKDAYS.index(name) - today.weekday() - 1) % 7 + 1)


def _relative(word: str, today: date) -> date:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    return next_weekday(word, today)


def _coming(month: str, day: int, year: str | None, today: date) -> date | None:
    number = next(n for n, name in enumerate(language.MONTHS, 1) if name.startswith(month.lower()[:3]))
    found = _date(int(year) if year else today.year, number, day)
    return _date(today.year + 1, number, day) if found and not year and found < today else found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
