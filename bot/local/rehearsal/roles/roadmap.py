"""A mission becomes a roadmap: pieces to tasks for members, numbers to checks, gaps to assumptions."""

import re
from dataclasses import dataclass
from datetime import date

from agents.contracts import PlanDraft, PlannerBrief, TaskDraft
from bot.local.rehearsal import language, pieces
from bot.local.rehearsal.pieces import Piece
from bot.local.rehearsal.roles import acceptance, research, team
from bot.local.rehearsal.roles.notice import NOTICE

SMALL_LIBRARY = 12  # titles


def draft(brief: PlannerBrief) -> PlanDraft:
    """The plan for the mission as it was first asked."""
    wanted = pieces.pieces(brief.mission) or [Piece("text", brief.mission.strip() or "an answer", "answer")]
    topic = pieces.topic(brief.mission)
    desk = Desk(brief, topic, wanted)
    tasks = desk.tasks()
    return PlanDraft(
        title=language.cut(_title(topic, wanted), 120),
        goal=language.cut(goal(tasks), 1000),
        tasks=tasks,
        assumptions=[*_assumptions(desk), NOTICE],
    )


@dataclass(frozen=True)
class Desk:
    """What one plan is made from."""

    brief: PlannerBrief
    topic: str
    wanted: list[Piece]

    @property
    def made(self) -> list[Piece]:
        """The pieces that somebody gets; a mission that only asks to find something gets a report of it."""
        made = [piece for piece in self.wanted if piece.kind != "research"]
        return made or [Piece("text", f"Report on {self.topic}", "report")]

    @property
    def thread(self) -> bool:
        return bool(re.search(r"\b(?:this|the|our) (?:thread|conversation|discussion)\b", self.brief.mission, re.I))

    def sources(self, question: research.Question) -> int:
        """How many sources research may hope for: half of the titles that share a word with its topic."""
        words = set(language.terms(" ".join(question.names) or question.topic))
        return sum(bool(words & set(language.terms(title))) for title in self.brief.library) // 2

    def tasks(self) -> list[TaskDraft]:
        """Research first, each part on its own; then what builds on it."""
        found = [self._research(number, part) for number, part in enumerate(self._questions(), 1)]
        room = max(1, self.brief.max_tasks - len(found))
        for piece in self.made[:room]:
            found.append(self.task(piece, found))
        return found

    def _at_hand(self) -> list[str]:
        """The titles of a small library: it is read as a whole."""
        titles = [title.replace("“", "").replace("”", "")[:120] for title in self.brief.library]
        return titles if len(titles) <= SMALL_LIBRARY else []

    def _questions(self) -> list[research.Question]:
        if not self._needs_facts():
            return []
        questions = research.questions(self.brief.mission, self.topic, self.wanted)
        spare = self.brief.max_tasks - len(self.made)
        careful = any(re.search(r"cost|budget|price|calls|tasks", fault) for fault in self.brief.faults)
        return questions[: max(0, min(spare, 1 if careful else 4))]

    def _needs_facts(self) -> bool:
        asked = any(piece.kind == "research" for piece in self.wanted)
        material = bool(self.brief.library or self.brief.files or self.thread)
        return team.can_search(self.brief.team) and (asked or material)

    def _research(self, number: int, question: research.Question) -> TaskDraft:
        member = team.member(self.brief.team, "research")
        files = self.brief.files if question.first else []
        return TaskDraft(
            id=f"t{number}",
            title=language.cut(question.title, 120),
            brief=language.cut(question.brief(files, self.thread and question.first, self._at_hand()), 4000),
            specialist=member.id,
            output="text",
            tools=team.tools(member, "research", thread=self.thread, files=bool(self.brief.files)),
            checks=acceptance.of_research(self.brief.check_kinds, self.sources(question)),
            deliverable=False,
        )

    def task(self, piece: Piece, before: list[TaskDraft]) -> TaskDraft:
        """The task for a piece that builds on those before it."""
        member = team.member(self.brief.team, piece.kind)
        needs = _needs(piece, before)
        output = {"calendar": "table", "table": "table", "items": "items"}.get(piece.kind, "text")
        mentions = pieces.entities(piece.words) if piece.kind != "calendar" else []
        return TaskDraft(
            id=f"t{_next_number(before)}",
            title=language.cut(title_of(piece, self.topic), 120),
            brief=language.cut(_brief_of(piece, self), 4000),
            specialist=member.id,
            output=output,  # type: ignore[arg-type]  # one of the three literals above
            needs=needs,
            tools=team.tools(member, piece.kind, thread=self.thread, files=bool(self.brief.files), alone=not needs),
            checks=acceptance.of_piece(self.brief.check_kinds, piece, mentions, bool(needs or self.brief.library)),
            deliverable=True,
        )


