"""What a planner wants to have found out: one question for each part that can be looked up by itself."""

import re
from dataclasses import dataclass

from bot.local.rehearsal import language, pieces, wording
from bot.local.rehearsal.pieces import Piece

_RIVALS = re.compile(
    r"\b(?:competitors?|competition|rivals?|providers?|suppliers?|vendors?|brands?|players|alternatives|companies|makers)\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:launch|campaign|posts?|social|press|newsletter|marketing|audience|blog|ads?|promot\w*)\b", re.I
)

_MARKET = re.compile(r"\b(?:markets?|marketing|launch|campaign|audience|product|buyers|brand)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One part of the research."""

    title: str
    ask: str
    topic: str
    look_for: tuple[str, ...]
    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # matters of the work that builds on it
    first: bool = False  # the one that also reads the thread and the files

    def brief(self, files: list[str], thread: bool, at_hand: list[str]) -> str:
        """The brief for the specialist."""
        lines = [language.sentence(self.ask), f"Topic: {self.topic}."]
        lines += [f"Look for: {', '.join(self.look_for)}."] if self.look_for else []
        lines += [f"Also: {', '.join(self.also)}."] if self.also else []
        lines += [f"Subjects: {', '.join(self.names)}."] if self.names else []
        lines += [f"Read these files first: {', '.join(files)}."] if files else []
        lines += ["Read this thread first."] if thread else []
        lines += [f"At hand: {', '.join(f'“{title}”' for title in at_hand)}."] if at_hand else []
        return "\n".join([*lines, "One claim for each fact, with a verbatim quote. Say what could not be found."])


def questions(mission: str, topic: str, wanted: list[Piece]) -> list[Question]:
    """Questions that do not wait for each other, the most important first."""
    asked = next((piece for piece in wanted if piece.kind == "research"), None)
    words = asked.words if asked else mission
    rivals, public = _is_about_rivals(words, asked), bool(_PUBLIC.search(mission))
    found: list[Question] = []
    if rivals:
        found.append(_rivals(words, topic, asked.count if asked else None))
    elif parts := _parts(words, mission):
        found += [_part(part, topic, mission) for part in parts]
    else:
        found.append(_plain(words, topic, tuple(_others(wanted, words, topic))))
    if public and (rivals or _MARKET.search(mission)):
        found.append(_audience(topic, mission))
    return [Question(**{**vars(one), "first": number == 0}) for number, one in enumerate(found)]


def _is_about_rivals(words: str, asked: Piece | None) -> bool:
    """Whether firms that nobody names are to be found; suppliers in one's own notes are no such search."""
    sought = bool(asked) or bool(re.search(r"\b(?:competitors?|competition|rivals?)\b", words, re.IGNORECASE))
    return sought and bool(_RIVALS.search(words))


def _rivals(words: str, topic: str, count: int | None) -> Question:
    wanted = f"the top {language.spell(count)}" if count else "the most important ones"
    called = (_RIVALS.search(words) or ["competitors"])[0].lower()
    return Question(
        f"{f'Top {language.spell(count)} {called}' if count else called.capitalize()}",
        f"{words}. Choose {wanted} by a figure that one source states for all of them, and say by which",
        topic,
        ("market share", "price", "customers", "revenue", "tests", "founded"),
    )


def _audience(topic: str, mission: str) -> Question:
    look_for = ["market size and growth", "buyers", "reasons to buy", "doubts"]
    if re.search(r"\blaunch|campaign|calendar\b", mission, re.IGNORECASE):
        look_for.append("launches")
    if re.search(r"\bposts?|social\b", mission, re.IGNORECASE):
        look_for.append("social media")
    return Question(
        "Market and audience", f"Find out who buys in the market of {topic} and what moves them", topic, tuple(look_for)
    )


def _parts(words: str, mission: str) -> list[str]:
    """Named things to compare, or two or three matters joined by "and" in the request itself."""
    named = pieces.entities(words) or pieces.entities(mission)
    if 2 <= len(named) <= 4:
        return named
    plain = re.sub(r"^\W*(?:\w+\s+)?(?:into|out|for|at)?\s*", "", words, count=1)
    head = re.split(r"\s(?:for|about|on|of|in)\s", plain, maxsplit=1)[0]
    joined = [part.strip() for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", head) if part.strip()]
    return joined if 2 <= len(joined) <= 3 and all(map(_is_part, joined)) else []


_NO_PART = re.compile(
    r"\b(?:what|who|which|how|why|where|when|is|are|was|were|does|do|did|say|says|tell|changes?)\b", re.I
)


def _is_part(words: str) -> bool:
    """Whether the words name a matter of their own: no sources, no question, no form of the work."""
    matter = len(words.split()) <= 4 and not _NO_PART.search(words)
    made = pieces.is_verb(words.split()[0]) if words.split() else False
    return matter and not made and bool(wording.content(words)) and not words.lower().startswith(("an ", "a "))


def _part(part: str, topic: str, mission: str) -> Question:
    title = part[:1].upper() + part[1:]
    if not (part[:1].isupper() and part in topic):
        return Question(title, f"Find what the sources say about {part} of {topic}", topic, (part,))
    by = re.search(
        r"\b(?:by|in terms of|regarding|on their|for their)\s+([^.;:?!]+?)"
        r"(?=,\s*and\s+\w+\s+(?:it|a|an|the)\b|[.;:?!]|$)",
        mission,
    )
    look_for = [matter.strip() for matter in re.split(r",\s*(?:and\s+)?|\s+and\s+", by[1])] if by else []
    return Question(title, f"Find what the sources say about {part}", part, tuple(look_for[:5]), (part,))


def _others(wanted: list[Piece], words: str, topic: str) -> list[str]:
    """What the other pieces are about, so that what they need is looked for as well."""
    about = [pieces.matter(piece.words) for piece in wanted if piece.words != words]
    return [one for one in dict.fromkeys(about) if one and one.lower() != topic.lower()][:5]


def _plain(words: str, topic: str, also: tuple[str, ...]) -> Question:
    """One question; what to look for only out of a request to find something, not out of one to write."""
    title = f"Facts on {topic}"
    if not re.match(
        r"\W*(?:please\s+)?(?:research|find|investigat|look|explor|gather|collect|identif|study|survey|check)",
        words,
        re.I,
    ):
        return Question(title, f"Find what the sources say about {topic}", topic, (), also=also)
    aspects = [term for term in dict.fromkeys(language.words(words)) if term.lower() not in language.STOP]
    look_for = [word for word in aspects if word.lower() not in topic.lower() and wording.content(word)]
    return Question(title, words, topic, tuple(look_for[:5]), also=also)
