"""The timekeeper by rules: the common forms of when, in English and German."""

import re
from datetime import datetime, timedelta

from agents.contracts import ScheduleDraft, TimekeeperBrief

_DAYS = {
    "mon": 1,
    "tue": 2,
    "wed": 3,
    "thu": 4,
    "fri": 5,
    "sat": 6,
    "sun": 0,
    "die": 2,
    "mit": 3,
    "don": 4,
    "fre": 5,
    "sam": 6,
    "son": 0,
}
_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|sonnabends?)"
)
_AND = rf"{_DAY}(?:\s*(?:,|and|und|&)\s*(?:on\s+)?{_DAY})*"
_WEEKDAYS = r"(?:weekdays?|workdays?|working\s+days?|business\s+days?|werktags?|werktage?|arbeitstage?)"
_SPANS = {"min": 1, "hou": 60, "stu": 60, "day": 1440, "tag": 1440, "wee": 10_080, "woc": 10_080}
_SPAN = r"(?:minutes?|hours?|days?|weeks?|minuten?|stunden?|tage?n?|wochen?)"
_COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "twelve": 12,
    "other": 2,
    "second": 2,
    "einer": 1,
    "einem": 1,
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "sechs": 6,
    "zehn": 10,
    "zwölf": 12,
}
_COUNT = r"\d{1,4}|" + "|".join(_COUNTS)
_NTH = {"first": "1", "second": "2", "third": "3", "fourth": "4", "ersten": "1", "zweiten": "2", "dritten": "3"}
_MONTHLY = r"\s*(?:(?:of|in)\s+(?:each|every|the)\s+months?|(?:im|des|jeden|eines\s+jeden)\s+monats?|every\s+month)?"
_CLOCK = re.compile(
    r"[\s,]*(?:(?:morning|früh|abends?)\s*)?(?:\b(?:at|um|@|gegen)\s+)?(?<![\w:.-])(\d{1,2})(?:[:.](\d{2}))?"
    r"(?:\s*(am|pm|uhr|h|o['’]clock)\b)?(?![\w-]|[:.]\d|\s*(?:%|posts?\b|competitors?\b))",
    re.IGNORECASE,
)
_ZONES = re.compile(r"[\s,]*\(?\b((?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic)/[A-Za-z_]+|UTC)\b\)?")
_EDGES = re.compile(
    r"^[\s,:;.–—-]*(?:(?:please|bitte|schedule|then)\b[\s,:;–—-]*)*(?:(?:time|uhr)\b)?[\s,:;–—-]*|[\s,:;–—-]+$",
    re.IGNORECASE,
)


def answer(brief: TimekeeperBrief) -> ScheduleDraft:
    """When and what; `none` where no form is known."""
    words = brief.words
    zone = _ZONES.search(words)
    if zone:
        words = words[: zone.start()] + words[zone.end() :]
    now = datetime.fromisoformat(brief.now)
    for form in (_ordinal, _weekly, _daily, _distance, _later):
        found = form(words, now)
        if found and (mission := _EDGES.sub("", found.mission)):
            return found.model_copy(update={"mission": mission, "zone": zone[1] if zone else None})
    return ScheduleDraft(kind="none")


def _ordinal(words: str, now: datetime) -> ScheduleDraft | None:
    """On the first Monday of each month; on the 15th of every month; on the last day of the month."""
    if nth := re.search(
        rf"\b(?:on|am|an)\s+(?:the\s+|jedem\s+)?({'|'.join(_NTH)}|last|letzten)\s+({_DAY}|day|tag)\b{_MONTHLY}",
        words,
        re.I,
    ):
        which, day = nth[1].lower(), nth[2].lower()
        if day in ("day", "tag"):
            return _cron(words, nth, "L * *" if which in ("last", "letzten") else f"{_NTH[which]} * *")
        if which in ("last", "letzten"):
            return _cron(words, nth, f"* * {_number(day)}L")
        return _cron(words, nth, f"* * {_NAMES[_number(day)]}#{_NTH[which]}")
    dated = re.search(
        r"\b(?:on|am)\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th|\.)\s*(?:(?:of\s+(?:each|every|the)\s+month)"
        r"|(?:jeden|des|im)\s+monats?)",
        words,
        re.I,
    )
    return _cron(words, dated, f"{int(dated[1])} * *") if dated else None


def _weekly(words: str, now: datetime) -> ScheduleDraft | None:
    """Every weekday; on Mondays and Thursdays."""
    if found := re.search(rf"\b(?:(?:every|each|on|jeden|an)\s+{_WEEKDAYS}|werktags)\b", words, re.I):
        return _cron(words, found, "* * 1-5")
    found = re.search(rf"\b(?:every|each|jeden)\s+({_AND})|\bon\s+({_DAY.replace('s?)', 's)')})\b", words, re.I)
    found = found or re.search(rf"^\W*({_AND})(?=[\s,:])", words, re.I)
    if not found:
        return None
    days = sorted({_number(day) for day in re.findall(_DAY, found[0].lower())})
    return _cron(words, found, f"* * {','.join(map(str, days))}") if days else None