def _next_number(before: list[TaskDraft]) -> int:
    return max((int(task.id[1:]) for task in before), default=0) + 1


def _needs(piece: Piece, before: list[TaskDraft]) -> list[str]:
    """Research for all; texts and posts also build on the analysis and on the calendar they go with."""
    finding = [task.id for task in before if not task.deliverable]
    if piece.kind in ("analysis", "table", "calendar", "code"):
        return finding
    shaping = [task.id for task in before if task.deliverable and (task.output == "table" or _is_analysis(task))]
    return [*finding, *shaping]


def _is_analysis(task: TaskDraft) -> bool:
    return bool(re.search(r"analys|compar|assess|evaluat|rank|benchmark", task.title, re.IGNORECASE))


_NOUN_OF_VERB = {"compare": "comparison", "analyse": "analysis", "analyze": "analysis", "assess": "assessment"}
_NOUN_OF_VERB |= {"evaluate": "evaluation", "rank": "ranking", "benchmark": "benchmark", "contrast": "comparison"}


def title_of(piece: Piece, topic: str) -> str:
    """A few words with a capital letter: `Competitive analysis`, `30-day launch calendar`, `Five posts`."""
    plain = re.sub(r"^(?:(?:then|and|also|please)\s+)+|,?\s+(?:please|bitte)\b", "", piece.words, flags=re.IGNORECASE)
    words = _named_thing(plain, piece)
    named = " ".join(words).strip(" .,:;?!")
    named = re.sub(r"^(?:up with|us|me|an?|the|our|my)\s+(?=\S)", "", named, flags=re.IGNORECASE)
    named = re.sub(r"^(?:an?|the|our|my|first)\s+(?=\S)", "", named, flags=re.IGNORECASE)
    named = re.sub(r"\s*\([^)]*\)|,?\s+(?:start|begin)(?:ing|s)?\s.*$", "", named)
    named = re.sub(
        r"\s+(?:in\s+|of\s+)?(?:under|of|with|in|at most|up to|no more than)\s+\d+\s+(?:characters|words)\b.*$",
        "",
        named,
    )
    named = re.sub(r"^(?:me\s+|us\s+)?(?:about|on)\s+(?=\S)|,\s*each$", "", named, flags=re.IGNORECASE)
    named = re.sub(r"^(?:short|brief|quick|concise|simple|nice|good|little)\s+(?=\S+)", "", named, flags=re.IGNORECASE)
    shorter = re.sub(r"\s+(?:about|on|regarding|concerning|über)\s.*$", "", named, flags=re.IGNORECASE)
    named = shorter if len(shorter.split()) > 1 and piece.noun else named
    named = language.cut(named or topic, 80)
    return named[:1].upper() + named[1:]


def _named_thing(plain: str, piece: Piece) -> list[str]:
    """The clause without its verb, as a thing: `comparison of ...`, `letter to ...`."""
    words = plain.split()
    if piece.kind == "analysis" and words[0].lower() in _NOUN_OF_VERB:
        return [_NOUN_OF_VERB[words[0].lower()], "of", *words[1:]]
    in_form = rf"\b(?:in|as|into)\s+an?\s+((?:[\w-]+\s+){{0,2}}?{re.escape(piece.noun)}\b.*)"
    if verb := _SUMMED.get(words[0].lower().rstrip(":")):
        return [verb, *_what(words[1:])]
    if words[0].lower() in ("tell", "show") and len(words) > 2:
        return words[1:]
    if piece.noun and (form := re.search(in_form, plain, re.IGNORECASE)):
        thing = plain[: form.start()].split()[1:]
        return form[1].split() if len(form[1].split()) > 1 or not thing else [f"{form[1]}:", *thing]
    made = pieces.is_verb(words[0]) and (piece.noun or words[0].lower() in _MAKING)
    return words[1:] if made and len(words) > 1 else words


