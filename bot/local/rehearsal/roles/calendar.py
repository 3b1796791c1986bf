"""Fills a calendar: dates from the tool, phases over the length, a theme, a channel and an action for every day."""

import re
from datetime import date, timedelta

from agents.contracts import HandOver
from bot.local.rehearsal import asks, language, pieces
from bot.local.rehearsal.answers import Call
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.reading import Exchange, arguments
from bot.local.rehearsal.roles import acceptance
from bot.local.rehearsal.roles.notice import NOTICE

_LAUNCH = (
    (
        "Tease",
        0.23,
        ("The question behind it", "What bothers people today", "A look into the workshop", "The day is named"),
        (
            "Ask one question and collect the answers",
            "Show the problem in a kitchen, without the product",
            "Invite people to a list for the first news",
            "Name the day and what will happen on it",
        ),
    ),
    (
        "Prove",
        0.47,
        ("How it was tested", "What it costs and why", "What happens afterwards", "Who has tried it"),
        (
            "Publish the evidence with its source",
            "Answer the most frequent doubt in public",
            "Send samples to people who write honestly",
            "Explain one figure in plain words",
        ),
    ),
    (
        "Launch",
        0.70,
        ("First orders", "How to begin", "Answers to first questions", "Thanks to the first buyers"),
        (
            "Stay reachable all day and answer everything",
            "Show the first parcel on its way",
            "Explain in three pictures how to begin",
            "Collect questions and answer the best one",
        ),
    ),
    (
        "Keep going",
        1.0,
        ("What customers do with it", "What we learned", "The next step", "A word from a customer"),
        (
            "Show a customer's own picture, with consent",
            "Report what went wrong and what changes",
            "Ask the first buyers what nearly stopped them",
            "Tell what comes next",
        ),
    ),
)
_PLAIN = (
    (
        "Begin",
        0.25,
        ("Aims and ground rules", "Who does what", "Where things are", "First steps"),
        (
            "Agree on the aim in writing",
            "Name one person for each part",
            "Gather what is already there",
            "Try the first part together",
        ),
    ),
    (
        "Build",
        0.6,
        ("The core of it", "Practice", "Questions so far", "The second part"),
        (
            "Do one part from start to end",
            "Repeat what was hard",
            "Write down open questions",
            "Show the work to somebody else",
        ),
    ),
    (
        "Deepen",
        0.85,
        ("Special cases", "Working without help", "Checking the work", "Links to the rest"),
        (
            "Work through one difficult case",
            "Do it alone and compare",
            "Check against the aim",
            "Ask for an outside view",
        ),
    ),
    (
        "Review",
        1.0,
        ("Looking back", "What stays", "What changes", "Handing over"),
        (
            "Collect what worked and what did not",
            "Decide what to keep",
            "Write down the next steps",
            "Thank everybody and close",
        ),
    ),
)
_CHANNELS = (
    "Instagram",
    "LinkedIn",
    "Newsletter",
    "Short video",
    "Website",
    "TikTok",
    "Facebook",
    "Blog",
    "Podcast",
    "In the shop",
)
_USUAL = ("Newsletter", "Instagram", "LinkedIn", "Short video", "Website")
_INSIDE = ("Team meeting", "On site", "Shared document", "By message")


def days(ask: Ask) -> int:
    """The length asked for: by a note, the check, the brief."""
    noted = (pieces.days(note) for note in reversed(ask.brief.notes))
    named = re.search(r"\bDays:\s*(\d+)", ask.brief.brief)
    wanted = [ask.limit("consecutive_dates"), *noted, int(named[1]) if named else None, pieces.days(ask.brief.title)]
    return next((length for length in wanted if length), acceptance.DEFAULT_DAYS)


def next_calls(exchange: Exchange, ask: Ask) -> list[Call]:
    """One use of the calendar tool."""
    if "calendar" not in exchange.tools or exchange.used("calendar"):
        return []
    wanted = {"start": asks.start(ask.brief).isoformat(), "days": days(ask)}
    return [Call("calendar", arguments(exchange.tools["calendar"], **wanted))]


def dates(exchange: Exchange, ask: Ask) -> list[date]:
    """The dates that the tool gave, in order; counted here where it gave too few."""
    given = re.findall(
        r"^\W*(\d{4}-\d\d-\d\d)\b", "\n".join(use.result for use in exchange.used("calendar")), re.MULTILINE
    )
    found = [date.fromisoformat(day) for day in dict.fromkeys(given)][: days(ask)]
    start = asks.start(ask.brief)
    return found if len(found) == days(ask) else [start + timedelta(days=step) for step in range(days(ask))]


