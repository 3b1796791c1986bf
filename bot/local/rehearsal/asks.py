"""What a brief asks for, read out of its words: topic, matters, names, numbers, dates, points to mend."""

import re
from dataclasses import dataclass
from datetime import date

from agents.contracts import Checklist, SpecialistBrief
from bot.local.rehearsal import language, pieces, wording

_ORDERS = frozenset(
    map(
        language.stem,
        [
            "find",
            "research",
            "write",
            "draft",
            "claim",
            "claims",
            "fact",
            "facts",
            "figure",
            "figures",
            "quote",
            "quotes",
            "verbatim",
            "hand",
            "over",
            "source",
            "sources",
            "topic",
            "look",
            "task",
            "brief",
            "number",
            "numbers",
            "mark",
            "marks",
            "keep",
            "keeps",
            "each",
            "every",
            "state",
            "choose",
            "reason",
            "could",
            "found",
            "say",
            "says",
            "important",
            "ones",
            "market",
            "team",
            "mission",
            "create",
            "make",
            "compare",
            "report",
            "text",
            "post",
            "posts",
            "item",
            "items",
            "people",
            "asked",
            "work",
            "character",
            "characters",
            "word",
            "words",
            "column",
            "columns",
            "row",
            "rows",
            "cell",
            "start",
            "days",
            "top",
            "best",
            "leading",
            "main",
        ],
    )
)


_COMPARING = frozenset(
    map(
        language.stem,
        [
            "competitors",
            "competition",
            "rivals",
            "providers",
            "suppliers",
            "vendors",
            "brands",
            "compare",
            "rank",
            "leading",
            "players",
        ],
    )
)


@dataclass(frozen=True)
class Ask:
    """A specialist's brief, read."""

    brief: SpecialistBrief
    topic: str
    look_for: tuple[str, ...]
    names: tuple[str, ...]  # subjects that the brief or the mission names
    count: int | None  # how many subjects are asked for ("top three")

    @property
    def about(self) -> frozenset[str]:
        """Stems of the topic."""
        return frozenset(language.terms(self.topic)) - _ORDERS

    @property
    def matters(self) -> frozenset[str]:
        """Stems of what is to be found out about the topic."""
        every = " ".join((*self.look_for, *self.names, *self.brief.notes))
        every += "" if self.look_for else f" {self.brief.title} {self.brief.brief}"
        return frozenset(stem for stem in language.terms(every) if not stem[0].isdigit()) - _ORDERS - self.about

    @property
    def asked(self) -> frozenset[str]:
        """Stems of the task's own words: what a comparison should show first."""
        first = self.brief.brief.splitlines()[0] if self.brief.brief else ""
        return frozenset(language.terms(f"{self.brief.title} {first}")) - _ORDERS

    @property
    def primary(self) -> frozenset[str]:
        """What this very task is about, in common forms; the rest of the mission is its setting."""
        lines = self.brief.brief.splitlines()
        told = [line.partition(":")[2] for line in lines[1:] if re.match(r"\W*(?:Look for|Also|Asked for)\s*:", line)]
        spoken = [self.brief.title, *lines[:1], self.topic, *told, *self.brief.notes]
        return wording.content("\n".join(spoken))

    @property
    def wanted(self) -> frozenset[str]:
        """All that the task and its mission speak of, in common forms."""
        return self.primary | wording.content(self.brief.mission)

    @property
    def is_open(self) -> bool:
        """Whether the request narrows nothing down: whatever the documents say is on the matter."""
        spoken = bool(re.search(r"[^\W\d_]", self.brief.mission))
        return spoken and not wording.content(self.brief.mission) - wording.audience(self.brief.mission)

    @property
    def at_hand(self) -> tuple[str, ...]:
        """Titles of a small library, which the planner passes on so that all of it is read."""
        return tuple(re.findall(r"“([^”]+)”", _line(self.brief.brief, "At hand")))

    @property
    def compares(self) -> bool:
        """Whether several subjects are to be set side by side, though the brief names none."""
        said = {language.stem(word) for word in language.words(f"{self.brief.title} {self.brief.brief}")}
        return self.count is not None or bool(said & _COMPARING)

    def check(self, kind: str) -> Checklist | None:
        """The check of this kind, if the task has one."""
        return next((one for one in self.brief.checks if one.kind == kind), None)

    def limit(self, kind: str) -> int | None:
        one = self.check(kind)
        return one.number if one else None

    def names_of(self, kind: str) -> list[str]:
        one = self.check(kind)
        return list(one.names) if one else []


def ask(brief: SpecialistBrief) -> Ask:
    """The brief, read. Works on a brief of anybody's hand; the lines `Topic:` and the like only make it surer."""
    text = f"{brief.title}\n{brief.brief}"
    topic = _line(text, "Topic") or _topic(brief)
    return Ask(
        brief=brief,
        topic=topic,
        look_for=_parts(_line(text, "Look for")),
        names=_parts(_line(text, "Subjects")) or tuple(_named(brief)),
        count=_count(text),
    )


def start(brief: SpecialistBrief) -> date:
    """The first day of a calendar: a note, then the brief, then the mission, then the Monday after today."""
    today = date.fromisoformat(brief.today)
    named = (pieces.start(text, today) for text in [*reversed(brief.notes), _spoken(brief.brief), brief.mission])
    return next((day for day in named if day), pieces.next_weekday("monday", today))


def _spoken(text: str) -> str:
    """`Start: 2026-11-30` as a phrase."""
    return re.sub(r"\b(Start|Begin|From)s?\s*:\s*", r"\1 on ", text)


def _line(text: str, name: str) -> str:
    found = re.search(rf"^\W*{name}\s*:\s*(.+?)\.?\s*$", text, re.IGNORECASE | re.MULTILINE)
    return found[1].strip() if found else ""


def _parts(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,;]", line) if part.strip())


def _topic(brief: SpecialistBrief) -> str:
    return pieces.topic(brief.mission) or brief.title


def _named(brief: SpecialistBrief) -> list[str]:
    """Proper names in the brief that the mission holds as well: not the words that merely begin a line."""
    return [name for name in pieces.entities(brief.mission) if name in f"{brief.title}\n{brief.brief}"]


def _count(text: str) -> int | None:
    found = re.search(
        rf"\b(?:top|first|best|leading|main|biggest|largest)\s+({language.NUMBER})\b", text, re.IGNORECASE
    )
    return language.number(found[1]) if found else None