_SUMMED = {"summarise": "summary of", "summarize": "summary of", "describe": "description of", "review": "review of"}
_SUMMED |= {"fasse": "Zusammenfassung:"} | {"explain": "explanation:", "translate": "translation of"}
_MAKING = frozenset("write draft create make prepare produce compose develop generate give schreibe erstelle".split())


def _what(words: list[str]) -> list[str]:
    """Without whom it is told: `explain to citizens what changes` is about what changes."""
    rest = re.sub(r"^to\s+(?:(?:the|our|my|all|new)\s+)*\S+\s+(?=\S)", "", " ".join(words), flags=re.IGNORECASE)
    rest = re.sub(r"\s+zusammen$", "", rest, flags=re.IGNORECASE)
    return rest.split()


def _brief_of(piece: Piece, desk: Desk) -> str:
    lines = [language.sentence(piece.words), f"Topic: {pieces.matter(piece.words) or desk.topic}."]
    match piece.kind:
        case "analysis":
            lines.append("Compare the subjects side by side in a table, then each one's strengths and weaknesses.")
            lines.append("Use only what the materials' claims say; name what is missing under Gaps.")
        case "calendar":
            lines.append(f"Start: {start_of(desk.brief).isoformat()}. Days: {piece.days or acceptance.DEFAULT_DAYS}.")
            lines.append(f"Columns: {', '.join(acceptance.CALENDAR_COLUMNS)}. One row for each day, no cell empty.")
        case "items":
            lines.append(f"How many: {language.spell(_items(piece))}, each on a matter of its own.")
            if limit := piece.longest or (acceptance.POST_CHARACTERS if piece.social else None):
                lines.append(f"At most {limit} characters each.")
        case "code":
            lines.append("Explain how to run it and say plainly that it was not run.")
        case _:
            lines.append("Lead with what matters most to the reader; say what is not known.")
            if piece.longest_words:
                lines.append(f"At most {piece.longest_words} words.")
    return "\n".join([*lines, "Every figure keeps the mark of its claim."])


def _items(piece: Piece) -> int:
    return min(piece.count or acceptance.DEFAULT_COUNT, acceptance.MOST_ITEMS)


def start_of(brief: PlannerBrief) -> date:
    """The day that the mission or a wish names, else the Monday after today."""
    today = date.fromisoformat(brief.today)
    named = (pieces.start(text, today) for text in [*reversed(brief.wishes), brief.mission])
    return next((day for day in named if day), pieces.next_weekday("monday", today))


def _title(topic: str, wanted: list[Piece]) -> str:
    things = list(dict.fromkeys(piece.noun for piece in wanted if piece.noun))
    head = topic[:1].upper() + topic[1:]
    return f"{head}: {language.listing(things)}" if things else head


def goal(tasks: list[TaskDraft]) -> str:
    """What will be true when the plan is done."""
    return f"The requester has {language.listing(task.title for task in tasks if task.deliverable)}, each checked."


def _assumptions(desk: Desk) -> list[str]:
    """Each open question with the default that was taken."""
    found, brief = [], desk.brief
    today = date.fromisoformat(brief.today)
    for piece in desk.made:
        if piece.kind == "calendar" and not pieces.start(brief.mission, today):
            found.append(f"No start date was given: the calendar starts on Monday, {start_of(brief).isoformat()}.")
        if piece.kind == "calendar" and not piece.days:
            found.append(f"No length was given: the calendar covers {acceptance.DEFAULT_DAYS} days.")
        if piece.kind == "items" and not piece.count:
            found.append(f"No number was given: there will be {language.spell(acceptance.DEFAULT_COUNT)} {piece.noun}.")
        if piece.kind == "items" and (piece.count or 0) > acceptance.MOST_ITEMS:
            found.append(f"A rehearsal writes at most {language.spell(acceptance.MOST_ITEMS)} {piece.noun}.")
        if piece.social and not piece.longest:
            found.append(f"No platform was named: each post keeps to {acceptance.POST_CHARACTERS} characters.")
    if any(piece.count and re.search(r"\btop|leading|biggest|largest\b", piece.words) for piece in desk.wanted):
        found.append(
            "“Top” is taken by market share where one source states it for all, else by how often they are named."
        )
    if not brief.library and not brief.files and not desk.thread:
        found.append("There is no library to draw on: what cannot be found is said to be unknown.")
    left = desk.made[max(1, brief.max_tasks - len(desk._questions())) :]
    found += [f"Left out, because a plan has at most {brief.max_tasks} tasks: {piece.words}." for piece in left]
    return found
