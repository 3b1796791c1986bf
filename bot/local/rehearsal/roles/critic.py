"""The critic by rules: sends back fallen claims, unsaid doubt, holes, repetitions and work on another topic."""

import re

from agents.contracts import CriticBrief, CritiqueDraft
from agents.domain.artifact import MARK
from bot.local.rehearsal import language, pieces

LAST_ROUND = 3  # from here on only claims that do not stand send work back
_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|FIXME|lorem ipsum)\b|\?\?\?|\[(?:insert|placeholder)[^\]]*\]|<insert[^>]*>", re.IGNORECASE
)


def answer(brief: CriticBrief) -> CritiqueDraft:
    """Accept, or rework with one sentence for each thing to mend."""
    points = _fallen(brief)
    if brief.round < LAST_ROUND:
        points += [*_unsaid_doubt(brief), *_holes(brief), *_unmentioned(brief), *_twins(brief)]
    return CritiqueDraft(verdict="rework" if points else "accept", points=points[:6])


def _fallen(brief: CriticBrief) -> list[str]:
    return [
        f"Claim {one.id} does not stand: {one.detail or 'its evidence does not hold'}. Give it up or quote anew."
        for one in brief.claims
        if one.status == "blocked"
    ]


def _unsaid_doubt(brief: CriticBrief) -> list[str]:
    """A contested claim may be used only if the same line says so."""
    contested = {one.id: one for one in brief.claims if one.status == "contested"}
    return [
        f"Claim {id} is contested; say so beside [{id}]."
        for id in contested
        if any(
            f"[{id}]" in line and not re.search(r"contest|disput|disagree|differ|unverified", line, re.I)
            for line in brief.work.splitlines()
        )
    ]


def _holes(brief: CriticBrief) -> list[str]:
    """Placeholders, empty sections, work of a few words."""
    found = [
        f"Replace the placeholder “{match[0]}” with real words."
        for line in brief.work.splitlines()
        if not MARK.search(line) and not line.startswith("#")  # what a source says or is called stays as it is
        for match in list(_PLACEHOLDER.finditer(line))[:1]
        if match[0].casefold() not in brief.mission.casefold()
    ]
    found += [
        f"The section “{name}” is empty; fill it or say that it is unknown." for name in empty_sections(brief.work)
    ]
    if len(language.words(brief.work)) < 3:
        found.append("There is no work to speak of; do what the brief asks or say what is unknown.")
    return found


def empty_sections(work: str) -> list[str]:
    """Headings that no line follows before one of the same or a higher rank."""
    lines = [line for line in work.splitlines() if line.strip()]
    found = []
    for place, line in enumerate(lines):
        rank = len(line) - len(line.lstrip("#"))
        if rank < 2 or not line[rank:].startswith(" "):
            continue
        after = lines[place + 1] if place + 1 < len(lines) else "#"
        following = len(after) - len(after.lstrip("#"))
        if 0 < following <= rank:
            found.append(language.flat(line.lstrip("# ")))
    return found


def _unmentioned(brief: CriticBrief) -> list[str]:
    """Names that the brief itself holds, and the topic at all; work that says it found nothing has answered."""
    if re.search(r"\b(?:unknown|nothing was found|not found)\b", brief.work, re.IGNORECASE):
        return []
    named = [name for name in pieces.entities(brief.mission) if name in f"{brief.title}\n{brief.brief}"]
    missing = [name for name in named if name.lower() not in brief.work.lower()]
    found = [f"The work does not mention “{name}”, which the brief names." for name in missing[:3]]
    topic = pieces.topic(brief.mission)
    wanted = language.terms(topic)
    if (
        wanted
        and not MARK.search(brief.work)  # what rests on claims has found its matter, in whatever words
        and _latin(topic)
        and not language.overlap(wanted, f"{brief.work} {' '.join(one.text for one in brief.claims)}")
    ):
        found.append(f"The work does not speak of “{topic}”.")
    return found


def _latin(text: str) -> bool:
    return text.isascii()


def _twins(brief: CriticBrief) -> list[str]:
    """Two lines that say the same: each piece should be on a matter of its own."""
    lines = [line.strip() for line in brief.work.splitlines() if len(line.split()) > 6 and " | " not in line]
    twice = [line for line in dict.fromkeys(lines) if lines.count(line) > 1]
    return [f"“{language.cut(line, 80)}” stands there twice; say something else in one place." for line in twice[:2]]