def _daily(words: str, now: datetime) -> ScheduleDraft | None:
    """Every day; every morning; weekly; monthly; hourly."""
    forms = (
        (r"\b(?:(?:every|each|jeden)\s+(?:day|morning|tag|morgen)|daily|täglich)\b", "* * *"),
        (r"\b(?:every\s+week|each\s+week|jede\s+woche|weekly|wöchentlich)\b", "* * 1"),
        (r"\b(?:every\s+month|each\s+month|jeden\s+monat|monthly|monatlich)\b", "1 * *"),
    )
    for form, days in forms:
        if found := re.search(form, words, re.I):
            return _cron(words, found, days)
    if found := re.search(r"\b(?:every\s+hour|hourly|jede\s+stunde|stündlich)\b", words, re.I):
        return ScheduleDraft(kind="cron", cron="0 * * * *", mission=_without(words, found.start(), found.end()))
    return None


def _distance(words: str, now: datetime) -> ScheduleDraft | None:
    """Every 2 hours."""
    found = re.search(rf"\b(?:every|alle)\s+({_COUNT})\s+({_SPAN})\b", words, re.I)
    if not found:
        return None
    minutes = _count(found[1]) * _SPANS[found[2].lower()[:3]]
    return ScheduleDraft(kind="interval", every_minutes=minutes, mission=_without(words, found.start(), found.end()))


def _later(words: str, now: datetime) -> ScheduleDraft | None:
    """Tomorrow at 9; next Friday; in 3 hours; on 2026-12-01."""
    if found := re.search(rf"\bin\s+({_COUNT})\s+({_SPAN})\b", words, re.I):
        at = now + timedelta(minutes=_count(found[1]) * _SPANS[found[2].lower()[:3]])
        return _once(_without(words, found.start(), found.end()), at)
    forms = (
        (r"\b(?:übermorgen|(?:the\s+)?day\s+after\s+tomorrow)\b", 2, "09:00"),
        (r"\b(?:tomorrow|morgen)\b(?![\x27’])", 1, "09:00"),
        (r"\b(?:tonight|heute\s+abend)\b", 0, "20:00"),
    )
    for form, days, clock in forms:
        if found := re.search(form, words, re.I):
            return _dated(words, found, now + timedelta(days=days), clock)
    if found := re.search(r"\b(?:on\s+|am\s+)?(\d{4}-\d{2}-\d{2})\b", words):
        return _dated(words, found, datetime.fromisoformat(found[1]), "09:00")
    if found := re.search(rf"\b(?:next|on|am|nächsten)\s+({_DAY})\b", words, re.I):
        ahead = (_number(found[1].lower()) - now.isoweekday()) % 7 or 7
        return _dated(words, found, now + timedelta(days=ahead), "09:00")
    if found := re.search(r"^\W*(?:at|um)(?=\s+\d)", words, re.I):
        return _dated(words, found, now, "09:00")
    return None


def _cron(words: str, found: re.Match[str], days: str) -> ScheduleDraft:
    hour, minute, end = _clock(words, found.end(), "09:00")
    start = found.start()
    if end == found.end() and (clock := _CLOCK.search(words[:start])):
        hour, minute, _ = _clock(words[:start], clock.start(), "09:00")
        start = clock.start()
    fields = days.split()
    return ScheduleDraft(
        kind="cron", cron=f"{minute} {hour} {' '.join(_fields(fields))}", mission=_without(words, start, end)
    )


def _fields(days: list[str]) -> list[str]:
    """Day of the month, month, day of the week."""
    return [*days, *["*"] * (3 - len(days))][:3]


def _dated(words: str, found: re.Match[str], day: datetime, usual: str) -> ScheduleDraft:
    hour, minute, end = _clock(words, found.end(), usual)
    return _once(_without(words, found.start(), end), day.replace(hour=hour, minute=minute))


def _once(mission: str, at: datetime) -> ScheduleDraft:
    return ScheduleDraft(kind="once", at=f"{at:%Y-%m-%dT%H:%M}", mission=mission)


def _clock(words: str, start: int, usual: str) -> tuple[int, int, int]:
    """Hour, minute and where the time of day ends that begins there; the usual one where none does."""
    found = _CLOCK.match(words, start)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return int(usual[:2]), int(usual[3:]), start
    hour, half = int(found[1]), (found[3] or "").lower()
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, int(found[2] or 0), found.end()


def _without(words: str, start: int, end: int) -> str:
    return f"{words[:start].rstrip()} {words[end:].lstrip()}".strip()


def _number(day: str) -> int:
    return _DAYS[day[:3]]


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else _COUNTS[word.lower()]
