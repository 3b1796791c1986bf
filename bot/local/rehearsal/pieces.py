"""Takes a mission apart: which pieces of work it asks for, how many of what, and about what."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.local.rehearsal import language, wording
from bot.local.rehearsal.language import NUMBER

Kind = Literal["research", "analysis", "calendar", "items", "text", "table", "code"]

_RESEARCH = (
    "research find investigate look explore gather collect identify study survey examine check discover scan read"
)
_ANALYSE = "analyse analyze compare assess evaluate rank benchmark contrast weigh"
_MAKE = """write draft create make prepare produce build compose design develop generate give suggest propose list plan
brainstorm outline schedule come provide add include deliver set put"""
_SUMMARISE = "summarise summarize sum explain describe review recommend answer translate report turn tell show"
_CODE = "code program implement debug script"
_VERBS = {verb: "research" for verb in _RESEARCH.split()} | {verb: "analysis" for verb in _ANALYSE.split()}
_VERBS |= {verb: "make" for verb in _MAKE.split()} | {verb: "text" for verb in _SUMMARISE.split()}
_VERBS |= {verb: "code" for verb in _CODE.split()}
_VERBS |= {verb: "make" for verb in "schreibe schreib erstelle mache mach entwirf verfasse liste nenne plane".split()}
_VERBS |= {verb: "text" for verb in "fasse beschreibe erkläre übersetze".split()} | {"vergleiche": "analysis"}
_VERBS |= {verb: "research" for verb in "recherchiere finde sammle prüfe".split()}
# Nouns as often as verbs: these begin a clause only where something follows that a verb is followed by.
_NOUN_TOO = frozenset(
    """survey study report plan list schedule design program code script review answer set note look state outline draft
    check research scan rank contrast benchmark debug program turn sum find put""".split()
)
_CLEAR = "|".join(sorted(_VERBS.keys() - _NOUN_TOO, key=len, reverse=True))
_EITHER = "|".join(sorted(_NOUN_TOO & _VERBS.keys(), key=len, reverse=True))
_VERB = "|".join(sorted(_VERBS, key=len, reverse=True))

_NOUNS: dict[Kind, str] = {
    "calendar": "calendar schedule timeline itinerary timetable roadmap rota",
    "items": """posts tweets ideas headlines emails taglines slogans names questions captions tips messages ads stories
    reasons recommendations titles hashtags steps suggestions options topics quotes subjects lines flyers
    invitations letters notices announcements articles memos reminders paragraphs statements blurbs faqs
    aushänge hinweise beiträge""",
    "analysis": "analysis comparison assessment evaluation swot benchmark ranking",
    "table": "table spreadsheet matrix tabelle",
    "code": "function program query regex snippet sql",
    "text": """report summary letter email article memo brief briefing release speech faq announcement newsletter
    proposal page story guide description bio copy text paragraph essay strategy pitch note introduction conclusion
    review post plan digest script statement piece overview checklist blurb minutes
    instructions agenda notice reminder bericht brief zusammenfassung""",
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
_AFTER_VERB = (
    rf"(?:(?:an?|the|our|my|your|their|its|this|that|these|those|all|each|every|some|any|it|them|us|me|{NUMBER}"
    rf"|what|who|which|how|why|when|where|whether|on|about|into|up|out|at|through|competitors|open"
    rf"|(?:[\w-]+\s+){{0,2}}(?:posts|tweets|ideas|emails|headlines|letters|notices|questions|flyers|invitations))\b)"
)
_SPLIT = re.compile(
    rf"(?:,\s*(?:and\s+)?|;\s*(?:and\s+)?|[.!?:]\s+|\n+\s*(?:[-*•]\s*|\d+[.)]\s*)?|\s+and\s+|\s+then\s+|\s+und\s+)"
    rf"(?=(?:{_POLITE}[\s,]+)*(?:(?:{_CLEAR})\b|(?:{_EITHER})\s+{_AFTER_VERB}))",
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


def is_verb(word: str) -> bool:
    """Whether a clause can begin with the word."""
    return word.lower() in _VERBS


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
        return _KIND_OF.get(noun, "items") if verb in ("make", "text") else None
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
    if _VERBS.get(_verb(clause)) == "text" and _verb(clause) not in ("recommend", "report"):
        form = _FORM.search(rest)
        return form[1].lower() if form else ""  # what follows such a verb is what it works on, not what it makes
    listed = re.search(rf"\blist of (?:{NUMBER}\s+)?(?:[\w-]+\s+)?({_OUTPUT})\b", rest, re.IGNORECASE)
    if listed:
        return listed[1].lower()
    head = re.split(_PREPOSITION, rest, maxsplit=1, flags=re.IGNORECASE)[0]
    found = re.findall(rf"\b({_OUTPUT})\b", head, re.IGNORECASE)
    if found:
        return found[-1].lower()
    form = _FORM.search(rest)
    return form[1].lower() if form else _several(head) if _VERBS.get(_verb(clause)) == "make" else ""


_SEVERAL = re.compile(
    rf"^\W*(?:us\s+|me\s+)?(?:the\s+)?(?:first\s+|top\s+|best\s+)?{NUMBER}\s+(?:[^\W\d_][\w-]*\s+){{0,2}}?([^\W\d_]{{3,}}s)\s*$",
    re.IGNORECASE,
)


def _several(head: str) -> str:
    """What is counted: `haikus` in `four short haikus`; no length of time or of text."""
    found = _SEVERAL.match(head)
    lengths = {"days", "weeks", "months", "years", "hours", "minutes", "words", "characters"}
    return found[1].lower() if found and found[1].lower() not in lengths else ""


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
    """What the mission is about, as a short noun phrase out of its own words; never the sources it names."""
    parts = pieces(mission)
    clauses = [piece.words for piece in parts] or [mission]
    if len(named := entities(clauses[0])) > 1:
        return language.listing(named)
    nouns = [piece.noun for piece in parts] or [""]
    for clause, noun in zip(clauses, nouns, strict=True):
        if found := _asked(clause) or matter(clause) or _about(clause) or ("" if noun else _narrow(_object(clause))):
            return found
    return _narrow(_object(clauses[0])) or _with(clauses[0]) or "the documents"


def _asked(clause: str) -> str:
    """Whom a question is about, when it names somebody; else what stands before its verb."""
    if german := _FRAGE.match(clause):
        return german[1].strip(" ?.,")
    if not _QUESTION.match(clause):
        return ""
    named = entities(clause)
    return (
        language.listing(named[:2]) if named and re.search(r"\b(?:her|his|did|does|do|is|was)\b", clause, re.I) else ""
    )


_FRAGE = re.compile(
    r"\W*(?:wie|was|wer|wo|wann|welche\w*)\b.*?\b(?:ist|sind|hat|haben|kostet|kosten)\s+(?:der|die|das)\s+(\S+)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\W*(?:who|what|which|how|why|when|where)\b", re.IGNORECASE)


def _with(clause: str) -> str:
    """What the thing is to hold: `minutes with decisions and action items`."""
    found = re.search(
        r"\b(?:with|that|which|from)\s+(?:the\s+)?(.+?)(?=\s+(?:from|in|by|for|to)\b|[.;:?!]|$)", clause, re.I
    )
    return _narrow(language.cut(found[1], 60)) if found else ""


def matter(clause: str) -> str:
    """What follows `about`, `on` or `regarding`, "and" included: the surest word for what a clause is about."""
    found = _ON.search(clause)
    return _narrow(found[1].strip()) if found else ""


def _narrow(phrase: str) -> str:
    """The phrase, unless it only says where to look, when, or where it will be seen."""
    plain = re.sub(r"^(?:what|who|which|how|why|where|when|is|are|was|were|does|do|did)\s+", "", phrase, flags=re.I)
    said = {word.lower() for word in language.words(plain) if not word[0].isdigit()}
    if not said or wording.only_sources(plain) or not said - _NOWHERE:
        return ""
    found = re.sub(r"^(?:all|every|each|any)\s+(?=\S)", "", plain, flags=re.IGNORECASE)
    found = (
        re.split(r"\s+(?:is|are|was|were|does|do|did)\s", found)[0] if plain != phrase or found.endswith("?") else found
    )
    return found if wording.content(phrase) else ""


_NOWHERE = frozenset([*language.WEEKDAYS, *language.MONTHS]) | frozenset(
    "instagram linkedin facebook tiktok mastodon bluesky twitter website web internet time board please it".split()
)
_ON = re.compile(
    r"\b(?:about|on|regarding|concerning|über)\s+(?:(?:a|an|the|our|my|their|its|your|all|den|die|das|der)\s+)*(?:new\s+)?"
    r"((?:[^.;:?!\n,]|[.,:](?=\d))+?)"
    r"(?=\s+(?:with|in|by|from|at|so|that|which|who|for|to|starting|under|of at most|based)\b|[,.;:?!\n](?!\d)|$)",
    re.IGNORECASE,
)


def _about(clause: str) -> str:
    """What follows `for`, `of` and the like, up to the next such word."""
    for found in _ABOUT.finditer(clause):
        counted = re.match(rf"(?:{NUMBER}\b|\d)", found[1], re.IGNORECASE)
        if language.terms(found[1]) and not counted and not _to_readers(found[1], clause):
            return _narrow(found[1].strip())
    return ""


_READERS = re.compile(
    r"^(?:the\s+|our\s+)?(?:board|council|customers?|citizens|clients|colleagues|employees|users|readers?|members"
    r"|public|management|team|staff|boss|investors|parents|students|patients|newcomers|everybody|everyone"
    r"|lay readers?|me|us)\b",
    re.IGNORECASE,
)


def _to_readers(phrase: str, clause: str) -> bool:
    """Whether it is for whom the work is, not what it is about."""
    return bool(_READERS.match(phrase)) and bool(
        re.search(rf"\b(?:for|to)\s+(?:\w+\s+)*?{re.escape(phrase)}", clause, re.I)
    )


_ABOUT = re.compile(
    r"\b(?:for|about|on|regarding|of|between|für|von|zur|zum|aller)\s+(?:(?:a|an|the|our|my|their|its|your)\s+)?(?:new\s+)?((?:[^,.;:?!\n]|[.,:](?=\d))+?)"
    r"(?=\s+(?:and|with|in|by|from|at|so|that|which|who|for|to|starting|under|based)\b|[,.;:?!\n](?!\d)|$)",
    re.IGNORECASE,
)


def _object(clause: str) -> str:
    """What the verb is done to."""
    plain = re.sub(rf"^(?:(?:and|{_POLITE})[\s,]+)*", "", clause.strip(), flags=re.IGNORECASE)
    words = re.sub(rf"^(?:{_VERB})\b\s*(?:out|into|up)?\b\s*(?:an?|the|our|my|this)?\b", "", plain, flags=re.IGNORECASE)
    words = re.sub(r"^\s*(?:how|what|why|who|where|when|whether|which)\b(?:\s+to\b)?", "", words, flags=re.IGNORECASE)
    words = re.split(r"\s(?:is|are|was|were|does|did)\s", words)[0] if _QUESTION.match(clause) else words
    words = re.split(r"\s(?:in|by|with|under|at)\s", words)[0]
    words = re.sub(r"^\s*(?:die|der|das|den)\b|\bzusammen\s*$", "", words, flags=re.IGNORECASE)
    return language.cut(" ".join(words.split()[:8]).strip(" .,:;?!"), 80)


def entities(mission: str) -> list[str]:
    """Proper names that the mission itself holds, in its order; none in German, where every noun has a capital."""
    if wording.is_german(mission):
        return []
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