def hand_over(exchange: Exchange, ask: Ask, pool: Pool) -> HandOver:
    """A row for each day, no cell empty."""
    columns = ask.names_of("columns") or _named_columns(ask) or list(acceptance.CALENDAR_COLUMNS)
    every = dates(exchange, ask)
    rows = [_row(columns, day, place, len(every), ask, pool) for place, day in enumerate(every)]
    title = language.cut(ask.brief.title, 150)
    counted = exchange.used("calendar") and len(every)
    points = [] if counted else ["The dates were counted without the calendar tool."]
    points += ["Public holidays were not looked at."]
    span = f"from {every[0].isoformat()} to {every[-1].isoformat()}"
    note = f"{NOTICE} {language.spell(len(every)).capitalize()} days {span}."
    return HandOver(title=title, note=note, columns=columns, rows=rows, open_points=points)


def _named_columns(ask: Ask) -> list[str]:
    found = re.search(r"^Columns:\s*(.+?)\.", ask.brief.brief, re.MULTILINE)
    return [name.strip() for name in found[1].split(",")] if found else []


def _row(columns: list[str], day: date, place: int, length: int, ask: Ask, pool: Pool) -> list[str]:
    public = _is_public(ask)
    phase, _, themes, actions = _phase(place, length, public)
    channels = _channels(ask, pool, public)
    finding = _finding(place, pool)
    known = {
        "date": day.isoformat(),
        "weekday": language.WEEKDAYS[day.weekday()].capitalize(),
        "week": f"{day.isocalendar().year}-W{day.isocalendar().week:02d}",
        "phase": phase,
        "theme": _theme(place, length, themes, ask, public, day),
        "channel": channels[(place + place // 7) % len(channels)],
        "action": _action(place, actions, finding),
    }
    return [_cell(name, known) for name in columns]


_SYNONYMS = {
    "date": "date day datum", "weekday": "weekday", "week": "week", "phase": "phase stage",
    "theme": "theme topic focus subject message content title",
    "channel": "channel where place platform medium location",
    "action": "action activity task what todo step do description details",
}  # fmt: skip


def _cell(column: str, known: dict[str, str]) -> str:
    """What belongs under a heading of any usual name; an unknown one gets the theme rather than nothing."""
    said = {word.lower() for word in language.words(column)}
    if said & {"weekday"} or {"day", "week"} <= said:
        return known["weekday"]
    fitting = (name for name, words in _SYNONYMS.items() if said & set(words.split()))
    return known.get(
        next(fitting, ""), "To be named by the team" if said & {"owner", "who", "responsible"} else known["theme"]
    )


def _is_public(ask: Ask) -> bool:
    said = f"{ask.brief.title} {ask.brief.brief} {ask.brief.mission}"
    return bool(
        re.search(
            r"\b(?:launch|campaign|marketing|posts?|content|social|opening|release|promot\w*)\b", said, re.IGNORECASE
        )
    )


def _phase(place: int, length: int, public: bool) -> tuple[str, float, tuple[str, ...], tuple[str, ...]]:
    phases = _LAUNCH if public else _PLAIN
    return next(phase for phase in phases if (place + 0.5) / length <= phase[1])


def _theme(place: int, length: int, themes: tuple[str, ...], ask: Ask, public: bool, day: date) -> str:
    if public and place == _launch_day(length, day - timedelta(days=place)):
        return f"Launch day of the {_thing(ask)}"
    theme = themes[place % len(themes)]
    return f"{theme}: {_thing(ask)}" if place % 3 == 0 else theme


def _thing(ask: Ask) -> str:
    return language.without_digits(ask.topic) or "product"


def _launch_day(length: int, start: date) -> int:
    """The first Tuesday or Wednesday of the launch phase, when people are at work and reachable."""
    first = next(place for place in range(length) if _phase(place, length, True)[0] == "Launch" or place == length - 1)
    week = [
        place for place in range(first, min(first + 7, length)) if (start + timedelta(days=place)).weekday() in (1, 2)
    ]
    return week[0] if week else first


def _channels(ask: Ask, pool: Pool, public: bool) -> tuple[str, ...]:
    """Channels that the materials speak of, filled up with usual ones."""
    if not public:
        return _INSIDE
    said = (
        " ".join(one.text for one in pool.findings) + ask.brief.mission + " ".join(m.work for m in ask.brief.materials)
    )
    named = [channel for channel in _CHANNELS if channel.lower() in said.lower()]
    return tuple(dict.fromkeys([*named[:3], *_USUAL]))[:5]


def _finding(place: int, pool: Pool) -> Finding | None:
    """Every fourth day rests on a finding that nobody doubts."""
    sound = [one for one in pool.sound() if not one.subjects] or pool.sound()
    return sound[place // 4 % len(sound)] if sound and place % 4 == 2 else None


def _action(place: int, actions: tuple[str, ...], finding: Finding | None) -> str:
    if finding is None:
        return actions[(place + place // len(actions)) % len(actions)]
    return f"{language.cut(finding.text, 150).rstrip('.')} {finding.mark}: say what follows from it"
